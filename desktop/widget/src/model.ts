/** What the views show and do: one widget of one account. */
import { Api } from "./api.ts";
import { Client, type Link } from "./client.ts";
import { isOpen as isWithinHours, nextOpening } from "./hours.ts";
import type { Attachment, Message, Said } from "./protocol.ts";
import { type Attributes, type FieldName, type Look, look, PLAIN, socketUrl } from "./settings.ts";
import { type Chat, EMPTY, type Entry, type Event, reduce, unread } from "./state.ts";
import { Storage } from "./storage.ts";
import { chooseLanguage, type Language } from "./texts/index.ts";

/** What the page may listen to. */
export interface Heard {
  open: undefined;
  close: undefined;
  unread: number;
  message: Message;
}

/** Which part of the window is shown. */
export type Screen = "chat" | "pre-chat" | "offline-form" | "offline-sent";

/** Milliseconds between signs that the visitor types, and until they count as having stopped. */
const TYPING_EVERY_MS = 3_000;
const TYPING_STOPS_MS = 5_000;
/** Age at which the account's settings are asked for anew when the window is opened. */
const CONFIG_MS_MAX = 10 * 60_000;

export class Widget {
  readonly attributes: Attributes;
  readonly storage: Storage;
  readonly api: Api;
  look: Look;
  language: Language;
  chat: Chat = EMPTY;
  link: Link = "connecting";
  isOpen = false;
  wasRated = false;
  #client: Client | undefined;
  #configured: Promise<void> | undefined;
  #configuredAt = 0;
  #config = PLAIN;
  #identity: string | undefined;
  #typedAt = 0;
  #typingStops: ReturnType<typeof setTimeout> | undefined;
  #leftMessage = false;
  #listeners = new Set<() => void>();
  #page = new Map<keyof Heard, Set<(value: never) => void>>();
  #channel: BroadcastChannel | undefined;
  #account: { name: string; socket: string } = { name: "default", socket: "" };

  constructor(attributes: Attributes) {
    this.attributes = attributes;
    this.storage = new Storage(attributes.account, attributes.center);
    this.api = new Api(attributes.center, attributes.account);
    this.look = look(attributes, PLAIN);
    this.language = this.#chooseLanguage();
    this.#account = { name: attributes.account, socket: socketUrl(attributes, PLAIN) };
    const { seenSeq = 0, readSeq = 0 } = this.storage.kept;
    this.#apply({ type: "remembered", seenSeq, readSeq });
  }

  /** Shows the button; a visitor who has talked before is connected at once, a new one when they open the window. */
  async start(): Promise<void> {
    addEventListener("online", () => this.#client?.wake());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#client?.wake());
    if (typeof BroadcastChannel === "function") {
      this.#channel = new BroadcastChannel(`patchbay:${this.attributes.center}:${this.attributes.account}`);
      this.#channel.onmessage = ({ data }) => void this.#client?.settle(String(data));
    }
    if (this.storage.kept.token || this.attributes.open) await this.#connect();
    if (this.attributes.open || this.storage.kept.open) await this.open();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  on<K extends keyof Heard>(name: K, listener: (value: Heard[K]) => void): () => void {
    const listeners = this.#page.get(name) ?? new Set();
    this.#page.set(name, listeners.add(listener as (value: never) => void));
    return () => listeners.delete(listener as (value: never) => void);
  }

  get screen(): Screen {
    const has = this.chat.entries.length > 0;
    const { outside_hours, pre_chat } = this.look;
    if (this.#leftMessage) return "offline-sent";
    const isClosed = outside_hours === "form" && !this.isStaffed;
    const isIdle = this.chat.standing.state === "none" || this.chat.standing.state === "closed";
    if (isClosed && isIdle) return "offline-form";
    if (pre_chat.length > 0 && !has && !this.storage.kept.introduced) return "pre-chat";
    return "chat";
  }

  /** Whether somebody is there, by the opening hours. */
  get isStaffed(): boolean {
    return isWithinHours(this.look.openings, Date.now());
  }

  /** When somebody is there again, where that is known. */
  get opensAt(): number | undefined {
    return nextOpening(this.look.openings, Date.now());
  }

  get unread(): number {
    return unread(this.chat);
  }

  async open(): Promise<void> {
    if (this.isOpen) return;
    this.isOpen = true;
    this.storage.keep({ open: true });
    this.#watch();
    this.#changed();
    this.#tell("open", undefined);
    // The hours may have become others since: a page stays open for days.
    if (this.#configuredAt > 0 && Date.now() - this.#configuredAt > CONFIG_MS_MAX) {
      this.#configured = this.#configure();
    }
    await this.#connect();
    this.#watch();
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#leftMessage = false;
    this.storage.keep({ open: false });
    this.#watch();
    this.#changed();
    this.#tell("close", undefined);
  }

  say(said: Said): void {
    this.#typed(false);
    this.#client?.say(said);
  }

  retry(entry: Entry): void {
    const { content } = entry;
    if (content.kind === "text" || content.kind === "media") this.#client?.retry(entry.key, content);
    else if (content.kind === "choice")
      this.#client?.retry(entry.key, { ...content, text: content.text ?? content.data });
  }

  discard(entry: Entry): void {
    this.#apply({ type: "dropped", id: entry.key });
  }

  /** The visitor writes, and has not sent it yet. */
  typing(): void {
    const now = Date.now();
    clearTimeout(this.#typingStops);
    this.#typingStops = setTimeout(() => this.#typed(false), TYPING_STOPS_MS);
    if (now - this.#typedAt > TYPING_EVERY_MS) this.#typed(true);
  }

  /** The visitor has everything up to here before their eyes. */
  seen(): void {
    const last = this.chat.entries.findLast((entry) => !entry.mine);
    if (!last || last.seq <= this.chat.seenSeq || document.hidden) return;
    this.#apply({ type: "seen", seq: last.seq });
    this.storage.keep({ seenSeq: last.seq });
    if (last.receipt) this.#client?.say({ kind: "read", receipt: last.receipt });
  }

  async introduce(answers: Partial<Record<FieldName, string>>): Promise<void> {
    const { name, ...others } = answers;
    const asked = Object.entries(others).filter(([, answer]) => answer);
    if (name) await this.#client?.introduce({ name });
    if (asked.length > 0)
      this.#client?.say({ kind: "form", answers: { ...Object.fromEntries(asked), page: pageUrl() } });
    this.storage.keep({ introduced: true });
    this.#changed();
  }

  async leaveMessage(answers: Partial<Record<FieldName, string>>, text: string): Promise<void> {
    await this.introduce(answers);
    this.say({ kind: "text", text });
    this.#leftMessage = true;
    this.#changed();
  }

  rate(score: number, text: string): void {
    this.#client?.say(text.trim() ? { kind: "rating", score, text } : { kind: "rating", score });
    this.wasRated = true;
    this.#apply({ type: "rated" });
  }

  skipRating(): void {
    this.#apply({ type: "rated" });
  }

  transcript(): Promise<Message[]> {
    return this.#client?.transcript() ?? Promise.resolve([]);
  }

  upload(file: File): Promise<Attachment> {
    return this.#client?.upload(file) ?? Promise.reject(new Error("there is no session yet"));
  }

  /** The site's own server says who the visitor is. */
  async identify(identity: string): Promise<void> {
    this.#identity = identity;
    if (this.#client) await this.#client.introduce({ identity });
    else if (this.storage.kept.token) await this.#connect();
  }

  /** Forgets who the visitor is, for whoever uses the device next. */
  logout(): void {
    this.#client?.stop();
    this.#client = undefined;
    this.#identity = undefined;
    this.storage.forget();
    this.isOpen = false;
    this.#apply({ type: "forgotten" });
  }

  #typed(on: boolean): void {
    clearTimeout(this.#typingStops);
    if (!on && this.#typedAt === 0) return;
    this.#typedAt = on ? Date.now() : 0;
    this.#client?.typing(on);
  }

  #chooseLanguage(): Language {
    return chooseLanguage(this.#wished());
  }

  #wished(): string[] {
    const wished = [this.look.locale, document.documentElement.lang, ...navigator.languages];
    return wished.filter((tag): tag is string => Boolean(tag));
  }

  async #configure(): Promise<void> {
    // A page that may not ask, or a center that is away: the widget is as it was then, plain at first.
    const config = await this.api.config().catch(() => this.#config);
    this.#config = config;
    this.look = look(this.attributes, config);
    this.language = this.#chooseLanguage();
    this.#account.socket = socketUrl(this.attributes, config);
    this.#configuredAt = Date.now();
    this.#changed();
  }

  /** The look of the account, asked for once. */
  configured(): Promise<void> {
    this.#configured ??= this.#configure();
    return this.#configured;
  }

  async #connect(): Promise<void> {
    await this.configured();
    if (this.#client) return;
    // Without its region: workflows ask for agents who speak `en`, whoever is from where.
    const locale = this.#wished()[0]?.split("-")[0]?.toLowerCase() ?? "en";
    const profile = { locale, ...(this.#identity ? { identity: this.#identity } : {}) };
    const client = new Client(
      this.api,
      this.storage,
      this.#account.socket,
      this.#account.name,
      profile,
      () => this.chat,
      {
        heard: (messages) => this.#hear(messages),
        standing: (standing) => this.#apply({ type: "standing", standing, now: Date.now() }),
        typing: (on) => this.#typingHeard(on),
        read: (id) => {
          this.#apply({ type: "read", id });
          this.storage.keep({ readSeq: this.chat.readSeq });
        },
        said: (id, said) => this.#apply({ type: "said", id, said }),
        acknowledged: (id, sid) => {
          this.#apply(sid ? { type: "acknowledged", id, sid } : { type: "acknowledged", id });
          if (this.chat.entries.some(({ key }) => key === id)) this.#channel?.postMessage(id);
        },
        refused: (id) => this.#apply({ type: "refused", id }),
        linked: (link) => {
          this.link = link;
          this.#changed();
        },
        forgotten: () => this.#apply({ type: "forgotten" }),
      },
    );
    this.#client = client;
    this.#watch();
    await client.start();
  }

  #hear(messages: Message[]): void {
    const known = new Set(this.chat.entries.map((entry) => entry.sid));
    this.#apply({ type: "heard", messages });
    for (const message of messages) {
      if (message.direction === "outbound" && !known.has(message.sid)) this.#tell("message", message);
    }
    this.#tell("unread", this.unread);
  }

  #typingHeard(on: boolean): void {
    this.#apply({ type: "typing", on, now: Date.now() });
    // Shown again when it is over, without a frame that says so.
    if (on) setTimeout(() => this.#changed(), Math.max(0, this.chat.typingUntil - Date.now()) + 10);
  }

  #watch(): void {
    if (this.#client) this.#client.isWatched = this.isOpen;
  }

  #apply(event: Event): void {
    const next = reduce(this.chat, event);
    if (next === this.chat) return;
    this.chat = next;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #tell<K extends keyof Heard>(name: K, value: Heard[K]): void {
    for (const listener of this.#page.get(name) ?? []) (listener as (value: Heard[K]) => void)(value);
  }
}

/** Where the visitor is, without what may be private. */
function pageUrl(): string {
  return (location.origin + location.pathname).slice(0, 2_048);
}
