/** The offers and tasks of a desk as lists show them. */

import type { ChannelKind, Contact, Conversation, Message, Reservation } from "../protocol/generated.ts";
import { contactOf, type DeskState, messagesOf } from "./state.ts";

/** How long a customer may wait for an answer: `good`, then `late`, then `broken`. */
export type Sla = "good" | "late" | "broken";

export interface TaskItem {
  reservation: Reservation;
  attributes: Readonly<Record<string, unknown>>;
  conversation: Conversation | null;
  contact: Contact | null;
  name: string | null;
  /** Where they talk. */
  channel: ChannelKind | null;
  last: Message | null;
  unread: number;
  /** Since when the customer waits for an answer, milliseconds since the epoch by the center's clock. */
  waiting_since: number | null;
}

/** A text of JSON that should be an object. */
export function parseAttributes(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** Whether a task is somebody's call, whatever they write beside it. */
export function hasCall(attributes: Readonly<Record<string, unknown>>): boolean {
  return typeof attributes.call_sid === "string";
}

/** Names under which flows put the customer's name and channel into a task's attributes (Studio, Flex). */
const NAME_ATTRIBUTES = ["customerName", "customer_name", "name", "customer", "from"];
const CHANNEL_ATTRIBUTES = ["channelType", "channel_type", "channel"];

/** Who a task is for, as far as its attributes tell. */
export function customerOf({ attributes }: { attributes: string }): {
  name: string | null;
  channel: ChannelKind | null;
} {
  const parsed = parseAttributes(attributes);
  return {
    name: firstText(parsed, [...NAME_ATTRIBUTES, "customerAddress"]),
    channel: firstText(parsed, CHANNEL_ATTRIBUTES) as ChannelKind | null,
  };
}

/** What a program needs to find things, and no person. */
const OF_PROGRAMS = [
  ...CHANNEL_ATTRIBUTES,
  ...NAME_ATTRIBUTES,
  "customerAddress",
  "invitation_note",
  "transfer_note",
  "callback",
];
const SID = /^[A-Z]{2}[0-9a-f]{32}$/u;

/** The attributes of a task that tell a person something: without ids, and what is shown elsewhere. */
export function facts(attributes: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(attributes).flatMap(([key, value]): [string, string][] => {
    const isPlain = ["string", "number", "boolean"].includes(typeof value);
    const text = String(value);
    return isPlain && text !== "" && !SID.test(text) && !OF_PROGRAMS.includes(key) ? [[key, text]] : [];
  });
}

export function taskItem(state: DeskState, reservation: Reservation): TaskItem {
  const attributes = parseAttributes(reservation.task.attributes);
  const sid = reservation.task.conversation_sid;
  const conversation = (sid ? state.conversations[sid] : null) ?? null;
  const contactSid = conversation?.contact_sid ?? (sid ? contactOf(sid) : null);
  const contact = (contactSid ? state.contacts[contactSid] : null) ?? null;
  const messages = (contactSid ? messagesOf(state, contactSid) : []).filter(
    (message) => message.conversation_sid === sid,
  );
  const seen = (sid ? state.read[sid] : null) ?? 0;
  return {
    reservation,
    attributes,
    conversation,
    contact,
    name: contact?.name ?? firstText(attributes, NAME_ATTRIBUTES) ?? conversation?.address.id ?? null,
    channel: hasCall(attributes)
      ? "voice"
      : (conversation?.address.channel ?? (firstText(attributes, CHANNEL_ATTRIBUTES) as ChannelKind | null)),
    last: messages.findLast(({ kind }) => !BESIDE.includes(kind)) ?? null,
    unread: messages.filter((message) => message.direction === "inbound" && message.seq > seen).length,
    waiting_since: waitingSince(reservation, messages),
  };
}

/** How much waits for the agent: offers, and what customers said that they have not seen. */
export function whatWaits(state: DeskState): number {
  const held = Object.values(state.reservations);
  const isOffer = ({ reservation_status }: Reservation) => reservation_status === "pending";
  // A call may have a task beside that of its conversation.
  const unread = new Map(
    held
      .filter((each) => !isOffer(each))
      .map((each) => [each.task.conversation_sid ?? each.sid, taskItem(state, each).unread]),
  );
  return [...unread.values()].reduce((sum, each) => sum + each, held.filter(isOffer).length);
}

/** Kinds that nobody waits to have answered. */
const BESIDE: readonly Message["kind"][] = ["reaction", "system", "note"];

function firstText(attributes: Readonly<Record<string, unknown>>, names: readonly string[]): string | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
}

/** When the customer said the first thing that no agent has answered: they wait from the beginning of the task on. */
function waitingSince(reservation: Reservation, messages: readonly Message[]): number | null {
  if (reservation.reservation_status === "wrapping") return null;
  const answered = messages.findLastIndex(isAnswer);
  const asked = messages
    .slice(answered + 1)
    .find(({ direction, kind }) => direction === "inbound" && !BESIDE.includes(kind));
  const since_task = reservation.task.date_created * 1000;
  if (answered < 0) return since_task;
  return asked ? Math.max(asked.created_at, since_task) : null;
}

function isAnswer({ direction, author }: Message): boolean {
  return direction === "outbound" && (author.type === "agent" || author.type === "provider");
}

/** How a wait of so many seconds is to be seen. */
export function sla(waited_s: number, target_s: number): Sla {
  if (waited_s >= target_s) return "broken";
  return waited_s >= target_s / 2 ? "late" : "good";
}

export function offers(state: DeskState): Reservation[] {
  return ofStatus(state, ["pending"]);
}

/** What the worker has taken and not completed, oldest first. */
export function heldTasks(state: DeskState): Reservation[] {
  return ofStatus(state, ["accepted", "wrapping"]);
}

function ofStatus(state: DeskState, statuses: readonly Reservation["reservation_status"][]): Reservation[] {
  return Object.values(state.reservations)
    .filter(({ reservation_status }) => statuses.includes(reservation_status))
    .sort((a, b) => a.date_created - b.date_created || (a.sid < b.sid ? -1 : 1));
}
