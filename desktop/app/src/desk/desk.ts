/** A desk at work: what the agent does becomes requests, what the socket says becomes state. */

import { createStore, type StoreApi } from "zustand/vanilla";
import { isCall } from "../model/calls.ts";
import { type DeskEvent, reduce } from "../model/reduce.ts";
import { contactOf, type DeskState, EMPTY, messagesOf, type Sending } from "../model/state.ts";
import type { Ack, Action, Media, Possible, Rescheduled, Template } from "../protocol/frames.ts";
import type {
  ChoiceOption,
  Contact,
  ContactSid,
  ConversationSid,
  Message,
  MessageSid,
  ReservationSid,
  Seq,
  TaskSid,
  WorkerSid,
} from "../protocol/generated.ts";
import { type Listener, SocketClient, type Surroundings } from "../socket/client.ts";
import { failureOf, Refused, whole } from "../socket/requests.ts";
import { Calls } from "./calls.ts";
import { rememberedPositions, rememberedSending, rememberPositions, rememberSending } from "./memory.ts";

/** Conversations that are asked for after a loss, and messages of a page of history. */
const CURSORS_MAX = 200;
const PAGE = 50;
const GAP_PAGE = 200;
/** The fewest messages that may be asked for: two may share a position. */
const LOOK = 2;

/** How often somebody who types says so. */
const TYPING_MS = 6_000;

/** What an agent says. */
export interface Said {
  text: string;
  media?: readonly Media[];
  template?: Template | null;
  /** Answers to choose from. */
  choices?: readonly ChoiceOption[];
  /** The message that it answers (`nameOf`). */
  reply_to?: string | null;
  /** None: to the address that the customer last used. */
  to: Possible | null;
}

/** How `message.send` names a message that is answered. */
export function nameOf({ contact_sid, seq, sid }: Message): string {
  return `${contact_sid}.${seq}.${sid}`;
}

export class Desk {
  readonly store: StoreApi<DeskState>;
  readonly calls: Calls;
  readonly #client: SocketClient;
  readonly #held = new Map<string, () => void>();
  readonly #history = new Set<ConversationSid>();
  /** Tasks that were taken over and are not offered yet. */
  readonly #takenOver = new Set<TaskSid>();
  /** Reservations that are accepted as soon as the agent's phone is answered. */
  readonly #ringing = new Set<ReservationSid>();
  /** Tasks of calls that the agent has begun, and that are not held yet. */
  readonly #started = new Set<TaskSid>();
  #typed: { conversation: ConversationSid; at: number } | null = null;

  constructor(private readonly surroundings: Surroundings) {
    this.store = createStore<DeskState>(() => ({ ...EMPTY, read: rememberedPositions() }));
    const listener: Listener = {
      frame: (frame) => this.#dispatch({ type: "frame", frame, now: surroundings.now() }),
      connection: (connection) => this.#dispatch({ type: "connection", connection }),
      opened: () => this.#opened(),
    };
    this.#client = new SocketClient(surroundings, listener);
    this.calls = new Calls((action) => this.#ask(action), surroundings.now);
    for (const sending of rememberedSending()) this.#send({ ...sending, phase: "sending" });
    this.store.subscribe((state, before) => {
      if (state.read !== before.read) rememberPositions(state.read);
      if (state.sending !== before.sending) rememberSending(state.sending);
      if (state.reservations !== before.reservations) {
        this.#acceptTakenOver();
        this.#selectAnswered();
        this.#selectStarted();
        this.#learn(before);
      }
    });
  }

  start(): void {
    this.#client.connect();
  }

  retryNow(): void {
    this.#client.retryNow();
  }

  end(): void {
    this.#client.end("asked");
  }

  setActivity(activity: string): Promise<void> {
    return this.#act({ action: "worker.activity", activity });
  }

  /** Another worker's: for supervisors. */
  async setActivityOf(worker_sid: WorkerSid, activity: string): Promise<void> {
    await this.#client.request({ action: "worker.activity", activity, worker_sid });
  }

  /** Notes something for the other agents of a conversation; the customer never sees it. */
  async note(conversation_sid: ConversationSid, text: string): Promise<void> {
    await this.#client.request({ action: "note.add", conversation_sid, text });
  }

  /** Has a task transferred to this worker, and accepts it when it is offered. */
  async takeOver(task_sid: TaskSid): Promise<void> {
    const to = this.#state.worker?.sid;
    if (!to) return;
    const { ack } = await this.#client.request({ action: "task.transfer", task_sid, to });
    if (ack.task) this.#takenOver.add(ack.task.sid);
    this.#acceptTakenOver();
  }

  async accept(reservation_sid: ReservationSid): Promise<void> {
    const { ringing } = await this.#ask({ action: "reservation.accept", reservation_sid });
    if (ringing) {
      // It is the agent's when they have picked up.
      this.calls.expect();
      this.#ringing.add(reservation_sid);
      return;
    }
    if (reservation_sid in this.#state.reservations) this.select(reservation_sid);
  }

  /** Calls somebody; the agent's own phone rings first. */
  async call(who: Parameters<Calls["start"]>[0]): Promise<void> {
    const { task } = await this.calls.start(who);
    if (task) this.#started.add(task.sid);
    this.#selectStarted();
  }

  decline(reservation_sid: ReservationSid): Promise<void> {
    return this.#act({ action: "reservation.reject", reservation_sid });
  }

  wrap(reservation_sid: ReservationSid): Promise<void> {
    return this.#act({ action: "reservation.wrap", reservation_sid });
  }

  complete(reservation_sid: ReservationSid, reason: string): Promise<void> {
    return this.#act({ action: "reservation.complete", reservation_sid, ...(reason ? { reason } : {}) });
  }

  async transfer(task_sid: TaskSid, to: string): Promise<void> {
    await this.#act({ action: "task.transfer", task_sid, to });
    // The answer is about the new task; what became of the old one is known by asking.
    await this.#sync();
  }

  /** Asks a colleague, or whoever is free in a queue, into the task's conversation; `hold`: the caller hears music. */
  async invite(task_sid: TaskSid, to: string, note: string, hold = false): Promise<void> {
    const more = { ...(note ? { note } : {}), ...(hold ? { hold } : {}) };
    await this.#client.request({ action: "task.invite", task_sid, to, ...more });
  }

  /** Somebody who was asked and has not come need not. */
  withdraw(task_sid: TaskSid): Promise<void> {
    return this.#act({ action: "task.withdraw", task_sid });
  }

  /** A colleague who is on the conversation has it from now on. */
  async handOver(task_sid: TaskSid, worker_sid: WorkerSid): Promise<void> {
    await this.#act({ action: "task.hand_over", task_sid, worker_sid });
    await this.#sync();
  }

  select(reservation_sid: ReservationSid | null): void {
    this.#dispatch({ type: "select", reservation_sid });
  }

  /** The agent has seen everything up to a position. */
  seen(conversation_sid: ConversationSid, seq: Seq): void {
    if ((this.#state.read[conversation_sid] ?? 0) >= seq) return;
    this.#dispatch({ type: "seen", conversation_sid, seq });
    // Other windows of the agent are told; it does no harm when they are not.
    this.#client.request({ action: "conversation.read", conversation_sid, seq }).catch(() => undefined);
  }

  /** Says something, after `undo_ms` in which it can be taken back. */
  say(conversation_sid: ConversationSid, said: Said, undo_ms: number): string {
    const id = this.surroundings.newId();
    const written_at = this.surroundings.now();
    const { text, media = [], template = null, choices = [], reply_to = null, to } = said;
    const what = { text, media, template, choices, reply_to, to };
    const sending: Sending = { id, conversation_sid, ...what, written_at, phase: "held", failure: null };
    this.#typed = null;
    if (undo_ms <= 0) {
      this.#send({ ...sending, phase: "sending" });
      return id;
    }
    this.#dispatch({ type: "send", sending });
    this.#held.set(
      id,
      this.surroundings.after(undo_ms, () => this.release(id)),
    );
    return id;
  }

  /** Says something later: the center keeps it, whatever becomes of this desk. */
  async sayLater(
    conversation_sid: ConversationSid,
    said: Said,
    when: { send_at: number; unless_answered: boolean },
  ): Promise<void> {
    this.#typed = null;
    await this.#act({ ...sendAction(conversation_sid, said), ...when });
  }

  /** Has a scheduled message said at another time, in other words, or now. */
  reschedule(conversation_sid: ConversationSid, message_sid: MessageSid, change: Rescheduled): Promise<void> {
    return this.#act({ action: "message.reschedule", conversation_sid, message_sid, ...change });
  }

  cancelScheduled(conversation_sid: ConversationSid, message_sid: MessageSid): Promise<void> {
    return this.#act({ action: "message.cancel", conversation_sid, message_sid });
  }

  /** Sends what is held, without waiting. */
  release(id: string): void {
    this.#unhold(id);
    const sending = this.#state.sending.find((entry) => entry.id === id);
    if (sending) this.#send({ ...sending, phase: "sending", failure: null });
  }

  /** Takes back what has not gone out; what it was, so that it can be written anew. */
  takeBack(id: string): Sending | null {
    const sending = this.#state.sending.find((entry) => entry.id === id && entry.phase !== "sending");
    if (!sending) return null;
    this.#unhold(id);
    this.#dispatch({ type: "taken_back", id });
    return sending;
  }

  /** Reacts to a message of the customer's. */
  async react(conversation_sid: ConversationSid, message: Message, emoji: string): Promise<void> {
    const reply_to = nameOf(message);
    const action = { action: "message.send", conversation_sid, reaction: { emoji }, reply_to } as const;
    const { ack } = await this.#client.request(action);
    this.#look(conversation_sid, ack.seq);
  }

  /** The agent types in a conversation, or has stopped. */
  typing(conversation_sid: ConversationSid, on: boolean): void {
    const now = this.surroundings.now();
    const isSaid = this.#typed?.conversation === conversation_sid && now - this.#typed.at < TYPING_MS;
    if (on ? isSaid : this.#typed === null) return;
    this.#typed = on ? { conversation: conversation_sid, at: now } : null;
    this.#client.request({ action: "message.typing", conversation_sid, on }).catch(() => undefined);
  }

  /** Older messages, unless they are being asked for. */
  async older(conversation_sid: ConversationSid): Promise<void> {
    const contact = this.#state.conversations[conversation_sid]?.contact_sid;
    const first = contact && messagesOf(this.#state, contact)[0];
    if (!contact || !first || !this.#state.more[contact]) return;
    await this.#page(conversation_sid, first.seq, PAGE);
  }

  changeContact(
    conversation_sid: ConversationSid,
    change: { tags?: string[]; notes?: string },
  ): Promise<void> {
    return this.#act({ action: "contact.update", conversation_sid, ...change });
  }

  /** The conversation's contact and another are one person. Their messages are one timeline from then on. */
  async merge(conversation_sid: ConversationSid, contact_sid: ContactSid): Promise<void> {
    await this.#act({ action: "contact.merge", conversation_sid, contact_sid });
    await this.#newest(conversation_sid);
  }

  /** They are two after all. */
  unmerge(conversation_sid: ConversationSid, contact_sid: ContactSid): Promise<void> {
    return this.#act({ action: "contact.unmerge", conversation_sid, contact_sid });
  }

  /** The contact as it is after the agent changed it. */
  contactChanged(contact: Contact): void {
    this.#dispatch({ type: "contact", contact });
  }

  get #state(): DeskState {
    return this.store.getState();
  }

  #dispatch(event: DeskEvent): void {
    this.store.setState((state) => reduce(state, event), true);
  }

  /** What cannot be done any more because things have changed is asked for anew. */
  async #act(action: Action): Promise<void> {
    await this.#ask(action);
  }

  async #ask(action: Action): Promise<Ack> {
    try {
      const { ack } = await this.#client.request(action);
      this.#dispatch({ type: "answered", answer: ack });
      return ack;
    } catch (error) {
      if (error instanceof Refused && ["refused", "not_found", "not_yours"].includes(error.failure.code)) {
        await this.#sync();
      }
      throw error;
    }
  }

  #acceptTakenOver(): void {
    for (const { sid, reservation_status, task } of Object.values(this.#state.reservations)) {
      if (reservation_status !== "pending" || !this.#takenOver.delete(task.sid)) continue;
      // An offer that is gone already is nobody's fault: the list of tasks says what became of it.
      this.accept(sid).catch(() => undefined);
    }
  }

  /** Whoever has picked up wants to see with whom they talk. */
  #selectAnswered(): void {
    for (const sid of this.#ringing) {
      const status = this.#state.reservations[sid]?.reservation_status;
      if (status === "pending") continue;
      this.#ringing.delete(sid);
      if (status === "accepted") this.select(sid);
    }
  }

  /** Who picks up a phone answers no request: the customer, and what they said before, are asked for. */
  #learn(before: DeskState): void {
    const { reservations, contacts } = this.#state;
    const isNews = Object.values(reservations).some(({ sid, task, reservation_status }) => {
      const began =
        reservation_status === "accepted" && before.reservations[sid]?.reservation_status !== "accepted";
      return began && isCall(task) && task.conversation_sid && !contacts[contactOf(task.conversation_sid)];
    });
    if (isNews && before.worker) void this.#sync();
  }

  #selectStarted(): void {
    for (const { sid, task } of Object.values(this.#state.reservations)) {
      if (this.#started.delete(task.sid)) this.select(sid);
    }
  }

  #opened(): void {
    const asked_at = this.surroundings.now();
    this.#client.request({ action: "ping" }).then(
      ({ ack }) => {
        const halfway = (asked_at + this.surroundings.now()) / 2;
        if (ack.time !== undefined) this.#dispatch({ type: "clock", offset_ms: ack.time - halfway });
      },
      () => undefined,
    );
    // A first `init` has everything already; later ones do not say what is gone, and do not reach far back.
    if (this.#state.worker) void this.#sync();
  }

  async #sync(): Promise<void> {
    const held = Object.keys(this.#state.reservations);
    const cursors = this.#cursors();
    try {
      const answer = await this.#client.request({ action: "sync", conversations: cursors });
      this.#dispatch({
        type: "synced",
        answer: whole(answer),
        held,
        cursors,
        heard: answer.heard,
        now: this.surroundings.now(),
      });
      if (answer.ack.worker)
        this.#dispatch({ type: "answered", answer: { id: null, worker: answer.ack.worker } });
      await this.#closeGaps();
    } catch {
      // The connection was lost: the next one asks again.
    }
  }

  #cursors(): Record<ConversationSid, Seq> {
    const { reservations, conversations } = this.#state;
    const cursors: Record<ConversationSid, Seq> = {};
    for (const { task } of Object.values(reservations).slice(0, CURSORS_MAX)) {
      const conversation = task.conversation_sid && conversations[task.conversation_sid];
      const last = conversation && messagesOf(this.#state, conversation.contact_sid).at(-1);
      if (conversation && last) cursors[conversation.sid] = last.seq;
    }
    return cursors;
  }

  /** Whoever was away for more messages than are sent at once reads back until it meets what it has. */
  async #closeGaps(): Promise<void> {
    for (const contact of Object.keys(this.#state.gaps)) {
      let gap = this.#state.gaps[contact];
      while (gap && (await this.#page(gap.conversation_sid, gap.before, GAP_PAGE))) {
        gap = this.#state.gaps[contact];
      }
    }
  }

  /** Reads a page of history, unless one is being read. */
  async #page(conversation_sid: ConversationSid, before_seq: Seq, limit: number): Promise<boolean> {
    if (this.#history.has(conversation_sid)) return false;
    this.#history.add(conversation_sid);
    try {
      const answer = await this.#client.request({
        action: "conversation.history",
        conversation_sid,
        before_seq,
        limit,
      });
      const { messages = [] } = whole(answer);
      this.#dispatch({ type: "history", conversation_sid, messages, more: answer.ack.more ?? false });
      return true;
    } finally {
      this.#history.delete(conversation_sid);
    }
  }

  /** The last messages of the conversation's contact, whoever was found to be them included. */
  async #newest(conversation_sid: ConversationSid): Promise<void> {
    const answer = await this.#client.request({
      action: "conversation.history",
      conversation_sid,
      limit: PAGE,
    });
    const { messages = [] } = whole(answer);
    this.#dispatch({ type: "history", conversation_sid, messages, more: answer.ack.more ?? false });
  }

  #send(sending: Sending): void {
    this.#dispatch({ type: "send", sending });
    const { id, conversation_sid, media, reply_to } = sending;
    const action = sendAction(conversation_sid, sending);
    this.#client.request(action, id).then(
      ({ ack }) => {
        this.#dispatch({ type: "sent", id, answer: ack });
        if (media.length > 0 || reply_to) this.#look(conversation_sid, ack.seq);
      },
      (error: unknown) => this.#dispatch({ type: "not_sent", id, failure: failureOf(error, id) }),
    );
  }

  /** What only the center knows of a message of ours is read: where its files can be looked at, what it answers. */
  #look(conversation_sid: ConversationSid, seq: Seq | undefined): void {
    if (seq === undefined) return;
    const request = {
      action: "conversation.history",
      conversation_sid,
      before_seq: seq,
      limit: LOOK,
    } as const;
    this.#client.request(request).then(
      (answer) => {
        const { messages = [] } = whole(answer);
        this.#dispatch({ type: "answered", answer: { id: null, messages } });
      },
      // What is shown meanwhile is their names.
      () => undefined,
    );
  }

  #unhold(id: string): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }
}

function sendAction(
  conversation_sid: ConversationSid,
  said: Said,
): Extract<Action, { action: "message.send" }> {
  const { text, media = [], template, choices = [], reply_to, to } = said;
  return {
    action: "message.send",
    conversation_sid,
    ...(text ? { text } : {}),
    ...(media.length > 0 ? { media: [...media] } : {}),
    ...(template ? { template } : {}),
    ...(choices.length > 0 ? { choices: [...choices] } : {}),
    ...(reply_to ? { reply_to } : {}),
    ...(to ? { channel: to.channel, account: to.account, address: to.id } : {}),
  };
}
