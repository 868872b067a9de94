/** Who is on a conversation besides the agent, who was asked in, and what that lets the agent do. Pure. */

import type { Conversation, Invited, Reservation, TaskSid, WorkerSid } from "../protocol/generated.ts";
import { parseAttributes } from "./tasks.ts";

/** A colleague who is on the conversation; `task_sid` where they came by invitation. */
export interface Colleague {
  worker_sid: WorkerSid;
  task_sid: TaskSid | null;
}

export interface Company {
  /** Whether the agent's task is the conversation's own: they may ask others in, hand it over, transfer it. */
  owns: boolean;
  /** Whether the agent came by invitation: they leave, and the conversation goes on. */
  visits: boolean;
  colleagues: readonly Colleague[];
  /** Who was asked and has not come. */
  asked: readonly Invited[];
}

const ALONE: Company = { owns: false, visits: false, colleagues: [], asked: [] };

export function companyOf(
  conversation: Conversation | null,
  { task, worker_sid: me, reservation_status }: Reservation,
): Company {
  if (!conversation || reservation_status !== "accepted") return ALONE;
  const { workers = [], invited = [], task_sid } = conversation;
  const colleagues = workers
    .filter((worker_sid) => worker_sid !== me)
    .map((worker_sid) => {
      const by = invited.find((invited) => invited.worker_sid === worker_sid);
      return { worker_sid, task_sid: by?.task_sid ?? null };
    });
  return {
    owns: task_sid === task.sid,
    visits: invited.some((invited) => invited.task_sid === task.sid),
    colleagues,
    asked: invited.filter((invited) => !invited.worker_sid),
  };
}

/** Whether what an agent still writes up goes on with somebody else. (Of a flow that goes on the agent hears nothing.) */
export function goesOnWithout({ state, task_sid }: Conversation, { task }: Reservation): boolean {
  return state !== "closed" && typeof task_sid === "string" && task_sid !== task.sid;
}

/** What a colleague has to say with an offer. */
export interface From {
  by: string;
  note: string;
}

/** Who asks the agent in by an offer, and why; null for a task of their own. */
export function invitationOf({ attributes }: { attributes: string }): From | null {
  const { invited_by, invitation_of, invitation_note } = parseAttributes(attributes);
  return typeof invitation_of === "string" ? from(invited_by, invitation_note) : null;
}

/** Who has transferred a task with a note; null for one that came without. */
export function transferOf({ attributes }: { attributes: string }): From | null {
  const { transferred_by, transfer_note } = parseAttributes(attributes);
  return from(transferred_by, transfer_note);
}

function from(by: unknown, note: unknown): From | null {
  const name = (by as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" ? { by: name, note: typeof note === "string" ? note : "" } : null;
}
