/** A contact to be read: who they are, all that was said, and words to look for in it. */

import { Alert, Badge, Button, Group, Loader, Modal, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../model/highlight.ts";
import { rows } from "../../model/timeline.ts";
import type { Contact, ContactSid, Message } from "../../protocol/generated.ts";
import { ChannelIcon } from "../ChannelIcon.tsx";
import { useApi } from "../context.ts";
import { dayOf } from "../format.ts";
import { Picture } from "../Picture.tsx";
import { RowOf } from "../Timeline.tsx";
import css from "./ContactView.module.css";
import { FindBar } from "./FindBar.tsx";
import { MarkedWords } from "./Marked.tsx";
import { useOpenSearch } from "./open.ts";

export function ContactView() {
  const { t } = useTranslation();
  const { contact, close } = useOpenSearch();
  return (
    <Modal
      opened={contact !== null}
      onClose={close}
      size="xl"
      title={t("search.contact")}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {contact !== null && <Whole key={contact} sid={contact} />}
    </Modal>
  );
}

function Whole({ sid }: { sid: ContactSid }) {
  const { t } = useTranslation();
  const api = useApi();
  const { data: contact, error } = useQuery({
    queryKey: ["contact", sid],
    queryFn: () => api.contact(sid),
    staleTime: 0,
  });
  if (error) return <Alert color="red">{error.message}</Alert>;
  if (!contact) return <Loader mx="auto" aria-label={t("conversation.loading")} />;
  return (
    <div className={css.view}>
      <Who contact={contact} />
      <Said contact={contact} />
    </div>
  );
}

function Who({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const name = contact.name ?? t("contact.unnamed");
  return (
    <div className={css.who}>
      <Picture
        name={name}
        channel={contact.identities[0]?.channel ?? "custom"}
        size={44}
        src={contact.picture}
      />
      <div>
        <Text component="h3" fw={650} dir="auto">
          {name}
        </Text>
        <Group gap={10}>
          {contact.identities.map(({ channel, account, id }) => (
            <Text key={`${channel} ${account} ${id}`} size="xs" className={css.address}>
              <ChannelIcon channel={channel} size={13} /> <bdi>{id}</bdi>
            </Text>
          ))}
          {contact.tags?.map((tag) => (
            <Badge key={tag} variant="light" size="sm" tt="none">
              {tag}
            </Badge>
          ))}
        </Group>
      </div>
    </div>
  );
}

function Said({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState("");
  const [target, setTarget] = useState<Message | null>(null);
  const { messages, error, older, hasOlder, isFetching } = useMessages(contact.sid);
  const list = useMemo(() => rows({ messages, sending: [], conversation_sid: "" }, dayOf), [messages]);
  const words = useMemo(() => wordsOf(question), [question]);
  const box = useRef<HTMLDivElement>(null);
  const isThere = target !== null && messages.some(({ sid }) => sid === target.sid);

  // What lies further back than what is read is read until it is there.
  useEffect(() => {
    if (target && !isThere && hasOlder && !isFetching) older();
  }, [target, isThere, hasOlder, isFetching, older]);
  const last = messages.at(-1)?.sid;
  useEffect(() => {
    const element = box.current;
    if (!element || (target && !isThere)) return;
    const row = target && element.querySelector(`[data-message="${target.sid}"]`);
    if (row) row.scrollIntoView({ block: "center" });
    else if (last) element.scrollTop = element.scrollHeight;
  }, [target, isThere, last]);

  return (
    <MarkedWords value={words}>
      <FindBar contact={contact.sid} question={question} ask={setQuestion} show={setTarget} />
      <div ref={box} className={css.said} tabIndex={0} role="log" aria-label={t("timeline.label")}>
        {error && <Alert color="red">{error.message}</Alert>}
        {isFetching && <Loader size="sm" mx="auto" aria-label={t("conversation.loading")} />}
        {hasOlder && !isFetching && (
          <Button size="compact-sm" variant="subtle" onClick={older}>
            {t("timeline.older")}
          </Button>
        )}
        {!isFetching && !error && list.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("tasks.noMessages")}
          </Text>
        )}
        {list.map((row) => (
          <div
            key={row.key}
            data-message={row.kind === "message" ? row.message.sid : undefined}
            aria-current={(row.kind === "message" && row.message.sid === target?.sid) || undefined}
            className={css.row}
          >
            <RowOf row={row} name={contact.name ?? t("contact.unnamed")} />
          </div>
        ))}
      </div>
    </MarkedWords>
  );
}

/** All that was said with a contact, from the newest back. */
function useMessages(contact: ContactSid) {
  const api = useApi();
  const { data, error, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["contact-messages", contact],
    queryFn: ({ pageParam }) => api.contactMessages(contact, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: ({ messages, more }) => (more ? (messages[0]?.seq ?? null) : null),
    staleTime: 0,
  });
  const messages = useMemo(() => data?.pages.toReversed().flatMap((page) => page.messages) ?? [], [data]);
  return { messages, error, hasOlder: hasNextPage, isFetching, older: () => void fetchNextPage() };
}
