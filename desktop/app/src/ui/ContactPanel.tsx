/** Who the customer is: addresses, attributes, the task, earlier conversations. */

import { ActionIcon, Code, CopyButton, Text, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled } from "../model/calls.ts";
import { facts, taskItem } from "../model/tasks.ts";
import type { Contact, Conversation, Reservation } from "../protocol/generated.ts";
import { AttributesEditor } from "./AttributesEditor.tsx";
import { ChannelIcon } from "./ChannelIcon.tsx";
import css from "./ContactPanel.module.css";
import { CallButton } from "./call/CallButton.tsx";
import { useChannelName } from "./channelName.ts";
import { useDeskState } from "./context.ts";
import { shortDate } from "./format.ts";
import { MergePart } from "./MergePart.tsx";
import { NotesEditor } from "./NotesEditor.tsx";
import { PastConversation } from "./PastConversation.tsx";
import { Picture } from "./Picture.tsx";
import { useConversations } from "./queries.ts";

const TagsEditor = lazy(async () => ({ default: (await import("./TagsEditor.tsx")).TagsEditor }));

export function ContactPanel({ reservation }: { reservation: Reservation }) {
  const { t } = useTranslation();
  const state = useDeskState((state) => state);
  const { name, contact, conversation, attributes, channel } = taskItem(state, reservation);
  const shown = name ?? t("contact.unnamed");
  return (
    <aside className={css.panel} aria-label={t("contact.region")}>
      <div className={css.who}>
        <Picture name={shown} channel={channel} size={52} src={contact?.picture} />
        <Title order={2} size="h4" dir="auto" className={css.name}>
          {shown}
        </Title>
      </div>
      {contact && conversation && (
        <Part title={t("contact.tags")}>
          <Suspense fallback={<Text size="sm">{contact.tags?.join(", ")}</Text>}>
            <TagsEditor key={conversation.sid} contact={contact} conversation={conversation.sid} />
          </Suspense>
        </Part>
      )}
      {contact && <Identities contact={contact} />}
      {contact && (
        <Part title={t("contact.attributes")}>
          <AttributesEditor contact={contact} />
        </Part>
      )}
      {contact && conversation && (
        <Part title={t("contact.notes")}>
          <NotesEditor key={conversation.sid} contact={contact} conversation={conversation.sid} />
        </Part>
      )}
      <TaskFacts reservation={reservation} attributes={attributes} />
      {contact && <Conversations contact={contact} name={shown} version={conversation?.version ?? 0} />}
      {contact && conversation && reservation.reservation_status !== "wrapping" && (
        <Part title={t("merge.title")}>
          <MergePart key={conversation.sid} contact={contact} conversation={conversation.sid} />
        </Part>
      )}
    </aside>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <Title order={3} className={css.title}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  return (
    <Part title={t("contact.identities")}>
      <ul className={css.identities}>
        {contact.identities.map(({ channel, account, id }) => {
          const consent = contact.consent?.[channel];
          return (
            <li key={`${channel} ${account} ${id}`}>
              <ChannelIcon channel={channel} />
              <span className={css.address}>
                <bdi>{id}</bdi>
                <Text size="xs" c="dimmed">
                  {account === "default" ? channelName(channel) : `${channelName(channel)} · ${account}`}
                  {consent && ` · ${t(consent === "opted_out" ? "contact.optedOut" : "contact.optedIn")}`}
                </Text>
              </span>
              {dialled(id) && <CallButton number={id} />}
              <CopyButton value={id}>
                {({ copied, copy }) => (
                  <Tooltip label={copied ? t("contact.copied") : t("contact.copy", { name: id })}>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      onClick={copy}
                      aria-label={t("contact.copy", { name: id })}
                    >
                      {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
                    </ActionIcon>
                  </Tooltip>
                )}
              </CopyButton>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function TaskFacts({
  reservation,
  attributes,
}: {
  reservation: Reservation;
  attributes: Readonly<Record<string, unknown>>;
}) {
  const { t } = useTranslation();
  const { task } = reservation;
  const ours: [string, string][] = [
    [t("contact.queue"), task.queue_name ?? "–"],
    [t("contact.workflow"), task.workflow_name ?? "–"],
    [t("contact.priority"), String(task.priority)],
    [t("contact.created"), shortDate(task.date_created * 1000)],
  ];
  return (
    <Part title={t("contact.task")}>
      <dl className={css.facts}>
        {ours.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
        {facts(attributes).map(([key, value]) => (
          <div key={`own ${key}`}>
            <dt>
              <Code>{key}</Code>
            </dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}

function Conversations({ contact, name, version }: { contact: Contact; name: string; version: number }) {
  const { t } = useTranslation();
  const { data = [] } = useConversations(contact.sid, version);
  const [opened, setOpened] = useState<Conversation | null>(null);
  return (
    <Part title={t("contact.conversations")}>
      <ul className={css.conversations}>
        {data.map((conversation) => (
          <li key={conversation.sid}>
            <UnstyledButton className={css.past} onClick={() => setOpened(conversation)}>
              <ChannelIcon channel={conversation.address.channel} size={14} />
              <Text size="sm">{shortDate(conversation.created_at)}</Text>
              <Text size="xs" c="dimmed">
                {t(`contact.conversationState.${conversation.state}`)}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <PastConversation conversation={opened} name={name} close={() => setOpened(null)} />
    </Part>
  );
}
