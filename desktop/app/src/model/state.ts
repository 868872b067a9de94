/** What a desk knows. Plain data: nothing here touches a socket, a clock or the page. */

import type { CallEntry, Failure, Media, Possible, Reach, Template } from "../protocol/frames.ts";
import type {
  Activity,
  ChannelKind,
  ChoiceOption,
  Contact,
  ContactSid,
  Content,
  Conversation,
  ConversationSid,
  Message,
  MessageSid,
  Reservation,
  ReservationSid,
  Scheduled,
  Seq,
  Worker,
} from "../protocol/generated.ts";
import { mergeMessages } from "./merge.ts";

export type Connection =
  | { phase: "connecting" }
  | { phase: "online" }
  /** `retry_at`: milliseconds since the epoch. */
  | { phase: "offline"; retry_at: number }
  | { phase: "signed_out"; why: "expired" | "refused" | "asked" };

/** What an agent says, until the center has it. */
export interface Sending {
  /** The id of the request, and so of the message. */
  id: string;
  conversation_sid: ConversationSid;
  text: string;
  media: readonly Media[];
  /** What the provider has approved, where it is said; `text` is what it says. */
  template: Template | null;
  /** Answers to choose from; `text` is the question. */
  choices: readonly ChoiceOption[];
  /** The message that it answers, as `message.send` names it. */
  reply_to: string | null;
  /** The identity of the contact to write to, where it is not the one last used. */
  to: Possible | null;
  /** Milliseconds since the epoch. */
  written_at: number;
  phase: "held" | "sending" | "failed";
  /** Why it failed. */
  failure: Failure | null;
}

/** Who types in a conversation. */
export interface TypingNow {
  name: string | null;
  /** Milliseconds since the epoch after which it is no longer believed. */
  until: number;
}

/** Messages that the desk lacks: later than `after`, which it has, and before `before`, which it has too. */
export interface Gap {
  conversation_sid: ConversationSid;
  after: Seq;
  before: Seq;
}

export interface DeskState {
  connection: Connection;
  /** The center's clock less ours, milliseconds. */
  clock_offset_ms: number;
  worker: Worker | null;
  activities: readonly Activity[];
  /** Those that are not over. */
  reservations: Readonly<Record<ReservationSid, Reservation>>;
  conversations: Readonly<Record<ConversationSid, Conversation>>;
  /** By the provider's id of the customer's call. */
  calls: Readonly<Record<string, CallEntry>>;
  contacts: Readonly<Record<ContactSid, Contact>>;
  /** Where each contact may be written to. */
  reach: Readonly<Record<ContactSid, readonly Reach[]>>;
  /** Of a contact, on all channels and of all conversations, by position. */
  messages: Readonly<Record<ContactSid, readonly Message[]>>;
  /** Whether there may be older messages of a contact. */
  more: Readonly<Record<ContactSid, boolean>>;
  gaps: Readonly<Record<ContactSid, Gap>>;
  sending: readonly Sending[];
  /** What is to be said to each contact later. */
  scheduled: Readonly<Record<ContactSid, readonly Scheduled[]>>;
  /** The last of them that was not sent, and not because an agent thought better of it. */
  refused: Scheduled | null;
  typing: Readonly<Record<ConversationSid, TypingNow>>;
  /** Up to where this worker has seen a conversation. */
  read: Readonly<Record<ConversationSid, Seq>>;
  selected: ReservationSid | null;
}

export const EMPTY: DeskState = {
  connection: { phase: "connecting" },
  clock_offset_ms: 0,
  worker: null,
  activities: [],
  reservations: {},
  conversations: {},
  calls: {},
  contacts: {},
  reach: {},
  messages: {},
  more: {},
  gaps: {},
  sending: [],
  scheduled: {},
  refused: null,
  typing: {},
  read: {},
  selected: null,
};

/** The contact of a conversation: the first digits of both ids are the same (the last 8 are its number). */
export function contactOf(conversation: ConversationSid): ContactSid {
  return `CT${conversation.slice(2, 26)}00000000`;
}

const merged = new WeakMap<object, { of: readonly (readonly Message[])[]; messages: readonly Message[] }>();

/** A contact's messages, and those of the contacts that were found to be the same; the same list while nothing changes. */
export function messagesOf(state: DeskState, sid: ContactSid): readonly Message[] {
  const contact = state.contacts[sid];
  const of = [sid, ...(contact?.merged ?? [])].flatMap((one) =>
    state.messages[one] ? [state.messages[one]] : [],
  );
  if (of.length <= 1 || !contact) return of[0] ?? NO_MESSAGES;
  const known = merged.get(contact);
  if (known?.of.length === of.length && known.of.every((list, at) => list === of[at])) return known.messages;
  const messages = of.reduce(mergeMessages);
  merged.set(contact, { of, messages });
  return messages;
}

const NO_MESSAGES: readonly Message[] = [];
const NOTHING: readonly Scheduled[] = [];

/** What is to be said to a contact later, the first to go out first. */
export function scheduledOf(state: DeskState, sid: ContactSid): readonly Scheduled[] {
  return state.scheduled[sid] ?? NOTHING;
}

/** What a message that the center has taken looks like until the center tells. */
export function sentMessage(
  sending: Sending,
  answer: { sid: MessageSid; seq: Seq },
  to: { channel: ChannelKind; account: string },
  worker: Worker,
): Message {
  return {
    ...content(sending),
    sid: answer.sid,
    seq: answer.seq,
    conversation_sid: sending.conversation_sid,
    contact_sid: contactOf(sending.conversation_sid),
    channel: to.channel,
    account: to.account,
    direction: "outbound",
    author: { type: "agent", worker_sid: worker.sid, name: worker.friendly_name },
    status: "queued",
    created_at: sending.written_at,
  };
}

function content({ text, media, template, choices }: Sending): Content {
  if (template) return { kind: "template", ...template, text };
  if (choices.length > 0) return { kind: "choices", text, options: [...choices] };
  if (media.length === 0) return { kind: "text", text };
  const attachments = media.map(({ url, content_type = "application/octet-stream", file_name }) => ({
    url,
    content_type,
    ...(file_name ? { file_name } : {}),
  }));
  return { kind: "media", attachments, ...(text ? { text } : {}) };
}
