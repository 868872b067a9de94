/** The visitor's socket: opened again when it is lost, and before the center closes it. */
import { type Document, type Frame, readFrame } from "./protocol.ts";

/** Milliseconds for a handshake; a network that swallows sockets says nothing at all. */
const HANDSHAKE_MS_MAX = 8_000;
/** Milliseconds between signs of life: API Gateway closes a socket that is silent for 10 minutes. */
const HEARTBEAT_MS = 300_000;
/** Milliseconds until a new socket takes over: API Gateway closes every one after two hours. */
const LIFE_MS = 110 * 60_000;
/** Milliseconds in which a lost socket comes back, at a random moment: all others lost theirs, too. */
const BACK_MS = 60_000;
const BACK_MS_MAX = 600_000;
/** Milliseconds for an acknowledgement. */
const ACK_MS_MAX = 10_000;
/** Characters of a frame that surely has at most 32 KB. */
const FRAME_CHARS_MAX = 10_000;

export interface SocketEvents {
  frame(frame: Frame): void;
  /** It opened, or was lost. */
  changed(open: boolean): void;
}

/** The socket did not answer: the document may have arrived or not. */
export class NoAnswer extends Error {}

/** The center refused a document. */
export class FrameRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Waiting {
  acknowledge(sid: string | undefined): void;
  fail(error: Error): void;
}

export class VisitorSocket {
  readonly #url: () => Promise<string>;
  readonly #events: SocketEvents;
  readonly #waiting = new Map<string, Waiting>();
  #socket: WebSocket | undefined;
  #back = BACK_MS;
  #again: ReturnType<typeof setTimeout> | undefined;
  #renew: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #connecting = false;
  #stopped = false;

  constructor(url: () => Promise<string>, events: SocketEvents) {
    this.#url = url;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Opens a socket now, if none is open. */
  async connect(): Promise<void> {
    if (this.#stopped || this.#connecting || this.isOpen) return;
    await this.#open();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of [this.#again, this.#renew]) clearTimeout(timer);
    clearInterval(this.#heartbeat);
    this.#socket?.close();
  }

  /** Sends a document and waits for its acknowledgement: the message's id, where it is one. */
  send(document: Document): Promise<string | undefined> {
    const { kind } = document;
    const frame =
      kind === "typing" || kind === "read"
        ? { ...document, action: kind }
        : { ...document, action: "message" as const };
    const text = JSON.stringify(frame);
    if (!this.isOpen || text.length > FRAME_CHARS_MAX)
      return Promise.reject(new NoAnswer("there is no socket"));
    return new Promise((acknowledge, fail) => {
      const late = setTimeout(
        () => this.#answer(document.client_msg_id)?.fail(new NoAnswer("late")),
        ACK_MS_MAX,
      );
      this.#waiting.set(document.client_msg_id, {
        acknowledge: (sid) => {
          clearTimeout(late);
          acknowledge(sid);
        },
        fail: (error) => {
          clearTimeout(late);
          fail(error);
        },
      });
      this.#socket?.send(text);
    });
  }

  /** Lets go of a socket that does not answer. */
  drop(): void {
    this.#lost(this.#socket);
  }

  async #open(): Promise<void> {
    this.#connecting = true;
    clearTimeout(this.#again);
    let socket: WebSocket;
    try {
      socket = new WebSocket(await this.#url());
    } catch {
      this.#connecting = false;
      this.#comeBack();
      return;
    }
    const late = setTimeout(() => socket.close(), HANDSHAKE_MS_MAX);
    socket.onopen = () => {
      clearTimeout(late);
      this.#connecting = false;
      if (this.#stopped) return socket.close();
      const old = this.#socket;
      this.#socket = socket;
      this.#back = BACK_MS;
      if (old) {
        old.onclose = null;
        old.close();
      }
      this.#live();
      this.#events.changed(true);
    };
    socket.onmessage = ({ data }) => this.#heard(readFrame(data));
    socket.onclose = () => {
      clearTimeout(late);
      if (this.#socket === socket) this.#lost(socket);
      else if (this.#connecting) {
        this.#connecting = false;
        if (!this.isOpen) this.#comeBack();
      }
    };
  }

  #live(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#renew);
    this.#heartbeat = setInterval(() => this.isOpen && this.#socket?.send(" "), HEARTBEAT_MS);
    this.#renew = setTimeout(() => void this.#open(), LIFE_MS);
  }

  #lost(socket: WebSocket | undefined): void {
    if (!socket || this.#socket !== socket) return;
    this.#socket = undefined;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#renew);
    socket.onclose = null;
    socket.close();
    for (const id of [...this.#waiting.keys()]) this.#answer(id)?.fail(new NoAnswer("the socket is lost"));
    this.#events.changed(false);
    this.#comeBack();
  }

  #comeBack(): void {
    if (this.#stopped) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.connect(), Math.random() * this.#back);
    this.#back = Math.min(this.#back * 2, BACK_MS_MAX);
  }

  #answer(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #heard(frame: Frame): void {
    if (frame.type === "ack") this.#answer(frame.clientId)?.acknowledge(frame.sid);
    else if (frame.type === "error") {
      if (frame.clientId) this.#answer(frame.clientId)?.fail(new FrameRefused(frame.code, frame.message));
    } else this.#events.frame(frame);
  }
}
