/** What was said, newest below. Only the rows in sight are in the page. */

import { Badge, Button, Loader, Text } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { messagesOf } from "../model/state.ts";
import { type Row, rows } from "../model/timeline.ts";
import type { Conversation, Message } from "../protocol/generated.ts";
import { useDesk, useDeskState, useNow } from "./context.ts";
import { dayName, dayOf } from "./format.ts";
import { MessageRow } from "./MessageRow.tsx";
import { SendingRow } from "./SendingRow.tsx";
import css from "./Timeline.module.css";

/** Pixels from the end within which the timeline follows what is new. */
const NEAR_END_PX = 80;
/** Rows from the beginning at which older messages are asked for. */
const NEAR_BEGINNING = 3;
const ROW_PX = 64;

interface Props {
  conversation: Conversation;
  name: string;
}

export function Timeline({ conversation, name }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const messages = useDeskState((state) => messagesOf(state, conversation.contact_sid));
  const sending = useDeskState((state) => state.sending);
  const more = useDeskState((state) => state.more[conversation.contact_sid] ?? false);
  const list = useMemo(
    () => rows({ messages, sending, conversation_sid: conversation.sid }, dayOf),
    [messages, sending, conversation.sid],
  );

  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: list.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => list[index]?.key ?? index,
    overscan: 8,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const total = virtual.getTotalSize();

  const toEnd = useCallback(() => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);

  // While the end is in sight it stays in sight, whatever is added or turns out to be taller.
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the height counts
  useLayoutEffect(() => {
    if (following.current) toEnd();
  }, [total, list.length, toEnd]);

  // So it does when there is less room for it: what is written grows, a call has its bar.
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (following.current) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [toEnd]);

  // Older messages are put above: what the agent reads stays where it is.
  const firstKey = useRef<{ key: string | undefined; total: number }>({ key: undefined, total: 0 });
  useLayoutEffect(() => {
    const key = list.find((row) => row.kind === "message")?.key;
    const before = firstKey.current;
    const element = box.current;
    if (element && before.key !== undefined && before.key !== key && !following.current) {
      element.scrollTop += virtual.getTotalSize() - before.total;
    }
    firstKey.current = { key, total: virtual.getTotalSize() };
  }, [list, virtual]);

  const first = items[0]?.index ?? 0;
  useEffect(() => {
    if (more && !following.current && first <= NEAR_BEGINNING) {
      desk.history.older(conversation.sid).catch(() => undefined);
    }
  }, [more, first, desk, conversation.sid]);

  const last = messages.at(-1);
  useEffect(() => {
    const look = () => {
      if (last && document.visibilityState === "visible" && following.current)
        desk.history.seen(conversation.sid, last.seq);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [last, desk, conversation.sid]);

  const height = useRef(0);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const isChanged = element.scrollHeight !== height.current;
    height.current = element.scrollHeight;
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    // What comes in a burst takes the end out of sight without anybody having scrolled there.
    if (!near && isChanged && following.current) {
      toEnd();
      return;
    }
    following.current = near;
    setAtEnd(near);
    if (near && last) desk.history.seen(conversation.sid, last.seq);
  };

  return (
    <div className={css.frame}>
      <div
        ref={box}
        className={css.box}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-label={t("timeline.label")}
      >
        <div className={css.beginning}>
          {more ? (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => void desk.history.older(conversation.sid)}
            >
              {t("timeline.older")}
            </Button>
          ) : (
            <Text size="xs" c="dimmed">
              {t("timeline.beginning")}
            </Text>
          )}
        </div>
        <div className={css.space} style={{ height: total }}>
          <div className={css.rows} style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
            {items.map(({ key, index }) => {
              const row = list[index];
              return (
                <div key={key} data-index={index} ref={virtual.measureElement}>
                  {row && <RowOf row={row} name={name} conversation={conversation} />}
                </div>
              );
            })}
          </div>
        </div>
        <TypingLine conversation={conversation} name={name} />
      </div>
      {!isAtEnd && <ToEnd conversation={conversation} messages={messages} go={toEnd} />}
    </div>
  );
}

/** One row, by its kind; with the conversation that the agent is in, there is something to do with its messages. */
export function RowOf({ row, name, conversation }: { row: Row; name: string; conversation?: Conversation }) {
  switch (row.kind) {
    case "day":
      return <Day at={row.at} />;
    case "conversation":
      return <ConversationLine current={row.current} />;
    case "system":
      return (
        <div className={css.note}>
          <Text size="xs" c="dimmed" dir="auto">
            {row.text}
          </Text>
        </div>
      );
    case "message":
      return <MessageRow row={row} name={name} conversation={conversation ?? null} />;
    case "sending":
      return <SendingRow sending={row.sending} />;
  }
}

function Day({ at }: { at: number }) {
  const { t } = useTranslation();
  const now = useNow();
  const day = dayOf(at);
  const name =
    day === dayOf(now)
      ? t("timeline.today")
      : day === dayOf(now - 86_400_000)
        ? t("timeline.yesterday")
        : dayName(at);
  return (
    <div className={css.line}>
      <span>{name}</span>
    </div>
  );
}

function ConversationLine({ current }: { current: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={css.note}>
      <Badge variant="light" color={current ? "indigo" : "gray"} size="sm" tt="none">
        {t(current ? "timeline.current" : "timeline.previous")}
      </Badge>
    </div>
  );
}

function TypingLine({ conversation, name }: Props) {
  const { t } = useTranslation();
  const now = useNow();
  const typing = useDeskState((state) => state.typing[conversation.sid]);
  const isShown = typing !== undefined && typing.until > now;
  return (
    <div className={css.typing} aria-live="polite">
      {isShown && (
        <>
          <Loader type="dots" size={18} color="gray" aria-hidden />
          <bdi>{t("timeline.types", { name: typing.name ?? name })}</bdi>
        </>
      )}
    </div>
  );
}

function ToEnd({
  conversation,
  messages,
  go,
}: {
  conversation: Conversation;
  messages: readonly Message[];
  go: () => void;
}) {
  const { t } = useTranslation();
  const seen = useDeskState((state) => state.read[conversation.sid] ?? 0);
  const count = messages.filter(({ seq, direction }) => seq > seen && direction === "inbound").length;
  return (
    <Button
      className={css.toEnd}
      size="compact-sm"
      radius="xl"
      onClick={go}
      leftSection={<IconArrowDown size={14} aria-hidden />}
    >
      {count > 0 ? t("timeline.new", { count }) : t("timeline.latest")}
    </Button>
  );
}
