/** The conversation as the window shows it: a pure function of what was heard and sent. */
import { webUrl } from "./links.ts";
import { type Content, type Message, POSITIONS_PER_MS, type Said, type Standing } from "./protocol.ts";
import { timeOf } from "./uuid.ts";

/** `sending` is in the outbox; `failed` was refused; everything else the center has. */
export type Sending = "sending" | "failed" | "sent";

export interface Entry {
  /** Of the message: the visitor's own id of it, or the center's. */
  key: string;
  seq: number;
  mine: boolean;
  content: Content;
  sid?: string;
  authorName?: string;
  receipt?: string;
  sending: Sending;
  /** Whether the center told it: what the visitor says is shown before. */
  heard?: true;
  deleted: boolean;
}

/** A line of the window's own. */
export interface Line {
  key: string;
  seq: number;
  line: "joined" | "left" | "ended";
  name: string;
}

export interface Chat {
  entries: readonly Entry[];
  lines: readonly Line[];
  standing: Standing;
  /** Somebody writes, until this moment. */
  typingUntil: number;
  /** The position up to which the visitor has seen ours. */
  seenSeq: number;
  /** The position up to which an agent has seen the visitor's. */
  readSeq: number;
  /** A conversation with an agent has ended and was not rated yet. */
  toRate: boolean;
}

export type Event =
  | { type: "heard"; messages: readonly Message[] }
  | { type: "said"; id: string; said: Said }
  | { type: "acknowledged"; id: string; sid?: string }
  | { type: "refused"; id: string }
  | { type: "dropped"; id: string }
  | { type: "standing"; standing: Standing; now: number }
  | { type: "typing"; on: boolean; now: number }
  | { type: "seen"; seq: number }
  | { type: "read"; id: string }
  | { type: "remembered"; seenSeq: number; readSeq: number }
  | { type: "rated" }
  | { type: "forgotten" };

/** Milliseconds that typing is shown when nobody says that it is over. */
const TYPING_MS = 6_000;

export const EMPTY: Chat = {
  entries: [],
  lines: [],
  standing: { state: "none", agents: [] },
  typingUntil: 0,
  seenSeq: 0,
  readSeq: 0,
  toRate: false,
};

export function reduce(chat: Chat, event: Event): Chat {
  switch (event.type) {
    case "heard": {
      const entries = event.messages.reduce(hear, chat.entries);
      const spoken = event.messages.some((message) => message.direction === "outbound");
      return entries === chat.entries
        ? chat
        : { ...chat, entries, typingUntil: spoken ? 0 : chat.typingUntil };
    }
    case "said":
      return say(chat, event.id, event.said);
    case "acknowledged":
      return change(chat, event.id, (entry) => {
        const sending = entry.sending === "sending" ? "sent" : entry.sending;
        return event.sid === undefined ? { ...entry, sending } : { ...entry, sending, sid: event.sid };
      });
    case "refused":
      return change(chat, event.id, (entry) => ({ ...entry, sending: "failed" }));
    case "dropped":
      return { ...chat, entries: chat.entries.filter((entry) => entry.key !== event.id) };
    case "standing":
      return stand(chat, event.standing, event.now);
    case "typing":
      return { ...chat, typingUntil: event.on ? event.now + TYPING_MS : 0 };
    case "seen":
      return event.seq > chat.seenSeq ? { ...chat, seenSeq: event.seq } : chat;
    case "read": {
      const seq = chat.entries.find((entry) => entry.key === event.id)?.seq ?? 0;
      return seq > chat.readSeq ? { ...chat, readSeq: seq } : chat;
    }
    case "remembered":
      return { ...chat, seenSeq: event.seenSeq, readSeq: event.readSeq };
    case "rated":
      return { ...chat, toRate: false };
    case "forgotten":
      return EMPTY;
  }
}

function order(one: { seq: number; key: string }, other: { seq: number; key: string }): number {
  return one.seq - other.seq || (one.key < other.key ? -1 : 1);
}

/** A message is known by its id, the visitor's own by the one that the client gave it too: what comes replaces it. */
function hear(entries: readonly Entry[], message: Message): readonly Entry[] {
  const mine = message.direction === "inbound";
  const at = entries.findIndex(
    (entry) =>
      entry.sid === message.sid || (mine && message.clientId !== undefined && entry.key === message.clientId),
  );
  const entry: Entry = {
    key: entries[at]?.key ?? (mine ? message.clientId : undefined) ?? message.sid,
    sid: message.sid,
    seq: message.seq,
    mine,
    content: message.content,
    sending: "sent",
    heard: true,
    deleted: message.deleted || entries[at]?.deleted === true,
    ...(message.authorName === undefined ? {} : { authorName: message.authorName }),
    ...(message.receipt === undefined ? {} : { receipt: message.receipt }),
  };
  if (at >= 0 && JSON.stringify(entries[at]) === JSON.stringify(entry)) return entries;
  return (at < 0 ? [...entries, entry] : entries.with(at, entry)).toSorted(order);
}

function say(chat: Chat, id: string, said: Said): Chat {
  if (said.kind !== "text" && said.kind !== "media" && said.kind !== "choice") return chat;
  if (chat.entries.some((entry) => entry.key === id)) {
    return change(chat, id, (entry) => ({ ...entry, sending: "sending" }));
  }
  const last = chat.entries.at(-1)?.seq ?? 0;
  // What the visitor has just said stands last, whatever the clock of this device.
  const seq = Math.max(timeOf(id) * POSITIONS_PER_MS, last + 1);
  const entry: Entry = {
    key: id,
    seq,
    mine: true,
    content: said,
    sending: "sending",
    deleted: false,
  };
  const state = chat.standing.state;
  const standing: Standing =
    state === "closed" || state === "none" ? { state: "flow", agents: [] } : chat.standing;
  return { ...chat, entries: [...chat.entries, entry], standing };
}

function change(chat: Chat, key: string, by: (entry: Entry) => Entry): Chat {
  const at = chat.entries.findIndex((entry) => entry.key === key);
  const entry = chat.entries[at];
  return entry ? { ...chat, entries: chat.entries.with(at, by(entry)) } : chat;
}

function stand(chat: Chat, standing: Standing, now: number): Chat {
  const before = chat.standing;
  const seq = Math.max(now * POSITIONS_PER_MS, (chat.entries.at(-1)?.seq ?? 0) + 1);
  const line = (line: Line["line"], name: string): Line => ({
    key: `${line} ${name} ${seq}`,
    seq,
    line,
    name,
  });
  const lines: Line[] = [];
  // What was so when the window opened is no news.
  if (before.state !== "none") {
    for (const name of standing.agents) if (!before.agents.includes(name)) lines.push(line("joined", name));
    for (const name of before.agents) {
      if (!standing.agents.includes(name) && standing.state !== "closed") lines.push(line("left", name));
    }
  }
  const ended = standing.state === "closed" && before.state === "with_agent";
  if (ended) lines.push(line("ended", ""));
  const same = JSON.stringify(before) === JSON.stringify(standing);
  if (same && lines.length === 0) return chat;
  return {
    ...chat,
    standing,
    lines: [...chat.lines, ...lines],
    toRate: ended || (chat.toRate && standing.state === "closed"),
    typingUntil: ended ? 0 : chat.typingUntil,
  };
}

/** Everything in its order. */
export function timeline(chat: Chat): (Entry | Line)[] {
  return [...chat.entries, ...chat.lines].sort(order);
}

/** The position behind which there may be something new; 0 when nothing was heard. */
export function lastSeq(chat: Chat): number {
  return chat.entries.reduce(
    (last, entry) => (entry.sid && entry.sending === "sent" ? Math.max(last, entry.seq) : last),
    0,
  );
}

/** Whether the center's history has told of a message, and its files have addresses of the web. */
export function isSettled(chat: Chat, key: string): boolean {
  const entry = chat.entries.find((entry) => entry.key === key);
  if (!entry?.heard) return false;
  return entry.content.kind !== "media" || entry.content.attachments.every(({ url }) => webUrl(url));
}

export function unread(chat: Chat): number {
  return chat.entries.filter((entry) => !entry.mine && !entry.deleted && entry.seq > chat.seenSeq).length;
}

/** The answers that can still be pressed: of the last message, while nothing was said after it. */
export function openChoices(chat: Chat): string | undefined {
  const last = chat.entries.at(-1);
  return last && !last.mine && last.content.kind === "choices" && !last.deleted ? last.key : undefined;
}

/** Milliseconds since the epoch of a position. */
export const timeOfSeq = (seq: number): number => Math.floor(seq / POSITIONS_PER_MS);
