/** What was said, in its order. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Widget } from "../model.ts";
import { type Entry, type Line, openChoices, timeline, timeOfSeq } from "../state.ts";
import { Message } from "./message.tsx";

/** Pixels from the end at which the visitor still counts as reading there. */
const NEAR_END = 48;

export function Log({ widget }: { widget: Widget }) {
  const { texts, tag } = widget.language;
  const log = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const items = timeline(widget.chat);
  const last = items.at(-1)?.key;
  const isTyping = widget.chat.typingUntil > Date.now();

  // New messages are followed, unless the visitor reads further up; their own always are.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is the reason to scroll
  useLayoutEffect(() => {
    const mine = widget.chat.entries.at(-1)?.mine === true;
    if (log.current && (isAtEnd || mine)) log.current.scrollTop = log.current.scrollHeight;
  }, [last, isTyping, isAtEnd, widget]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is the reason to look
  useEffect(() => {
    if (isAtEnd) widget.seen();
  }, [last, isAtEnd, widget]);

  // What appears beside the log makes it smaller: the end stays in sight.
  const wasAtEnd = useRef(isAtEnd);
  wasAtEnd.current = isAtEnd;
  useEffect(() => {
    const element = log.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = log.current ?? {
      scrollHeight: 0,
      scrollTop: 0,
      clientHeight: 0,
    };
    setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END);
  };
  const toEnd = () => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  };
  const choices = openChoices(widget.chat);
  return (
    <div
      class="log"
      role="log"
      aria-live="polite"
      aria-label={texts.title}
      // What scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      ref={log}
      onScroll={onScroll}
    >
      <div class="greeting" dir="auto">
        {widget.look.greeting ?? texts.greeting}
      </div>
      {items.map((item, at) => (
        <Item
          key={item.key}
          widget={widget}
          item={item}
          before={items[at - 1]}
          after={items[at + 1]}
          tag={tag}
          choices={choices}
        />
      ))}
      {isTyping && (
        <div class="typing">
          <span class="sr">{texts.typing}</span>
          <i />
          <i />
          <i />
        </div>
      )}
      {!isAtEnd && widget.unread > 0 && (
        <button type="button" class="to-end" onClick={toEnd}>
          {texts.newMessages}
        </button>
      )}
    </div>
  );
}

interface ItemProps {
  widget: Widget;
  item: Entry | Line;
  before: Entry | Line | undefined;
  after: Entry | Line | undefined;
  tag: string;
  choices: string | undefined;
}

function Item({ widget, item, before, after, tag, choices }: ItemProps) {
  const day = (of: Entry | Line) =>
    new Intl.DateTimeFormat(tag, { dateStyle: "medium" }).format(timeOfSeq(of.seq));
  const begins = before === undefined || day(before) !== day(item);
  return (
    <>
      {begins && <div class="day">{day(item)}</div>}
      {"line" in item ? (
        <div class="line">{line(widget, item)}</div>
      ) : (
        <Message
          widget={widget}
          entry={item}
          begins={begins || author(before) !== author(item)}
          ends={author(after) !== author(item)}
          canChoose={choices === item.key}
        />
      )}
    </>
  );
}

function author(item: Entry | Line | undefined): string {
  if (!item || "line" in item) return "";
  return item.mine ? "mine" : `ours ${item.authorName ?? ""}`;
}

function line(widget: Widget, { line, name }: Line): string {
  const { texts } = widget.language;
  return line === "ended" ? texts.ended : texts[line](name);
}
