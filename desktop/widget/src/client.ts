/**
 * The visitor's side of the conversation. The history is the truth; the socket is a hint, and while there is none,
 * the history is asked again and again. What the visitor says waits in an outbox until it is acknowledged, and may
 * be sent twice: its id makes it one message.
 */
import { type Api, Refused, type Session } from "./api.ts";
import {
  type Attachment,
  type Document,
  type Frame,
  type Message,
  POSITIONS_PER_MS,
  type Said,
  type Standing,
} from "./protocol.ts";
import { FrameRefused, NoAnswer, VisitorSocket } from "./socket.ts";
import { type Chat, isSettled, lastSeq } from "./state.ts";
import type { Storage } from "./storage.ts";
import { newId } from "./uuid.ts";

/** How the center is reached. */
export type Link = "connecting" | "live" | "polling" | "offline";

/** Messages that a window begins with, and of a page of history. */
const FIRST_MAX = 50;
const PAGE_MAX = 100;
/** Milliseconds before the last position that are asked for again: a message that is stored late may lie there. */
const OVERLAP_MS = 60_000;
const OVERLAP_AFTER_ABSENCE_MS = 15 * 60_000;
/** Milliseconds before its end at which a token is renewed. */
const RENEW_BEFORE_MS = 60_000;
/** Milliseconds between questions: while somebody talks, while the window is open, and while it is not. */
const POLL_MS = { busy: 2_000, open: 5_000, idle: 20_000 };
const BUSY_MS = 90_000;
/** Milliseconds between questions for the place in the queue. */
const STANDING_MS = 10_000;
/** Milliseconds until a document is sent again. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;
/** Milliseconds until the history is asked again for what was taken, and is not in it as it stays. */
const SETTLES_MS = [200, 800, 2_000, 5_000, 10_000];

export interface Profile {
  name?: string;
  locale: string;
  /** What the site's own server signed about a customer who is signed in there. */
  identity?: string;
}

export interface ClientEvents {
  heard(messages: Message[]): void;
  standing(standing: Standing): void;
  typing(on: boolean): void;
  read(id: string): void;
  said(id: string, said: Said): void;
  acknowledged(id: string, sid: string | undefined): void;
  refused(id: string): void;
  linked(link: Link): void;
  /** The visitor is a new one. */
  forgotten(): void;
}

const isKept = ({ kind }: Document): boolean => kind !== "typing" && kind !== "read";

export class Client {
  readonly #api: Api;
  readonly #storage: Storage;
  readonly #events: ClientEvents;
  readonly #chat: () => Chat;
  readonly #socket: VisitorSocket;
  readonly profile: Profile;
  #session: Session | undefined;
  #asking: Promise<Session> | undefined;
  #outbox: Document[];
  #draining = false;
  #syncing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #active = 0;
  #asked = 0;
  #started = false;
  #stopped = false;
  /** Whether the window is open. */
  isWatched = false;

  constructor(
    api: Api,
    storage: Storage,
    socketUrl: string,
    account: string,
    profile: Profile,
    chat: () => Chat,
    events: ClientEvents,
  ) {
    this.#api = api;
    this.#storage = storage;
    this.#events = events;
    this.#chat = chat;
    this.profile = profile;
    this.#outbox = storage.kept.outbox ?? [];
    const url = async () => {
      const query = new URLSearchParams({ account, token: (await this.#good()).token });
      return `${socketUrl}?${query}`;
    };
    this.#socket = new VisitorSocket(url, {
      frame: (frame) => this.#heard(frame),
      changed: (open) => {
        this.#link(open ? "live" : "polling");
        if (open) void this.sync(OVERLAP_AFTER_ABSENCE_MS);
        this.#schedule();
      },
    });
  }

  /** Begins, once: the history first, then what comes. */
  async start(): Promise<void> {
    if (this.#started || this.#stopped) return;
    this.#started = true;
    this.#link("connecting");
    for (const document of this.#outbox) this.#events.said(document.client_msg_id, document);
    await this.sync(OVERLAP_AFTER_ABSENCE_MS);
    void this.#socket.connect();
    void this.#drain();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket.stop();
  }

  /** The device is back, or the page is looked at again. */
  wake(): void {
    if (!this.#started || this.#stopped) return;
    void this.#socket.connect();
    void this.sync(OVERLAP_AFTER_ABSENCE_MS);
    this.#schedule();
  }

  say(said: Said): string {
    const id = newId();
    this.#active = Date.now();
    this.#events.said(id, said);
    this.#post({ ...said, client_msg_id: id });
    return id;
  }

  /** Sends what was refused or is stuck once more, under the id that it has. */
  retry(id: string, said: Said): void {
    this.#events.said(id, said);
    if (!this.#outbox.some((document) => document.client_msg_id === id))
      this.#post({ ...said, client_msg_id: id });
  }

  /** Shown at once or not at all. */
  typing(on: boolean): void {
    if (this.#socket.isOpen)
      this.#socket.send({ kind: "typing", on, client_msg_id: newId() }).catch(() => {});
  }

  /** Asks for what is new. One question at a time; who asks meanwhile has the same answer. */
  sync(overlapMs = OVERLAP_MS): Promise<void> {
    this.#syncing ??= this.#sync(overlapMs).finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  /** Asks until the history has a message as it stays: it is stored after it was taken, and its files even later. */
  async settle(id: string): Promise<void> {
    for (const ms of SETTLES_MS) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (this.#stopped) return;
      await this.sync();
      if (isSettled(this.#chat(), id)) return;
    }
  }

  /** Everything that was ever said, oldest first. */
  async transcript(): Promise<Message[]> {
    const all: Message[] = [];
    for (let after = 0; ; ) {
      const page = await this.#api.after((await this.#good()).token, after, PAGE_MAX);
      all.push(...page);
      const last = page.at(-1);
      if (!last || page.length < PAGE_MAX) return all;
      after = last.seq;
    }
  }

  /** Gives a file to the center, for a message. */
  upload(file: File): Promise<Attachment> {
    return this.#withToken((token) => this.#api.upload(token, file));
  }

  /** Shows the center who the visitor is now, with the next session. */
  async introduce(profile: Partial<Profile>): Promise<void> {
    Object.assign(this.profile, profile);
    this.#session = undefined;
    if (this.#started) await this.#good();
  }

  #post(document: Document): void {
    this.#outbox = [...this.#outbox, document];
    this.#keepOutbox();
    void this.#drain();
    this.#schedule();
  }

  #keepOutbox(): void {
    this.#storage.keep({ outbox: this.#outbox.filter(isKept) });
  }

  async #drain(): Promise<void> {
    if (this.#draining || !this.#started) return;
    this.#draining = true;
    let pause = RETRY_MS;
    for (let document = this.#outbox[0]; document && !this.#stopped; document = this.#outbox[0]) {
      const { client_msg_id: id } = document;
      try {
        const sid = await this.#deliver(document);
        this.#events.acknowledged(id, sid);
        if (document.kind === "media") void this.settle(id);
      } catch (error) {
        if (!(error instanceof Refused) || error.passes || error.status === 401) {
          await new Promise((resolve) => setTimeout(resolve, pause));
          pause = Math.min(pause * 2, RETRY_MS_MAX);
          continue;
        }
        this.#events.refused(id);
      }
      pause = RETRY_MS;
      this.#outbox = this.#outbox.filter((other) => other !== document);
      this.#keepOutbox();
    }
    this.#draining = false;
  }

  async #deliver(document: Document): Promise<string | undefined> {
    try {
      if (this.#socket.isOpen) return await this.#socket.send(document);
    } catch (error) {
      // What a socket does not answer, HTTP does; the id makes it one message.
      if (error instanceof NoAnswer) this.#socket.drop();
      else if (!(error instanceof FrameRefused)) throw error;
      else if (error.status !== 401 && error.status !== 503) throw new Refused(error.status, error.message);
    }
    return this.#withToken((token) => this.#api.send(token, document));
  }

  async #sync(overlapMs: number): Promise<void> {
    try {
      const last = lastSeq(this.#chat());
      if (last === 0) {
        this.#events.heard(await this.#withToken((token) => this.#api.newest(token, FIRST_MAX)));
      }
      for (let after = Math.max(1, last - overlapMs * POSITIONS_PER_MS); last > 0; ) {
        const page = await this.#withToken((token) => this.#api.after(token, after, PAGE_MAX));
        this.#events.heard(page);
        const end = page.at(-1);
        if (!end || page.length < PAGE_MAX) break;
        after = end.seq;
      }
      if (Date.now() - this.#asked > STANDING_MS && lastSeq(this.#chat()) > 0) await this.#stand();
      if (!this.#socket.isOpen) this.#link("polling");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!this.#socket.isOpen) this.#link("offline");
    }
  }

  async #stand(): Promise<void> {
    this.#asked = Date.now();
    this.#events.standing(await this.#withToken((token) => this.#api.standing(token)));
  }

  /** Asks again after a while: for messages without a socket, for the place in the queue while the visitor waits. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped || !this.#started) return;
    const isWaiting = this.#chat().standing.state === "waiting";
    const isBusy = this.isWatched && Date.now() - this.#active < BUSY_MS;
    const pollMs = isBusy ? POLL_MS.busy : this.isWatched && !document.hidden ? POLL_MS.open : POLL_MS.idle;
    if (this.#socket.isOpen && !isWaiting) return;
    this.#timer = setTimeout(
      async () => {
        await (this.#socket.isOpen ? this.#stand().catch(() => {}) : this.sync());
        this.#schedule();
      },
      this.#socket.isOpen ? STANDING_MS : pollMs,
    );
  }

  #heard(frame: Frame): void {
    if (frame.type === "message") {
      this.#active = Date.now();
      this.#events.heard([frame.message]);
    } else if (frame.type === "typing") this.#events.typing(frame.on);
    else if (frame.type === "read") this.#events.read(frame.clientId);
    else if (frame.type === "conversation") {
      this.#events.standing(frame.standing);
      // The frame has no place in the queue: the question has.
      if (frame.standing.state === "waiting") void this.#stand().catch(() => {});
      this.#schedule();
    }
  }

  #link(link: Link): void {
    this.#events.linked(link);
  }

  async #withToken<T>(call: (token: string) => Promise<T>): Promise<T> {
    const session = await this.#good();
    try {
      return await call(session.token);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      if (this.#session === session) this.#session = undefined;
      return call((await this.#good()).token);
    }
  }

  #good(): Promise<Session> {
    const session = this.#session;
    if (session && session.expiresAt - RENEW_BEFORE_MS > Date.now()) return Promise.resolve(session);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Session> {
    const before = this.#storage.kept.token;
    const wanted = { ...this.profile };
    try {
      this.#session = await this.#api.session(before ? { ...wanted, token: before } : wanted);
    } catch (error) {
      if (!before || !(error instanceof Refused) || error.status !== 401) throw error;
      // The old token proves nothing any more: the visitor is a new one.
      this.#storage.keep({ token: "", seenSeq: 0 });
      this.#events.forgotten();
      this.#session = await this.#api.session(wanted);
    }
    this.#storage.keep({ token: this.#session.token });
    return this.#session;
  }
}
