/** The simulator's own interface (docs/SIMULATOR.md). */

/** An account whose customers can be played. */
export interface Account {
  channel: string;
  account: string;
  flow: string;
  /** What its customers can send. */
  kinds: string[];
  typing: boolean;
  delivered_receipts: boolean;
  read_receipts: boolean;
  window_s: number | null;
}

/** What the customer was shown, and the call that showed it. */
export interface Delivery {
  id: string;
  to: string;
  text: string;
  media?: string[];
  choices?: { data: string; text: string }[];
  /** What is no message. */
  signal?: "typing" | "read" | "reaction";
  /** Of typing. */
  on?: boolean;
  /** Of a reaction. */
  emoji?: string | null;
  template?: string;
  request: unknown;
  at: number;
}

/** What the customer sends. */
export interface Written {
  from: string;
  account: string;
  seed: string;
  kind: string;
  [field: string]: unknown;
}

export interface Taken {
  /** What the center answered the webhook with. */
  status: number;
  event_id: string | null;
}

/** What goes wrong with the next calls to a provider. */
export interface Fault {
  next: number;
  status?: number;
  delay_ms?: number;
  drop?: boolean;
  /** It is taken, and what the provider tells later is this. */
  receipt?: "failed" | "none";
}

/** What a provider or a customer tells of a message that was shown. */
export type Told = "delivered" | "read" | "failed";

async function call<T>(path: string, body?: unknown): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/simulator/api${path}`, init);
  if (!answer.ok) {
    const error = (await answer.json().catch(() => ({}))) as { message?: string };
    throw new Error(error.message ?? `the simulator answered ${answer.status}`);
  }
  return answer.json() as Promise<T>;
}

export const accounts = () => call<Account[]>("");
export const write = (channel: string, message: Written) => call<Taken>(`/${channel}/messages`, message);
export const tell = (channel: string, account: string, from: string, act: Told, message: string) =>
  call<Taken>(`/${channel}/messages`, { from, account, act, message });
export const deliveries = (channel: string, to: string) =>
  call<Delivery[]>(`/${channel}/deliveries?${new URLSearchParams({ to })}`);
export const order = (channel: string, fault: Fault) =>
  call<{ waiting: number }>(`/${channel}/faults`, fault);

/** What somebody on a call hears. */
export type Heard =
  | { kind: "say"; text: string; language?: string }
  | { kind: "play"; url: string }
  | { kind: "digits"; digits: string }
  | { kind: "pause"; length_s: number }
  | { kind: "beep" }
  | { kind: "voice"; from: string; text: string }
  | { kind: "beside"; what: string; on: boolean }
  | { kind: "trouble"; code: number; why: string };

/** Somebody in a conference. */
export interface Member {
  call: string;
  person: string;
  label?: string;
  ringing: boolean;
  muted: boolean;
  on_hold: boolean;
  coaching: boolean;
  heard_by: string[];
}

/** A call, and where it is. */
export interface Call {
  sid: string;
  person: string;
  direction: string;
  status: string;
  seat: "line" | "queue" | "bridged" | "room" | "dial";
  /** Of a queue or a conference. */
  name?: string;
  /** In the queue, from 1. */
  place?: number;
  /** Whether the conference has begun. */
  started?: boolean;
  members?: Member[];
  /** The calls that it makes, and the one that answered. */
  others?: string[];
  with?: string | null;
  /** What it waits for: `keys`, `words`, `keys_or_words`, `message`, or what has the call. */
  wants?: string;
  heard: Heard[];
  heard_by: string[];
  recording?: "in-progress" | "paused";
  began_at: number;
  ended_at?: number;
}

/** What somebody at a phone does. */
export type PhoneAct =
  | { act: "keys"; digits: string }
  | { act: "say"; text: string }
  | { act: "finish"; result: Record<string, string> }
  | { act: "answer" | "decline" | "machine" | "hangup" };

/** What goes wrong with the next phones, callbacks, documents and recordings of an account. */
export interface PhoneFault {
  phones: string;
  next: number;
}

export const calls = (account: string) => call<Call[]>(`/voice/calls?${new URLSearchParams({ account })}`);
export const dial = (account: string, from: string) =>
  call<{ call: string }>("/voice/calls", { account, from });
export const does = (account: string, sid: string, { act, ...rest }: PhoneAct) =>
  call<unknown>(`/voice/phone/${act}`, { account, call: sid, ...rest });
export const phoneFaults = (account: string) =>
  call<PhoneFault[]>(`/voice/faults?${new URLSearchParams({ account })}`);
export const orderPhones = (account: string, fault: PhoneFault) =>
  call<unknown>("/voice/faults", { account, ...fault });
