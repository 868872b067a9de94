/** The center over HTTP. */
import {
  type Attachment,
  type Document,
  type Message,
  readMessages,
  readStanding,
  type Standing,
} from "./protocol.ts";
import { type Config, readConfig } from "./settings.ts";

/** Milliseconds for an answer. */
const ANSWER_MS_MAX = 15_000;
/** Milliseconds for a file. */
const UPLOAD_MS_MAX = 300_000;

/** The center's answer is a refusal: `status` says which; 0 when there was none at all. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** Whether asking again may help. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface Session {
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Leave to upload one file. */
interface Ticket {
  /** What an attachment has as its URL. */
  url: string;
  content_type: string;
  form: { url: string; fields: Record<string, string> };
}

export interface Wanted {
  token?: string | undefined;
  name?: string | undefined;
  locale?: string | undefined;
  identity?: string | undefined;
}

export class Api {
  readonly #center: string;
  readonly #account: string;

  constructor(center: string, account: string) {
    this.#center = center;
    this.#account = account;
  }

  async config(): Promise<Config> {
    return readConfig(await this.#call("GET", "config"));
  }

  async session(wanted: Wanted): Promise<Session> {
    const answer = (await this.#call("POST", "sessions", { body: wanted })) as {
      token: string;
      expires_at: number;
    };
    return { token: answer.token, expiresAt: answer.expires_at * 1000 };
  }

  async newest(token: string, limit: number): Promise<Message[]> {
    return readMessages(await this.#call("GET", "messages", { token, query: { limit } }));
  }

  async after(token: string, after: number, limit: number): Promise<Message[]> {
    return readMessages(await this.#call("GET", "messages", { token, query: { after, limit } }));
  }

  async standing(token: string): Promise<Standing> {
    return readStanding(await this.#call("GET", "conversation", { token }));
  }

  /** The message's id, where the document is one. */
  async send(token: string, document: Document): Promise<string | undefined> {
    const answer = (await this.#call("POST", "messages", { token, body: document })) as { sid?: string };
    return answer.sid;
  }

  /** Asks for leave to upload, and uploads by the form that it is given. */
  async upload(token: string, file: File): Promise<Attachment> {
    const content_type = file.type || "application/octet-stream";
    const body = { content_type, bytes: file.size, file_name: file.name };
    const ticket = (await this.#call("POST", "uploads", { token, body })) as Ticket;
    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.form.fields)) form.append(name, value);
    form.append("file", file);
    const signal = AbortSignal.timeout(UPLOAD_MS_MAX);
    const sending = fetch(ticket.form.url, { method: "POST", body: form, credentials: "omit", signal });
    const answer = await sending.catch((error: unknown) => {
      throw new Refused(0, String(error));
    });
    if (!answer.ok) throw new Refused(answer.status, await answer.text().catch(() => ""));
    return {
      url: ticket.url,
      content_type: ticket.content_type,
      file_name: file.name,
      bytes: file.size,
    };
  }

  async #call(
    method: string,
    path: string,
    { token, query = {}, body }: { token?: string; query?: Record<string, number>; body?: unknown } = {},
  ): Promise<unknown> {
    const url = new URL(`${this.#center}/webchat/${path}`);
    url.searchParams.set("account", this.#account);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const headers: Record<string, string> = {};
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(url, {
        method,
        headers,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Refused(0, String(error));
    }
    if (!answer.ok) throw new Refused(answer.status, await answer.text().catch(() => ""));
    return answer.json().catch(() => ({}));
  }
}
