/** What a contact and we have said, as rows of a timeline. */

import type { Content, ConversationSid, Message } from "../protocol/generated.ts";
import { chosenOf } from "./choices.ts";
import type { Sending } from "./state.ts";

export interface Reactions {
  emoji: string;
  count: number;
}

export type Row =
  | { kind: "day"; key: string; at: number }
  /** A conversation begins; `current`: the one at hand. */
  | { kind: "conversation"; key: string; conversation_sid: ConversationSid; current: boolean }
  | { kind: "system"; key: string; message: Message; text: string }
  | {
      kind: "message";
      key: string;
      message: Message;
      /** What it says now: after its edit, if there was one. */
      content: Content;
      /** Said right after the one above, by the same author on the same channel. */
      continues: boolean;
      reactions: readonly Reactions[];
      /** What it answers, where that is known. */
      answers: Message | null;
      /** Which of the answers that it offers was chosen (`data`). */
      chosen: string | null;
    }
  | { kind: "sending"; key: string; sending: Sending };

const NONE: readonly Reactions[] = [];

/** Messages of one author within so many milliseconds stand together. */
const TOGETHER_MS = 5 * 60_000;

export interface Timeline {
  messages: readonly Message[];
  sending: readonly Sending[];
  /** The conversation at hand. */
  conversation_sid: ConversationSid;
}

/** `dayOf` says which day of the reader's calendar a moment belongs to. */
export function rows(
  { messages, sending, conversation_sid }: Timeline,
  dayOf: (at: number) => string,
): Row[] {
  const rows: Row[] = [];
  const byId = new Map<string, Message>();
  for (const message of messages) {
    byId.set(message.sid, message);
    if (message.provider_id) byId.set(message.provider_id, message);
  }
  const reactions = reactionsOf(messages, byId);
  const chosen = chosenOf(messages);
  let day = "";
  let conversation = "";
  let above: Message | null = null;
  for (const message of messages) {
    const target = message.reply_to ? byId.get(message.reply_to) : undefined;
    // A reaction is shown at what it is to; one to something that is not here stands for itself.
    if (message.kind === "reaction" && (target || !message.emoji)) continue;
    const itsDay = dayOf(message.created_at);
    if (itsDay !== day) {
      rows.push({ kind: "day", key: `day-${itsDay}-${message.sid}`, at: message.created_at });
      above = null;
    }
    if (message.conversation_sid !== conversation) {
      const current = message.conversation_sid === conversation_sid;
      if (conversation !== "" || !current) {
        rows.push({
          kind: "conversation",
          key: `conversation-${message.sid}`,
          conversation_sid: message.conversation_sid,
          current,
        });
      }
      above = null;
    }
    day = itsDay;
    conversation = message.conversation_sid;
    if (message.kind === "system") {
      rows.push({ kind: "system", key: message.sid, message, text: message.text });
      above = null;
      continue;
    }
    rows.push({
      kind: "message",
      key: message.sid,
      message,
      content: message.edited ?? message,
      continues: above !== null && isTogether(above, message),
      reactions: reactions.get(message.sid) ?? NONE,
      answers: target ?? null,
      chosen: chosen.get(message.sid) ?? null,
    });
    above = message;
  }
  for (const entry of sending) {
    if (entry.conversation_sid === conversation_sid)
      rows.push({ kind: "sending", key: entry.id, sending: entry });
  }
  return rows;
}

function isTogether(above: Message, message: Message): boolean {
  return (
    above.direction === message.direction &&
    above.channel === message.channel &&
    (above.kind === "note") === (message.kind === "note") &&
    authorKey(above) === authorKey(message) &&
    message.created_at - above.created_at < TOGETHER_MS
  );
}

function authorKey({ author }: Message): string {
  return author.type === "agent" ? author.worker_sid : author.type;
}

/** The last reaction of each author to each message: a later one replaces it, one without an emoji takes it back. */
function reactionsOf(
  messages: readonly Message[],
  byId: ReadonlyMap<string, Message>,
): Map<string, Reactions[]> {
  const last = new Map<string, Map<string, string | undefined>>();
  for (const message of messages) {
    const target = message.kind === "reaction" && message.reply_to ? byId.get(message.reply_to) : undefined;
    if (message.kind !== "reaction" || !target) continue;
    const ofTarget = last.get(target.sid) ?? new Map<string, string | undefined>();
    ofTarget.set(authorKey(message), message.deleted ? undefined : message.emoji);
    last.set(target.sid, ofTarget);
  }
  const counted = new Map<string, Reactions[]>();
  for (const [sid, ofTarget] of last) {
    const counts = new Map<string, number>();
    for (const emoji of ofTarget.values()) {
      if (emoji) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
    }
    counted.set(
      sid,
      [...counts].map(([emoji, count]) => ({ emoji, count })),
    );
  }
  return counted;
}

/** A line that stands for a content, or nothing where its kind says it. */
export function plainText(content: Content): string {
  switch (content.kind) {
    case "text":
    case "system":
    case "note":
    case "choices":
      return content.text;
    case "media":
    case "sticker":
    case "unsupported":
      return content.text ?? "";
    case "choice":
      return content.text ?? content.data;
    case "location":
      return content.name ?? content.address ?? "";
    case "email":
      return content.text || content.subject;
    case "contacts":
      return content.contacts.map(({ name }) => name).join(", ");
    case "template":
      return content.text ?? content.name;
    case "reaction":
      return content.emoji ?? "";
  }
}
