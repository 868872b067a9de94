/** Who else the contact was found to be, and finding another. */

import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconArrowsJoin2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Contact, ContactSid, ConversationSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useApi, useDesk } from "./context.ts";
import css from "./NotesEditor.module.css";

interface Props {
  contact: Contact;
  /** The agent's conversation with the contact. */
  conversation: ConversationSid;
}

export function MergePart({ contact, conversation }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const [isOpen, setOpen] = useState(false);
  const part = (sid: ContactSid) =>
    attempt(
      () => desk.contacts.unmerge(conversation, sid),
      (why) => t("merge.failed", { why }),
    );
  return (
    <div className={css.form}>
      {(contact.merged ?? []).map((sid) => (
        <Group key={sid} gap={6} justify="space-between">
          <Text size="xs">
            <bdi>{sid}</bdi>
          </Text>
          <Button size="compact-xs" variant="default" onClick={() => void part(sid)}>
            {t("merge.undo")}
          </Button>
        </Group>
      ))}
      {isOpen ? (
        <Search contact={contact} conversation={conversation} close={() => setOpen(false)} />
      ) : (
        <Button
          size="compact-xs"
          variant="subtle"
          justify="start"
          leftSection={<IconArrowsJoin2 size={14} aria-hidden />}
          onClick={() => setOpen(true)}
        >
          {t("merge.find")}
        </Button>
      )}
    </div>
  );
}

function Search({ contact, conversation, close }: Props & { close: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  const { data, error, isFetching } = useQuery({
    queryKey: ["contact", wanted],
    queryFn: () => api.findContact(wanted),
    enabled: wanted !== "",
    retry: false,
    staleTime: 0,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWanted(text.trim());
  };
  const own = [contact.sid, ...(contact.merged ?? [])];
  const others = data?.filter(({ sid }) => !own.includes(sid)) ?? [];
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        size="xs"
        autoFocus
        label={t("merge.search")}
        placeholder="+15005550006"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap={6}>
        <Button size="compact-xs" type="submit" loading={isFetching} disabled={text.trim() === ""}>
          {t("merge.look")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={close}>
          {t("contact.cancel")}
        </Button>
      </Group>
      {wanted !== "" && !isFetching && others.length === 0 && (
        <Text size="xs" c="dimmed" role="status">
          {error ? error.message : t("merge.none")}
        </Text>
      )}
      {others.map((other) => (
        <Found key={other.sid} other={other} conversation={conversation} close={close} />
      ))}
    </form>
  );
}

interface FoundProps {
  other: Contact;
  conversation: ConversationSid;
  close: () => void;
}

function Found({ other, conversation, close }: FoundProps) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const merge = async () => {
    const isMerged = await attempt(
      () => desk.contacts.merge(conversation, other.sid),
      (why) => t("merge.failed", { why }),
    );
    if (isMerged) close();
  };
  return (
    <Group gap={6} justify="space-between" wrap="nowrap">
      <Text size="xs" component="div" className={css.notes}>
        <bdi>{other.name ?? t("contact.unnamed")}</bdi>
        {other.identities.map(({ channel, account, id }) => (
          <div key={`${channel} ${account} ${id}`}>
            <bdi>{id}</bdi>
          </div>
        ))}
      </Text>
      <Button size="compact-xs" onClick={() => void merge()}>
        {t("merge.same")}
      </Button>
    </Group>
  );
}
