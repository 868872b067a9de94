/** `/api` of the center. */

import type { CannedReply } from "../model/canned.ts";
import type { TemplateChoice } from "../model/reach.ts";
import type { Media } from "../protocol/frames.ts";
import type { Contact, ContactSid, Conversation, ConversationSid, Message } from "../protocol/generated.ts";
import type { Role } from "./session.ts";

/** Entries of a page of `/api`, and workers that are worth a list to choose from. */
const PAGE = 100;
const WORKERS_MAX = 1_000;

export interface Named {
  sid: string;
  friendly_name: string;
}

/** A worker as the others see them. */
export interface Colleague extends Named {
  activity_name: string | null;
  /** Whether the activity is an available one. */
  available: boolean;
  /** Whether a desk of theirs is there. */
  connected: boolean;
}

/** Who may sign in on this machine. */
export interface LocalWorker extends Named {
  attributes: Record<string, unknown> | null;
}

/** What an agent's desk needs to know of the configuration. */
export interface DeskSettings {
  task_queues: Named[];
  canned_replies: CannedReply[];
  templates: TemplateChoice[];
  dispositions: string[];
  /** Seconds after which a customer should have an answer. */
  answer_s_target: number;
  /** The accounts of the channel voice. */
  voice_accounts: string[];
}

/** A contact that has what was looked for, and where. */
export interface FoundContact {
  contact: Contact;
  matched: ("name" | "phone" | "email" | "company" | "tag")[];
  /** The newest. */
  conversation?: Conversation;
}

/** A form that stores one file (S3, "Browser-based uploads using HTTP POST"). */
interface UploadForm {
  url: string;
  fields: Record<string, string>;
}

/** A document could not be had: the center's own words, where it gave some. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class Api {
  constructor(
    private readonly base: string,
    private readonly token: string | null,
  ) {}

  localWorkers(): Promise<LocalWorker[]> {
    return this.#call("/api/dev/workers");
  }

  localSignIn(worker: string, role: Role): Promise<{ token: string }> {
    return this.#call("/api/dev/sign-in", { method: "POST", body: { worker, role } });
  }

  /** A token of the center's own for one of the identity provider's. */
  signIn(id_token: string): Promise<{ token: string }> {
    return this.post("/api/token", { id_token });
  }

  desk(): Promise<DeskSettings> {
    return this.#call("/api/desk");
  }

  /** All workers by name, up to `WORKERS_MAX`. */
  workers(): Promise<Named[]> {
    return this.#workers<Named>("");
  }

  /** The same with what each does now. */
  colleagues(): Promise<Colleague[]> {
    return this.#workers<Colleague>("&states=true");
  }

  async #workers<T extends Named>(query: string): Promise<T[]> {
    const all: T[] = [];
    for (let more = true; more && all.length < WORKERS_MAX; ) {
      const after = all.at(-1)?.sid;
      const path = `/api/workers?limit=${PAGE}${query}${after ? `&after=${after}` : ""}`;
      const page = await this.#call<{ workers: T[]; more: boolean }>(path);
      all.push(...page.workers);
      more = page.more && page.workers.length > 0;
    }
    return all;
  }

  async conversations(contact: ContactSid): Promise<Conversation[]> {
    const path = `/api/contacts/${encodeURIComponent(contact)}/conversations?limit=20`;
    const { conversations } = await this.#call<{ conversations: Conversation[] }>(path);
    return conversations;
  }

  /** A page of what was said in one conversation, oldest first, before a position or to its end. */
  messages(
    conversation: ConversationSid,
    before: number | null,
  ): Promise<{ messages: Message[]; more: boolean }> {
    const range = before === null ? "" : `&before=${before}`;
    return this.#call(
      `/api/conversations/${encodeURIComponent(conversation)}/messages?limit=${PAGE}${range}`,
    );
  }

  /** The contact with a phone number, an e-mail address, or a SID. */
  async findContact(text: string): Promise<Contact[]> {
    if (/^CT[0-9a-f]{32}$/u.test(text)) return [await this.#call<Contact>(`/api/contacts/${text}`)];
    const path = `/api/contacts?identity=${encodeURIComponent(text)}`;
    return (await this.#call<{ contacts: Contact[] }>(path)).contacts;
  }

  async contact(sid: ContactSid): Promise<Contact> {
    return this.#call(`/api/contacts/${encodeURIComponent(sid)}`);
  }

  /** Contacts that have every word of a question, and whether there may be more. */
  search(q: string): Promise<{ results: FoundContact[]; more: boolean }> {
    return this.get("/api/search", { q });
  }

  /** A page of what was said with a contact, oldest first, before a position or to its end. */
  contactMessages(
    contact: ContactSid,
    before: number | null,
  ): Promise<{ messages: Message[]; more: boolean }> {
    const path = `/api/contacts/${encodeURIComponent(contact)}/messages`;
    return this.get(path, { limit: PAGE, before: before ?? undefined });
  }

  /** The messages of a contact in which words occur, oldest first; `before`: where to ask on. */
  searchMessages(
    contact: ContactSid,
    q: string,
    before: number | null,
  ): Promise<{ messages: Message[]; before?: number }> {
    const path = `/api/contacts/${encodeURIComponent(contact)}/search`;
    return this.get(path, { q, before: before ?? undefined });
  }

  /** Has an attachment that could not be had fetched once more. */
  async fetchAgain(message: Message, attachment: number): Promise<void> {
    const { contact_sid, seq, sid } = message;
    const body = { message: `${contact_sid}.${seq}.${sid}`, attachment };
    await this.#call("/api/media/fetch", { method: "POST", body });
  }

  /** Sets attributes; null removes one. */
  changeContact(contact: ContactSid, attributes: Record<string, unknown>): Promise<Contact> {
    const path = `/api/contacts/${encodeURIComponent(contact)}`;
    return this.#call(path, { method: "PATCH", body: { attributes } });
  }

  /** Puts a file where the customer's channel can fetch it; what `message.send` takes. */
  async upload(file: File): Promise<Media> {
    const content_type = file.type || "application/octet-stream";
    const about = { content_type, file_name: file.name, bytes: file.size };
    const { form, url } = await this.#call<{ form: UploadForm; url: string }>("/api/uploads", {
      method: "POST",
      body: about,
    });
    const fields = new FormData();
    for (const [name, value] of Object.entries(form.fields)) fields.append(name, value);
    fields.append("file", file);
    const answer = await fetch(form.url, { method: "POST", body: fields, credentials: "omit" });
    if (!answer.ok) throw new ApiError(answer.status, await answer.text());
    return { url, content_type, file_name: file.name };
  }

  /** A document that only some pages need; parameters that are undefined are left out. */
  get<T>(path: string, parameters: Record<string, string | number | undefined> = {}): Promise<T> {
    return this.#call(withQuery(path, parameters));
  }

  /** The same of what is no JSON. */
  async text(path: string, parameters: Record<string, string | number | undefined> = {}): Promise<string> {
    const headers: HeadersInit = this.token ? { authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(this.base + withQuery(path, parameters), { credentials: "omit", headers });
    if (!answer.ok) throw new ApiError(answer.status, answer.statusText);
    return answer.text();
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#call(path, { method: "POST", body });
  }

  /** A token with which this page is the agent's telephone. */
  voiceToken(): Promise<{ token: string }> {
    return this.#call("/api/voice/token", { method: "POST" });
  }

  /** Whether the center believes the token; where it cannot be asked, nothing is known against it. */
  async isBelieved(): Promise<boolean> {
    try {
      await this.desk();
      return true;
    } catch (error) {
      return !(error instanceof ApiError && error.status === 401);
    }
  }

  async #call<T>(
    path: string,
    { method = "GET", body }: { method?: string; body?: unknown } = {},
  ): Promise<T> {
    const answer = await fetch(this.base + path, {
      method,
      credentials: "omit",
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const document: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw new ApiError(answer.status, messageOf(document) ?? answer.statusText);
    return document as T;
  }
}

function withQuery(path: string, parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function messageOf(document: unknown): string | null {
  const error =
    typeof document === "object" && document !== null && "error" in document ? document.error : document;
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : null;
  return typeof message === "string" ? message : null;
}
