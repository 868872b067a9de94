/** What `/api/floor` answers. Times are milliseconds since the epoch by the center's clock, unless a field says otherwise. */

import type { Task } from "../protocol/generated.ts";

export interface Waiting {
  tasks: number;
  /** Whether there may be more than were counted. */
  more: boolean;
  since?: number;
  /** Those who have waited longer than the target. */
  late: number;
}

export interface FloorQueue {
  sid: string;
  friendly_name: string;
  /** By task channel. */
  waiting: Record<string, Waiting>;
  eligible: number;
  available: number;
  with_room: Record<string, number>;
  more_workers: boolean;
}

export interface FloorQueues {
  at: number;
  queues: FloorQueue[];
  answer_s_target: number;
  more: boolean;
}

export interface FloorWorker {
  sid: string;
  friendly_name: string;
  activity_sid: string;
  activity_name?: string;
  activity_since: number;
  available: boolean;
  connected: boolean;
  idle_since: number;
  channels: Record<string, { capacity: number; assigned: number }>;
  tasks: string[];
  direct_waiting: number;
}

export interface FloorWorkers {
  at: number;
  workers: FloorWorker[];
  more: boolean;
}

/** How a worker came to be offered a task, as things were then. */
export interface Chosen {
  how: "longest_idle" | "ordered" | "named" | "next_in_line";
  idle_ms: number;
  assigned: number;
  capacity: number;
  /** Workers with room that were looked at. */
  free: number;
}

export interface Offer {
  sid: string;
  worker_sid: string;
  status: string;
  created_at: number;
  chosen?: Chosen;
}

/** A task with its offers; the task's own dates are in seconds. */
export interface FloorTask extends Task {
  reservations: Offer[];
  /** The way through its workflow that led to where it stands. */
  way: string;
}

export interface FloorTasks {
  at: number;
  tasks: FloorTask[];
  more: boolean;
}

/** Whose tasks. */
export type TasksOf = { queue: string } | { worker: string };
