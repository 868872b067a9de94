/**
 * The agent's socket: it comes back by itself, asks for what was missed, and sends again what was not answered, under
 * the same ids (docs/PROTOCOL.md, "Connecting" and "Frames"). Clock, chance and socket are given, so that tests have
 * theirs.
 */

import type { Connection } from "../model/state.ts";
import { type Action, type Frame, parseFrame } from "../protocol/frames.ts";
import { type Answer, Requests } from "./requests.ts";

/** API Gateway closes a socket that was silent for 10 minutes. */
const HEARTBEAT_MS = 5 * 60_000;
/** API Gateway closes every socket after two hours: a new one is opened before. */
const RENEW_MS = 110 * 60_000;
/** A request that was not answered for so long makes the socket suspect. */
const ANSWER_MS_MAX = 10_000;
/** After a loss the socket comes back at a random moment of this long, then of twice as long each time it fails. */
const RETRY_MS = 2_000;
const RETRY_MS_MAX = 60_000;
/** `unavailable` is asked again after so long. */
const REPEAT_MS = 1_000;

/** As much of a WebSocket as is needed. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
}

export interface Surroundings {
  open(): Socket;
  now(): number;
  random(): number;
  /** Calls back after so many milliseconds, unless the returned function is called before. */
  after(ms: number, call: () => void): () => void;
  /** Whether the center still believes the token; asked when a handshake fails. */
  isBelieved(): Promise<boolean>;
  newId(): string;
}

export interface Listener {
  frame(frame: Frame): void;
  connection(connection: Connection): void;
  /** A socket is open: ask for what was missed. */
  opened(): void;
}

export class SocketClient {
  readonly #requests = new Requests();
  readonly #timers = new Set<() => void>();
  readonly #answerTimers = new Map<string, () => void>();
  #socket: Socket | null = null;
  /** One that is being opened. */
  #next: Socket | null = null;
  #isOpen = false;
  #failures = 0;
  #isEnded = false;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly listener: Listener,
  ) {}

  connect(): void {
    if (this.#isEnded || this.#isOpen) return;
    this.#clearTimers();
    this.listener.connection({ phase: "connecting" });
    this.#open();
  }

  /** The network is said to be back, or the agent does not want to wait. */
  retryNow(): void {
    if (!this.#isOpen) {
      this.#detach();
      this.connect();
    }
  }

  /** Ends for good. */
  end(why: "expired" | "refused" | "asked"): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#clearTimers();
    this.#detach();
    this.#requests.rejectAll();
    this.listener.connection({ phase: "signed_out", why });
  }

  /** Asks for something. What is asked while there is no connection is sent when there is one again. */
  request(action: Action, id = this.surroundings.newId()): Promise<Answer> {
    const answer = this.#requests.add(id, action);
    if (this.#isEnded) this.#requests.rejectAll();
    else if (this.#isOpen) this.#send(id);
    return answer;
  }

  /** Opens a socket; the one before it, if there is one, is let go when the new one is open. */
  #open(): void {
    const socket = this.surroundings.open();
    this.#next = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#receive(data);
    };
    socket.onclose = () => this.#closed(socket);
  }

  #opened(socket: Socket): void {
    if (this.#socket) quietly(this.#socket);
    this.#socket = socket;
    this.#next = null;
    this.#isOpen = true;
    this.#failures = 0;
    this.#clearTimers();
    this.listener.connection({ phase: "online" });
    this.#heartbeat();
    this.#later(RENEW_MS, () => this.#open());
    this.listener.opened();
    for (const id of this.#requests.ids()) this.#send(id);
  }

  #closed(socket: Socket): void {
    if (this.#isEnded) return;
    if (socket === this.#next && this.#isOpen) {
      // The old one is still there.
      this.#next = null;
      this.#later(RETRY_MS_MAX, () => this.#open());
      return;
    }
    const wasOpen = this.#isOpen;
    this.#detach();
    this.#clearTimers();
    this.#requests.dropPassing();
    const span = Math.min(RETRY_MS * 2 ** this.#failures, RETRY_MS_MAX);
    this.#failures += 1;
    const wait = Math.round(this.surroundings.random() * span);
    this.listener.connection({ phase: "offline", retry_at: this.surroundings.now() + wait });
    this.#later(wait, () => this.connect());
    if (!wasOpen) {
      this.surroundings.isBelieved().then((believed) => {
        if (!believed) this.end("refused");
      });
    }
  }

  #receive(text: string): void {
    const frame = parseFrame(text);
    if (!frame) return;
    if (frame.event_type === "ack") {
      const { id } = frame.payload;
      if (id !== null) {
        this.#answered(id);
        this.#requests.resolve(id, frame.payload);
      }
      return;
    }
    if (frame.event_type === "error") {
      this.#refused(frame.payload);
      return;
    }
    this.#requests.hear(frame);
    this.listener.frame(frame);
  }

  #refused(failure: Extract<Frame, { event_type: "error" }>["payload"]): void {
    const { id, code } = failure;
    if (code === "expired") {
      this.end("expired");
      return;
    }
    if (id === null) return;
    this.#answered(id);
    if (code === "unavailable") this.#later(REPEAT_MS, () => this.#isOpen && this.#send(id));
    else this.#requests.reject(id, failure);
  }

  #send(id: string): void {
    const text = this.#requests.text(id);
    if (text === null) return;
    this.#socket?.send(text);
    this.#answered(id);
    this.#answerTimers.set(
      id,
      this.surroundings.after(ANSWER_MS_MAX, () => this.#suspect()),
    );
  }

  #answered(id: string): void {
    this.#answerTimers.get(id)?.();
    this.#answerTimers.delete(id);
  }

  /** Nothing is heard any more, though nobody closed the socket: a network that went away does not say so. */
  #suspect(): void {
    const socket = this.#socket;
    if (socket) this.#closed(socket);
  }

  #heartbeat(): void {
    this.#later(HEARTBEAT_MS, () => {
      this.#socket?.send(" ");
      this.#heartbeat();
    });
  }

  #detach(): void {
    this.#isOpen = false;
    for (const socket of [this.#socket, this.#next]) {
      if (socket) quietly(socket);
    }
    this.#socket = null;
    this.#next = null;
    for (const cancel of this.#answerTimers.values()) cancel();
    this.#answerTimers.clear();
  }

  #later(ms: number, call: () => void): void {
    const cancel = this.surroundings.after(ms, () => {
      this.#timers.delete(cancel);
      call();
    });
    this.#timers.add(cancel);
  }

  #clearTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}

/** Closes a socket and hears nothing more of it. */
function quietly(socket: Socket): void {
  socket.onopen = null;
  socket.onclose = null;
  socket.onmessage = null;
  socket.close();
}
