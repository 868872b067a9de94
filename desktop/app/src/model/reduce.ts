/** What happens at a desk, and what it knows afterwards. Pure. */

import type { Ack, CallEntry, Failure, Frame, Reach, Snapshot } from "../protocol/frames.ts";
import type {
  Contact,
  ContactSid,
  Conversation,
  ConversationSid,
  Message,
  Reservation,
  ReservationSid,
  ReservationStatus,
  Scheduled,
  Seq,
} from "../protocol/generated.ts";
import { ownPart, placed } from "./calls.ts";
import { isNewer, mergeMessages } from "./merge.ts";
import { windowOpened } from "./reach.ts";
import { type Connection, contactOf, type DeskState, type Sending, sentMessage } from "./state.ts";

/** How long somebody is believed to type who does not say so again. */
const TYPING_MS = 12_000;

export type DeskEvent =
  /** A frame that answers nothing. */
  | { type: "frame"; frame: Frame; now: number }
  | { type: "connection"; connection: Connection }
  | { type: "clock"; offset_ms: number }
  /** The answer of `sync`: `held` is what the desk had when it asked, `heard` what came since. */
  | {
      type: "synced";
      answer: Snapshot;
      held: readonly ReservationSid[];
      cursors: Cursors;
      heard: readonly Frame[];
      now: number;
    }
  /** The answer of any other request. */
  | { type: "answered"; answer: Ack }
  /** Older messages of a conversation's contact. */
  | { type: "history"; conversation_sid: ConversationSid; messages: readonly Message[]; more: boolean }
  | { type: "select"; reservation_sid: ReservationSid | null }
  | { type: "seen"; conversation_sid: ConversationSid; seq: Seq }
  | { type: "contact"; contact: Contact }
  | { type: "send"; sending: Sending }
  | { type: "taken_back"; id: string }
  | { type: "sent"; id: string; answer: Ack }
  | { type: "not_sent"; id: string; failure: Failure };

export type Cursors = Readonly<Record<ConversationSid, Seq>>;

const OVER: readonly ReservationStatus[] = ["rejected", "timeout", "canceled", "rescinded", "completed"];

export function reduce(state: DeskState, event: DeskEvent): DeskState {
  switch (event.type) {
    case "frame":
      return applyFrame(state, event.frame, event.now);
    case "connection":
      return { ...state, connection: event.connection };
    case "clock":
      return { ...state, clock_offset_ms: event.offset_ms };
    case "synced":
      return applySync(state, event);
    case "answered":
      return applyAnswer(state, event.answer);
    case "history":
      return applyHistory(state, event);
    case "select":
      return { ...state, selected: event.reservation_sid };
    case "seen":
      return withRead(state, event.conversation_sid, event.seq);
    case "contact":
      return withContact(state, event.contact);
    case "send":
      return {
        ...state,
        sending: [...state.sending.filter(({ id }) => id !== event.sending.id), event.sending],
      };
    case "taken_back":
      return { ...state, sending: state.sending.filter(({ id }) => id !== event.id) };
    case "sent":
      return applySent(state, event.id, event.answer);
    case "not_sent":
      return withSending(state, event.id, { phase: "failed", failure: event.failure });
  }
}

function applyFrame(state: DeskState, frame: Frame, now: number): DeskState {
  switch (frame.event_type) {
    case "init": {
      const { worker, activities } = frame.payload;
      return applySnapshot(withWorker({ ...state, activities }, worker), frame.payload);
    }
    case "sync":
      return applySnapshot(state, frame.payload);
    case "worker.activity.update":
    case "worker.attributes.update":
      return withWorker(state, frame.payload);
    case "worker.capacity.update": {
      const channel = frame.payload;
      if (!state.worker) return state;
      const others = state.worker.channels.filter(({ sid }) => sid !== channel.sid);
      return { ...state, worker: { ...state.worker, channels: [...others, channel] } };
    }
    case "message.created":
    case "message.updated":
      return withWindow(withMessages(withoutTyping(state, frame.payload), [frame.payload]), frame.payload);
    case "call.updated":
      return withCall(state, frame.payload);
    case "message.scheduled":
      return withRefused(withScheduled(state, frame.payload), frame.payload);
    case "conversation.updated":
      return withConversation(state, frame.payload);
    case "contact.updated":
      return withContact(state, frame.payload);
    case "conversation.read": {
      const { conversation_sid, seq, worker_sid } = frame.payload;
      return worker_sid === state.worker?.sid ? withRead(state, conversation_sid, seq) : state;
    }
    case "typing": {
      const { conversation_sid, author, on } = frame.payload;
      const typing = { ...state.typing };
      const name = author.type === "agent" ? author.name : null;
      if (on) typing[conversation_sid] = { name, until: now + TYPING_MS };
      else delete typing[conversation_sid];
      return { ...state, typing };
    }
    case "ack":
    case "error":
      return state;
    default:
      return withReservation(state, frame.payload);
  }
}

/** Everything of a snapshot, each by its own rule. */
function applySnapshot(state: DeskState, snapshot: Snapshot): DeskState {
  let next = state;
  for (const reservation of snapshot.reservations ?? []) next = withReservation(next, reservation);
  for (const { contact, addresses, scheduled, more, ...conversation } of snapshot.conversations ?? []) {
    next = withConversation(next, conversation);
    if (contact) next = withContact(next, contact);
    if (addresses) next = withReach(next, conversation.contact_sid, addresses);
    if (scheduled) next = withAllScheduled(next, conversation.contact_sid, scheduled);
    if (!(conversation.contact_sid in next.more)) next = withMore(next, conversation.contact_sid, more);
  }
  for (const call of snapshot.calls ?? []) next = withCall(next, call);
  return withMessages(next, snapshot.messages ?? []);
}

/** What the desk had when it asked and the answer lacks is over. What it heard meanwhile is applied once more. */
function applySync(state: DeskState, event: Extract<DeskEvent, { type: "synced" }>): DeskState {
  const { answer, held, cursors, heard, now } = event;
  const listed = new Set(answer.reservations?.map(({ sid }) => sid));
  let next = state;
  for (const sid of held) {
    if (!listed.has(sid)) next = withoutReservation(next, sid);
  }
  next = applySnapshot(next, answer);
  next = withoutCalls(next, held, answer);
  next = { ...next, gaps: { ...next.gaps, ...gapsOf(answer, cursors) } };
  return heard.reduce((state, frame) => applyFrame(state, frame, now), next);
}

/** After a long absence the answer begins later than where the desk's messages end. */
function gapsOf(answer: Snapshot, cursors: Cursors): DeskState["gaps"] {
  const gaps: Record<ContactSid, DeskState["gaps"][ContactSid]> = {};
  for (const { sid, contact_sid } of answer.conversations ?? []) {
    const after = cursors[sid];
    const seqs = answer.messages
      ?.filter((message) => message.contact_sid === contact_sid)
      .map(({ seq }) => seq);
    const before = Math.min(...(seqs ?? []));
    if (after !== undefined && Number.isFinite(before) && before > after) {
      gaps[contact_sid] = { conversation_sid: sid, after, before };
    }
  }
  return gaps;
}

function applyAnswer(state: DeskState, answer: Ack): DeskState {
  let next = state;
  if (answer.worker) next = withWorker(next, answer.worker);
  if (answer.task) next = withTask(next, answer.task);
  for (const call of [...(answer.calls ?? []), ...(answer.call ? [answer.call] : [])])
    next = withCall(next, call);
  if (answer.contact) {
    next = withContact(next, answer.contact);
    if (answer.addresses) next = withReach(next, answer.contact.sid, answer.addresses);
  }
  if (answer.conversation) {
    next = withConversation(next, answer.conversation);
    next = withMore(next, answer.conversation.contact_sid, answer.more ?? false);
  }
  const { scheduled } = answer;
  if (Array.isArray(scheduled) && answer.conversation) {
    next = withAllScheduled(next, answer.conversation.contact_sid, scheduled);
  } else if (scheduled && !Array.isArray(scheduled)) {
    next = withScheduled(next, scheduled);
  }
  return withMessages(next, answer.messages ?? []);
}

function applyHistory(state: DeskState, event: Extract<DeskEvent, { type: "history" }>): DeskState {
  const { conversation_sid, messages, more } = event;
  const contact = contactSid(state, conversation_sid);
  const oldest = messages[0]?.seq;
  const next = withMessages(state, messages);
  const gap = state.gaps[contact];
  if (!gap) return withMore(next, contact, more);
  const { [contact]: closed, ...gaps } = state.gaps;
  const isClosed = !more || oldest === undefined || oldest <= gap.after || oldest >= gap.before;
  return { ...next, gaps: isClosed ? gaps : { ...gaps, [contact]: { ...gap, before: oldest } } };
}

function applySent(state: DeskState, id: string, answer: Ack): DeskState {
  const sending = state.sending.find((entry) => entry.id === id);
  const { message_sid: sid, seq } = answer;
  const next = { ...state, sending: state.sending.filter((entry) => entry.id !== id) };
  const to = sending?.to ?? (sending && state.conversations[sending.conversation_sid]?.address);
  if (!sending || !to || !sid || seq === undefined || !state.worker) return next;
  return withMessages(next, [sentMessage(sending, { sid, seq }, to, state.worker)]);
}

function withWorker(state: DeskState, worker: NonNullable<DeskState["worker"]>): DeskState {
  return isNewer(worker.version, state.worker?.version) ? { ...state, worker } : state;
}

function withReservation(state: DeskState, reservation: Reservation): DeskState {
  const { sid, reservation_status: status, version } = reservation;
  if (OVER.includes(status)) return withoutReservation(state, sid);
  if (!isNewer(version, state.reservations[sid]?.version)) return state;
  return {
    ...state,
    reservations: { ...state.reservations, [sid]: { ...reservation, task: placed(reservation.task) } },
  };
}

/** The answer of an action on a reservation has its task. */
function withTask(state: DeskState, task: Reservation["task"]): DeskState {
  const held = Object.values(state.reservations).find((reservation) => reservation.task.sid === task.sid);
  if (!held) return state;
  const statuses: Partial<Record<typeof task.assignment_status, ReservationStatus>> = {
    assigned: "accepted",
    wrapping: "wrapping",
    completed: "completed",
    canceled: "canceled",
    pending: "rejected",
  };
  const reservation_status = statuses[task.assignment_status] ?? held.reservation_status;
  return withReservation(state, { ...held, task, reservation_status, version: task.version });
}

function withoutReservation(state: DeskState, sid: ReservationSid): DeskState {
  if (!(sid in state.reservations)) return state;
  const { [sid]: over, ...reservations } = state.reservations;
  const next = { ...state, reservations, selected: state.selected === sid ? null : state.selected };
  // A supervisor may hear a call without holding its task: only what has ended is forgotten with it.
  const ended = Object.values(state.calls).filter(
    ({ state, task_sid, conversation_sid }) =>
      state === "ended" && (task_sid === over?.task.sid || conversation_sid === over?.task.conversation_sid),
  );
  return ended.reduce((state, { call_sid }) => withoutCall(state, call_sid), next);
}

function withConversation(state: DeskState, conversation: Conversation): DeskState {
  const known = state.conversations[conversation.sid];
  if (!isNewer(conversation.version, known?.version)) return state;
  return { ...state, conversations: { ...state.conversations, [conversation.sid]: conversation } };
}

function withCall(state: DeskState, call: CallEntry): DeskState {
  if (!isNewer(call.version, state.calls[call.call_sid]?.version)) return state;
  return { ...state, calls: { ...state.calls, [call.call_sid]: call } };
}

/** A call of a task that is held, or that a supervisor watches, of which the center tells nothing any more, is over. */
function withoutCalls(state: DeskState, held: readonly ReservationSid[], answer: Snapshot): DeskState {
  const listed = new Set(answer.calls?.map(({ call_sid }) => call_sid));
  const places = held.flatMap((sid) => state.reservations[sid]?.task.conversation_sid ?? []);
  const gone = Object.values(state.calls).filter((call) => {
    const isWatched = ownPart(call, state.worker?.sid)?.kind === "supervisor";
    return (isWatched || places.includes(call.conversation_sid)) && !listed.has(call.call_sid);
  });
  return gone.reduce((state, { call_sid }) => withoutCall(state, call_sid), state);
}

function withoutCall(state: DeskState, call_sid: string): DeskState {
  const { [call_sid]: gone, ...calls } = state.calls;
  return { ...state, calls };
}

function withContact(state: DeskState, contact: Contact): DeskState {
  if (!isNewer(contact.version, state.contacts[contact.sid]?.version)) return state;
  return { ...state, contacts: { ...state.contacts, [contact.sid]: contact } };
}

function withReach(state: DeskState, contact: ContactSid, addresses: readonly Reach[]): DeskState {
  return { ...state, reach: { ...state.reach, [contact]: addresses } };
}

/** What the center says is all that is to be said. */
function withAllScheduled(state: DeskState, contact: ContactSid, all: readonly Scheduled[]): DeskState {
  return { ...state, scheduled: { ...state.scheduled, [contact]: all } };
}

/** One of them is new, different or over. It is listed under the contact whose conversation shows it. */
function withScheduled(state: DeskState, news: Scheduled): DeskState {
  const shown = Object.values(state.contacts).find(({ merged }) => merged?.includes(news.contact_sid));
  const contact = shown?.sid ?? news.contact_sid;
  const before = state.scheduled[contact] ?? [];
  if (!isNewer(news.version, before.find(({ sid }) => sid === news.sid)?.version)) return state;
  const others = before.filter(({ sid }) => sid !== news.sid);
  const isOpen = news.state === "scheduled" || news.state === "sending";
  const open = isOpen ? [...others, news].sort((a, b) => a.send_at - b.send_at) : others;
  return withAllScheduled(state, contact, open);
}

function withRefused(state: DeskState, news: Scheduled): DeskState {
  return news.state === "refused" ? { ...state, refused: news } : state;
}

/** What the customer says opens the window of the account that it came to. */
function withWindow(state: DeskState, message: Message & { window_until?: number }): DeskState {
  const { contact_sid, window_until } = message;
  const addresses = state.reach[contact_sid];
  if (!addresses || window_until === undefined) return state;
  return withReach(state, contact_sid, windowOpened(addresses, message, window_until));
}

function withMessages(state: DeskState, news: readonly Message[]): DeskState {
  if (news.length === 0) return state;
  const messages = { ...state.messages };
  for (const contact of new Set(news.map(({ contact_sid }) => contact_sid))) {
    const ofContact = news.filter(({ contact_sid }) => contact_sid === contact);
    messages[contact] = mergeMessages(messages[contact] ?? [], ofContact);
  }
  return { ...state, messages };
}

function withMore(state: DeskState, contact: ContactSid, more: boolean): DeskState {
  return { ...state, more: { ...state.more, [contact]: more } };
}

function withRead(state: DeskState, conversation: ConversationSid, seq: Seq): DeskState {
  if ((state.read[conversation] ?? 0) >= seq) return state;
  return { ...state, read: { ...state.read, [conversation]: seq } };
}

function withoutTyping(state: DeskState, { conversation_sid, direction }: Message): DeskState {
  if (direction !== "inbound" || !(conversation_sid in state.typing)) return state;
  const { [conversation_sid]: wrote, ...typing } = state.typing;
  return { ...state, typing };
}

function withSending(state: DeskState, id: string, change: Partial<Sending>): DeskState {
  const sending = state.sending.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  return { ...state, sending };
}

function contactSid(state: DeskState, conversation: ConversationSid): ContactSid {
  return state.conversations[conversation]?.contact_sid ?? contactOf(conversation);
}
