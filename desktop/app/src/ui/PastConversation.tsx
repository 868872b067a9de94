/** Another conversation of the contact, to be read. */

import { Alert, Button, Loader, Modal, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { rows } from "../model/timeline.ts";
import type { Conversation } from "../protocol/generated.ts";
import { useApi } from "./context.ts";
import { dayOf, shortDate } from "./format.ts";
import css from "./PastConversation.module.css";
import { RowOf } from "./Timeline.tsx";

interface Props {
  /** None: the dialog is closed. */
  conversation: Conversation | null;
  name: string;
  close: () => void;
}

export function PastConversation({ conversation, name, close }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={conversation !== null}
      onClose={close}
      size="lg"
      title={conversation && t("contact.conversationOf", { name, date: shortDate(conversation.created_at) })}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {conversation && <Messages conversation={conversation} name={name} />}
    </Modal>
  );
}

function Messages({ conversation, name }: { conversation: Conversation; name: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const { data, error, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["messages", conversation.sid],
    queryFn: ({ pageParam }) => api.messages(conversation.sid, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: ({ messages, more }) => (more ? (messages[0]?.seq ?? null) : null),
    staleTime: 0,
  });
  const messages = data?.pages.toReversed().flatMap((page) => page.messages) ?? [];
  const list = rows({ messages, sending: [], conversation_sid: conversation.sid }, dayOf);
  return (
    <div className={css.messages}>
      {error && <Alert color="red">{error.message}</Alert>}
      {isFetching && <Loader size="sm" mx="auto" aria-label={t("conversation.loading")} />}
      {hasNextPage && (
        <Button size="compact-sm" variant="subtle" onClick={() => void fetchNextPage()}>
          {t("timeline.older")}
        </Button>
      )}
      {!isFetching && list.length === 0 && !error && (
        <Text size="sm" c="dimmed">
          {t("tasks.noMessages")}
        </Text>
      )}
      {list.map((row) => (
        <RowOf key={row.key} row={row} name={name} />
      ))}
    </div>
  );
}
