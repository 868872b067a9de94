/** The documents of a configuration (shared/model/src/workspace.rs, desk.rs), and what `/api` says of them. */

import type { TemplateChoice } from "../model/reach.ts";
import type { ChannelKind } from "../protocol/generated.ts";

export interface QueueDocument {
  sid?: string | null;
  friendly_name: string;
  target_workers: string;
  task_order: "FIFO" | "LIFO";
  max_reserved_workers: number;
}

export interface WorkflowDocument {
  sid?: string | null;
  friendly_name: string;
  task_reservation_timeout: number;
  configuration: unknown;
}

export interface WorkerDocument {
  sid?: string | null;
  friendly_name: string;
  attributes: Record<string, unknown>;
  channels: Record<string, { capacity: number; available: boolean }>;
}

export interface CannedDocument {
  shortcut: string;
  text: string;
  language?: string;
  choices?: string[];
}

export interface DeskDocument {
  canned_replies: CannedDocument[];
  templates: TemplateChoice[];
  dispositions: string[];
  answer_s_target: number;
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `HH:MM`, up to `24:00`. */
export interface Span {
  from: string;
  to: string;
}

export interface WeeklyHours extends Span {
  days: Weekday[];
}

export interface ExceptionDocument {
  /** `YYYY-MM-DD`. */
  date: string;
  last?: string;
  reason?: string;
  open: Span[];
}

export interface OverrideDocument {
  open: boolean;
  /** `YYYY-MM-DDTHH:MM` there. */
  until?: string;
  reason?: string;
}

/** Opening hours (shared/model/src/hours.rs). */
export interface ScheduleDocument {
  name: string;
  time_zone: string;
  weekly: WeeklyHours[];
  exceptions: ExceptionDocument[];
  override?: OverrideDocument;
}

/** The answer of `POST /api/config/hours`. */
export interface HoursPreview {
  faults: Fault[];
  now: { open: boolean; reason?: string; time_zone: string } | null;
  changes_at: number | null;
  openings: { from: number; to: number }[];
}

/** What is not edited here is kept as it is. */
export interface Workspace {
  workers: WorkerDocument[];
  task_queues: QueueDocument[];
  workflows: WorkflowDocument[];
  task_channels: { unique_name: string }[];
  desk: DeskDocument;
  hours?: ScheduleDocument[];
  [other: string]: unknown;
}

export interface Documents {
  workspace: Workspace;
  flows: Record<string, unknown>;
}

export interface Versioned {
  version: number;
  documents: Documents;
}

export interface Fault {
  /** `workspace`, `flow/<name>`. */
  document: string;
  position: string;
  reason: string;
}

export interface AppliedVersion {
  version: number;
  applied_at: number | null;
  by: string | null;
}

export type Verdict = "ready" | "busy" | "away" | "not_in_target" | "not_in_queue";

export interface MatchStop {
  from_s: number;
  queue: string | null;
  target_workers: string | null;
  expression: string | null;
  priority: number;
  why: string;
  workers: { sid: string; friendly_name: string; activity_name: string | null; verdict: Verdict }[];
  not_in_queue: number;
}

export interface Matching {
  workflow: string;
  stops: MatchStop[];
  workers: number;
  more: boolean;
}

export interface Account {
  channel: ChannelKind;
  account: string;
  flow: string;
  /** Whether its provider can be asked about it. */
  checked: boolean;
}

export interface WorkerRecord extends WorkerDocument {
  sid: string;
  activity_name: string | null;
  connected: boolean;
}

export interface ProblemRecord {
  sid: string;
  at: number;
  source: string;
  reason: string;
}
