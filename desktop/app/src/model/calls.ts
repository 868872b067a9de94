/** Phone calls as an agent sees them: whose they are, how they stand, what can be done. */

import type { CallEntry } from "../protocol/frames.ts";
import type { CallParticipant, Task, WorkerSid } from "../protocol/generated.ts";
import type { DeskState } from "./state.ts";
import { hasCall, parseAttributes } from "./tasks.ts";

/** How a call stands for one agent, in the order in which it is looked at. */
export type CallStanding =
  | "ended"
  /** Their own phone rings. */
  | "ringing"
  | "waiting"
  /** The sound of their own phone is lost for the moment. */
  | "reconnecting"
  /** The other side's phone rings. */
  | "calling"
  | "on_hold"
  /** They are on hold themselves. */
  | "held"
  | "connected";

type Place = Pick<Task, "sid" | "conversation_sid">;

/** The call of a task, or that of its conversation: a colleague who was invited has a task of their own. */
export function callOf(calls: DeskState["calls"], task: Place): CallEntry | null {
  const all = Object.values(calls);
  const isHere = ({ conversation_sid }: CallEntry) => conversation_sid === task.conversation_sid;
  return all.find(({ task_sid }) => task_sid === task.sid) ?? all.findLast(isHere) ?? null;
}

/** A call within a conversation that the agent has already is a task of its own, and its attributes alone say where. */
export function placed(task: Task): Task {
  if (task.conversation_sid || !isCall(task)) return task;
  const { conversationSid } = parseAttributes(task.attributes);
  return typeof conversationSid === "string" ? { ...task, conversation_sid: conversationSid } : task;
}

/** Whether a task is somebody's call, as its attributes tell. */
export function isCall({ attributes }: { attributes: string }): boolean {
  return hasCall(parseAttributes(attributes));
}

/** The worker themselves among those who are in a call. */
export function ownPart(call: CallEntry, worker: WorkerSid | undefined): CallParticipant | null {
  return (
    call.participants.find(({ worker_sid }) => worker_sid !== undefined && worker_sid === worker) ?? null
  );
}

export function customerPart(call: CallEntry): CallParticipant | null {
  return call.participants.find(({ kind }) => kind === "customer") ?? null;
}

/** `lost`: the telephone in the browser has lost its sound. */
export function callStanding(call: CallEntry, worker: WorkerSid | undefined, lost: boolean): CallStanding {
  if (call.state === "ended") return "ended";
  const own = ownPart(call, worker);
  if (own?.state === "ringing") return "ringing";
  if (!own && call.state !== "connected") return call.state === "ringing" ? "ringing" : "waiting";
  if (lost) return "reconnecting";
  const customer = customerPart(call);
  if (customer?.state === "ringing") return "calling";
  if (own?.on_hold) return "held";
  if (customer?.on_hold) return "on_hold";
  return call.state === "connected" ? "connected" : "waiting";
}

/** Whether others would go on talking with the customer if the agent left. */
export function goesOnWithout(call: CallEntry, worker: WorkerSid | undefined): boolean {
  return call.participants.some(
    ({ kind, state, worker_sid }) =>
      state === "joined" && (kind === "number" || kind === "colleague") && worker_sid !== worker,
  );
}

/** A telephone number or SIP address as the center takes it; none for what is neither. */
export function dialled(text: string): string | null {
  const typed = text.trim();
  if (/^sip:[^\s@]+@[^\s@]+$/iu.test(typed)) return typed;
  const digits = typed.replace(/[\s()./-]/gu, "").replace(/^00/u, "+");
  return /^\+\d{5,15}$/u.test(digits) ? digits : null;
}

/** Where TaskRouter's attributes say that a caller asked to be called back. */
export function isCallback(attributes: Readonly<Record<string, unknown>>): boolean {
  return attributes.callback === true || attributes.callback === "true";
}
