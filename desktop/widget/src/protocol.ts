/** What the center says to a visitor, and what a visitor says (docs/PROTOCOL.md, "Web chat"). */

/** A position's unit: 4,096 of them are a millisecond. */
export const POSITIONS_PER_MS = 4096;

export interface Attachment {
  url: string;
  content_type: string;
  file_name?: string;
  bytes?: number;
}

export interface Option {
  data: string;
  text: string;
}

export type Content =
  | { kind: "text"; text: string }
  | { kind: "media"; attachments: Attachment[]; text?: string }
  | { kind: "location"; latitude: number; longitude: number; name?: string; address?: string }
  | { kind: "choice"; data: string; text?: string }
  | { kind: "choices"; text: string; options: Option[] }
  | { kind: "contacts"; contacts: { name: string; phones?: string[]; emails?: string[] }[] }
  /** Of a later version, or one that the channel could not carry. */
  | { kind: "unknown"; text?: string };

export interface Message {
  sid: string;
  seq: number;
  direction: "inbound" | "outbound";
  content: Content;
  status?: string;
  clientId?: string;
  authorName?: string;
  /** What says that the visitor has seen it. */
  receipt?: string;
  deleted: boolean;
}

export type State = "none" | "flow" | "waiting" | "with_agent" | "closed";

/** Where the visitor's conversation stands. */
export interface Standing {
  state: State;
  agents: string[];
  position?: number;
}

export type Frame =
  | { type: "message"; message: Message }
  | { type: "typing"; on: boolean }
  | { type: "read"; clientId: string }
  | { type: "conversation"; standing: Standing }
  | { type: "ack"; clientId: string; sid?: string }
  | { type: "error"; clientId: string | null; code: number; message: string }
  | { type: "pong" }
  | { type: "unknown" };

/** What a visitor sends. */
export type Said =
  | { kind: "text"; text: string }
  | { kind: "media"; attachments: Attachment[]; text?: string }
  | { kind: "choice"; data: string; text: string }
  | { kind: "typing"; on: boolean }
  | { kind: "read"; receipt: string }
  | { kind: "rating"; score: number; text?: string }
  | { kind: "form"; answers: Record<string, string> };

export type Document = Said & { client_msg_id: string };

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];

/** Leaves out what is undefined, as `exactOptionalPropertyTypes` wants it. */
function only<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function attachment(fields: Fields): Attachment {
  return only<Attachment>({
    url: text(fields.url) ?? "",
    content_type: text(fields.content_type) ?? "",
    file_name: text(fields.file_name),
    bytes: number(fields.bytes),
  });
}

export function readContent(fields: Fields): Content {
  const said = text(fields.text);
  switch (fields.kind) {
    case "text":
      return { kind: "text", text: said ?? "" };
    case "media":
      return only<Content>({
        kind: "media",
        attachments: list(fields.attachments).map(attachment),
        text: said,
      });
    case "location":
      return only<Content>({
        kind: "location",
        latitude: number(fields.latitude) ?? 0,
        longitude: number(fields.longitude) ?? 0,
        name: text(fields.name),
        address: text(fields.address),
      });
    case "choice":
      return only<Content>({ kind: "choice", data: text(fields.data) ?? "", text: said });
    case "choices": {
      const options = list(fields.options).map((option) => {
        const data = text(option.data) ?? "";
        return { data, text: text(option.text) ?? data };
      });
      return { kind: "choices", text: said ?? "", options };
    }
    case "contacts": {
      const contacts = list(fields.contacts).map((card) => ({
        name: text(card.name) ?? "",
        phones: texts(card.phones),
        emails: texts(card.emails),
      }));
      return { kind: "contacts", contacts };
    }
    default:
      return only<Content>({ kind: "unknown", text: said });
  }
}

/** A message of the history or of `message.created`; none without an id and a position. */
export function readMessage(value: unknown): Message | undefined {
  if (!isFields(value)) return undefined;
  const [sid, seq] = [text(value.sid), number(value.seq)];
  if (!sid || seq === undefined) return undefined;
  return only<Message>({
    sid,
    seq,
    direction: value.direction === "inbound" ? "inbound" : "outbound",
    content: readContent(value),
    status: text(value.status),
    clientId: text(value.client_msg_id),
    authorName: text(value.author_name),
    receipt: text(value.receipt),
    deleted: value.deleted === true,
  });
}

export function readMessages(value: unknown): Message[] {
  if (!isFields(value) || !Array.isArray(value.messages)) return [];
  return value.messages.map(readMessage).filter((message) => message !== undefined);
}

const STATES: readonly string[] = ["flow", "waiting", "with_agent", "closed"];

export function readStanding(value: unknown): Standing {
  const fields = isFields(value) ? value : {};
  const state = text(fields.state) ?? "";
  return only<Standing>({
    state: STATES.includes(state) ? (state as State) : "none",
    agents: texts(fields.agents),
    position: number(fields.position),
  });
}

export function readFrame(data: unknown): Frame {
  let frame: unknown;
  try {
    frame = JSON.parse(String(data));
  } catch {
    return { type: "unknown" };
  }
  if (!isFields(frame)) return { type: "unknown" };
  const payload = isFields(frame.payload) ? frame.payload : {};
  const clientId = text(payload.client_msg_id);
  switch (frame.event_type) {
    case "message.created": {
      const message = readMessage(payload);
      return message ? { type: "message", message } : { type: "unknown" };
    }
    case "typing":
      return { type: "typing", on: payload.on === true };
    case "message.read":
      return clientId ? { type: "read", clientId } : { type: "unknown" };
    case "conversation":
      return { type: "conversation", standing: readStanding(payload) };
    case "ack":
      return clientId ? only<Frame>({ type: "ack", clientId, sid: text(payload.sid) }) : { type: "unknown" };
    case "error":
      return {
        type: "error",
        clientId: clientId ?? null,
        code: number(payload.code) ?? 0,
        message: text(payload.message) ?? "",
      };
    case "pong":
      return { type: "pong" };
    default:
      return { type: "unknown" };
  }
}
