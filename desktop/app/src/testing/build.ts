/** Things of the protocol as the center made them, changed where a test says so. */

import type { CallEntry, Frame } from "../protocol/frames.ts";
import type {
  CallParticipant,
  Contact,
  Content,
  Conversation,
  Message,
  Reservation,
  Worker,
} from "../protocol/generated.ts";
import { recorded } from "../protocol/recorded.ts";

const FRAMES: readonly Frame[] = recorded;

export function frame<T extends Frame["event_type"]>(type: T): Frame & { event_type: T } {
  const found = FRAMES.find(({ event_type }) => event_type === type);
  if (!found) throw new Error(`no ${type} was recorded`);
  return structuredClone(found) as Frame & { event_type: T };
}

export function message(change: Partial<Message> & { text?: string } = {}): Message {
  return { ...frame("message.created").payload, ...change } as Message;
}

export function said(kind: Content["kind"]): Message {
  const found = FRAMES.find(
    ({ event_type, payload }) =>
      event_type === "message.created" && "kind" in payload && payload.kind === kind,
  );
  if (!found) throw new Error(`no ${kind} was recorded`);
  return structuredClone(found.payload) as Message;
}

export function reservation(change: Partial<Reservation> = {}): Reservation {
  return { ...(frame("reservation.created").payload as Reservation), ...change };
}

export function conversation(
  change: Partial<Conversation> = {},
): Conversation & { conversation_sid: string; seq: number } {
  return { ...frame("conversation.updated").payload, ...change };
}

export function contact(change: Partial<Contact> = {}): Contact {
  return { ...frame("contact.updated").payload, ...change };
}

export function worker(change: Partial<Worker> = {}): Worker {
  return { ...frame("init").payload.worker, ...change };
}

/** A call between the recorded worker and the recorded conversation's customer. */
export function call(change: Partial<CallEntry> = {}): CallEntry {
  return {
    ...frame("call.updated").payload,
    task_sid: reservation().task.sid,
    conversation_sid: conversation().sid,
    state: "connected",
    recording: "off",
    participants: [part({ participant: "customer", kind: "customer" }), part({ worker_sid: worker().sid })],
    ...change,
  };
}

/** Somebody in it: the agent, unless it is said otherwise. */
export function part(change: Partial<CallParticipant> = {}): CallParticipant {
  return { participant: "agent", kind: "agent", state: "joined", muted: false, on_hold: false, ...change };
}
