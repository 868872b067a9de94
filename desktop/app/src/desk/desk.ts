/**
 * A desk at work: what the agent does becomes requests, what the socket says becomes state. Here it is connected, and
 * asks for what it missed; what an agent does is in the rooms beside.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { type DeskState, EMPTY, messagesOf } from "../model/state.ts";
import type { ConversationSid, Seq, WorkerSid } from "../protocol/generated.ts";
import { type Listener, SocketClient, type Surroundings } from "../socket/client.ts";
import { whole } from "../socket/requests.ts";
import { Asking } from "./asking.ts";
import { Calls } from "./calls.ts";
import { Contacts } from "./contacts.ts";
import { History } from "./history.ts";
import { rememberedPositions, rememberedSending, rememberPositions, rememberSending } from "./memory.ts";
import { Messages } from "./messages.ts";
import { Tasks } from "./tasks.ts";

/** Conversations that are asked for after a loss. */
const CURSORS_MAX = 200;

export class Desk {
  readonly store: StoreApi<DeskState>;
  readonly tasks: Tasks;
  readonly calls: Calls;
  readonly messages: Messages;
  readonly history: History;
  readonly contacts: Contacts;
  readonly #client: SocketClient;
  readonly #asking: Asking;

  constructor(private readonly surroundings: Surroundings) {
    this.store = createStore<DeskState>(() => ({ ...EMPTY, read: rememberedPositions() }));
    const listener: Listener = {
      frame: (frame) => this.#asking.dispatch({ type: "frame", frame, now: surroundings.now() }),
      connection: (connection) => this.#asking.dispatch({ type: "connection", connection }),
      opened: () => this.#opened(),
    };
    this.#client = new SocketClient(surroundings, listener);
    this.#asking = new Asking(
      this.store,
      (action, id) => this.#client.request(action, id),
      () => this.#sync(),
    );
    this.calls = new Calls((action) => this.#asking.ask(action), surroundings.now);
    this.tasks = new Tasks(this.#asking, this.calls);
    this.history = new History(this.#asking);
    this.messages = new Messages(this.#asking, this.history, surroundings);
    this.contacts = new Contacts(this.#asking, this.history);
    for (const sending of rememberedSending()) this.messages.send(sending);
    this.store.subscribe((state, before) => {
      if (state.read !== before.read) rememberPositions(state.read);
      if (state.sending !== before.sending) rememberSending(state.sending);
      if (state.reservations !== before.reservations) this.tasks.changed(before);
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
    return this.#asking.act({ action: "worker.activity", activity });
  }

  /** Another worker's: for supervisors. */
  async setActivityOf(worker_sid: WorkerSid, activity: string): Promise<void> {
    await this.#client.request({ action: "worker.activity", activity, worker_sid });
  }

  #opened(): void {
    const asked_at = this.surroundings.now();
    this.#client.request({ action: "ping" }).then(
      ({ ack }) => {
        const halfway = (asked_at + this.surroundings.now()) / 2;
        if (ack.time !== undefined) this.#asking.dispatch({ type: "clock", offset_ms: ack.time - halfway });
      },
      () => undefined,
    );
    // A first `init` has everything already; later ones do not say what is gone, and do not reach far back.
    if (this.#asking.state.worker) void this.#sync();
  }

  async #sync(): Promise<void> {
    const held = Object.keys(this.#asking.state.reservations);
    const cursors = this.#cursors();
    try {
      const answer = await this.#client.request({ action: "sync", conversations: cursors });
      this.#asking.dispatch({
        type: "synced",
        answer: whole(answer),
        held,
        cursors,
        heard: answer.heard,
        now: this.surroundings.now(),
      });
      const { worker } = answer.ack;
      if (worker) this.#asking.dispatch({ type: "answered", answer: { id: null, worker } });
      await this.history.closeGaps();
    } catch {
      // The connection was lost: the next one asks again.
    }
  }

  #cursors(): Record<ConversationSid, Seq> {
    const { state } = this.#asking;
    const cursors: Record<ConversationSid, Seq> = {};
    for (const { task } of Object.values(state.reservations).slice(0, CURSORS_MAX)) {
      const conversation = task.conversation_sid && state.conversations[task.conversation_sid];
      const last = conversation && messagesOf(state, conversation.contact_sid).at(-1);
      if (conversation && last) cursors[conversation.sid] = last.seq;
    }
    return cursors;
  }
}
