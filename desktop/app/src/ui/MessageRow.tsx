/** One message: who, when, on which channel, what, and what became of it. */

import { Text } from "@mantine/core";
import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconHelpCircle } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { shallow } from "zustand/vanilla/shallow";
import { plainText, type Row } from "../model/timeline.ts";
import type { Author, Conversation, Message } from "../protocol/generated.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { ContentView } from "./ContentView.tsx";
import { useDeskState } from "./context.ts";
import { fullTime, timeOfDay } from "./format.ts";
import { MessageActions } from "./MessageActions.tsx";
import css from "./MessageRow.module.css";

interface Props {
  row: Extract<Row, { kind: "message" }>;
  name: string;
  /** Where the agent can answer it. */
  conversation: Conversation | null;
}

export const MessageRow = memo(Shown, isSame);

/** Rows are made anew whenever something is said; most of them say what they said before. */
function isSame(one: Props, other: Props): boolean {
  return one.name === other.name && one.conversation === other.conversation && shallow(one.row, other.row);
}

function Shown({ row, name, conversation }: Props) {
  const { t } = useTranslation();
  const { message, content, continues, reactions, answers, chosen } = row;
  const author = useAuthorName(message.author, name);
  return (
    <article
      className={css.row}
      data-direction={message.direction}
      data-author={message.author.type}
      data-kind={message.kind}
      data-continues={continues || undefined}
      aria-label={`${author}, ${timeOfDay(message.created_at)}`}
    >
      {!continues && (
        <div className={css.head}>
          <ChannelIcon channel={message.channel} size={14} />
          <bdi>{author}</bdi>
          {message.kind === "note" && <span className={css.note}>{t("timeline.note")}</span>}
        </div>
      )}
      <div className={css.bubble} data-failed={message.status === "failed" || undefined}>
        {answers && (
          <div className={css.quote}>
            <span className={css.hidden}>{t("timeline.answers")} </span>
            <bdi>
              {answers.deleted
                ? t("timeline.deleted")
                : plainText(answers.edited ?? answers) || t("timeline.media")}
            </bdi>
          </div>
        )}
        {message.deleted ? (
          <Text size="sm" fs="italic" c="dimmed">
            {t("timeline.deleted")}
          </Text>
        ) : (
          <ContentView content={content} message={message.edited ? null : message} chosen={chosen} />
        )}
        {"truncated" in message && message.truncated === true && (
          <Text size="xs" c="dimmed">
            {t("timeline.truncated")}
          </Text>
        )}
      </div>
      {reactions.length > 0 && (
        <div className={css.reactions}>
          {reactions.map(({ emoji, count }) => (
            <span key={emoji}>
              {emoji}
              {count > 1 && ` ${count}`}
            </span>
          ))}
        </div>
      )}
      <div className={css.foot}>
        <time dateTime={new Date(message.created_at).toISOString()} title={fullTime(message.created_at)}>
          {timeOfDay(message.created_at)}
        </time>
        {message.edited && !message.deleted && <span>{t("timeline.edited")}</span>}
        {message.direction === "outbound" && <Receipt message={message} />}
        {conversation && <MessageActions message={message} conversation={conversation} />}
      </div>
      {message.status === "failed" && (
        <Text size="xs" className={css.reason} dir="auto">
          {[t("status.failed"), message.reason].filter(Boolean).join(": ")}
        </Text>
      )}
    </article>
  );
}

function useAuthorName(author: Author, customer: string): string {
  const { t } = useTranslation();
  const me = useDeskState((state) => state.worker?.sid);
  switch (author.type) {
    case "contact":
      return customer;
    case "agent":
      return author.worker_sid === me ? t("timeline.you") : author.name;
    case "flow":
      return t("timeline.flow");
    case "system":
      return t("timeline.system");
    case "provider":
      return t("timeline.provider");
  }
}

const RECEIPTS = {
  received: IconCheck,
  queued: IconClock,
  unknown: IconHelpCircle,
  sent: IconCheck,
  failed: IconAlertCircle,
  delivered: IconChecks,
  read: IconChecks,
} as const;

function Receipt({ message: { status, reason } }: { message: Message }) {
  const { t } = useTranslation();
  const Mark = RECEIPTS[status];
  const label = t(`status.${status}`);
  return (
    <span
      className={css.receipt}
      data-status={status}
      role="img"
      aria-label={label}
      title={reason ? `${label}: ${reason}` : label}
    >
      <Mark size={15} aria-hidden />
    </span>
  );
}
