/** What became of tasks: the numbers of `/api/stats`, put together anew. Pure. */

export type By = "queue" | "worker" | "channel";
export const BYS = ["queue", "worker", "channel"] as const satisfies readonly By[];

/** Numbers of some tasks; times are sums in milliseconds. */
export interface Counts {
  tasks: number;
  completed: number;
  transferred: number;
  abandoned: number;
  accepted: number;
  /** Of those accepted: within the target. */
  in_time: number;
  wait_ms: number;
  wait_ms_max: number;
  handle_ms: number;
  /** Invitations, and those of them that a colleague accepted: in none of the above. */
  invited: number;
  joined: number;
  joined_ms: number;
}

/** The tasks of one interval and queue, worker or channel. */
export interface StatsRow extends Counts {
  start: number;
  key: string;
}

export interface Stats {
  rows: StatsRow[];
  names: Record<string, string>;
  /** Whether there were more tasks than are counted for one answer. */
  more: boolean;
  answer_s_target: number;
}

export const NOTHING: Counts = {
  tasks: 0,
  completed: 0,
  transferred: 0,
  abandoned: 0,
  accepted: 0,
  in_time: 0,
  wait_ms: 0,
  wait_ms_max: 0,
  handle_ms: 0,
  invited: 0,
  joined: 0,
  joined_ms: 0,
};

export function total(rows: readonly Counts[]): Counts {
  return rows.reduce<Counts>(
    (sum, row) => ({
      tasks: sum.tasks + row.tasks,
      completed: sum.completed + row.completed,
      transferred: sum.transferred + row.transferred,
      abandoned: sum.abandoned + row.abandoned,
      accepted: sum.accepted + row.accepted,
      in_time: sum.in_time + row.in_time,
      wait_ms: sum.wait_ms + row.wait_ms,
      wait_ms_max: Math.max(sum.wait_ms_max, row.wait_ms_max),
      handle_ms: sum.handle_ms + row.handle_ms,
      invited: sum.invited + row.invited,
      joined: sum.joined + row.joined,
      joined_ms: sum.joined_ms + row.joined_ms,
    }),
    NOTHING,
  );
}

/** What the counts come to; null where there is nothing to divide by. */
export function averages(counts: Counts): {
  wait_ms: number | null;
  handle_ms: number | null;
  service_level: number | null;
} {
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);
  return {
    wait_ms: share(counts.wait_ms, counts.tasks),
    handle_ms: share(counts.handle_ms, counts.accepted),
    // Who gave up was not served in time.
    service_level: share(counts.in_time, counts.accepted + counts.abandoned),
  };
}

/** The counts of every interval of a span, those without tasks too. */
export function byInterval(
  rows: readonly StatsRow[],
  { from, to, interval_s }: Span,
): { start: number; counts: Counts }[] {
  const length = Math.ceil((to - from) / (interval_s * 1000));
  return Array.from({ length }, (_, index) => {
    const start = from + index * interval_s * 1000;
    return { start, counts: total(rows.filter((row) => row.start === start)) };
  });
}

/** The counts of every key, the most tasks first. */
export function byKey(rows: readonly StatsRow[]): { key: string; counts: Counts }[] {
  const keys = [...new Set(rows.map(({ key }) => key))];
  return keys
    .map((key) => ({ key, counts: total(rows.filter((row) => row.key === key)) }))
    .sort((a, b) => b.counts.tasks - a.counts.tasks || (a.key < b.key ? -1 : 1));
}

/** Milliseconds since the epoch; `to` does not belong to it. */
export interface Span {
  from: number;
  to: number;
  interval_s: number;
}

export const SPANS = ["today", "yesterday", "week", "month"] as const;
export type SpanName = (typeof SPANS)[number];

const HOUR_S = 3_600;
const DAY_MS = 86_400_000;

/** A span of the reader's calendar, whose present day begins at `midnight`. Days on which the clock is changed count as
 * others do. */
export function spanOf(name: SpanName, midnight: number): Span {
  const tomorrow = midnight + DAY_MS;
  switch (name) {
    case "today":
      return { from: midnight, to: tomorrow, interval_s: HOUR_S };
    case "yesterday":
      return { from: midnight - DAY_MS, to: midnight, interval_s: HOUR_S };
    case "week":
      return { from: tomorrow - 7 * DAY_MS, to: tomorrow, interval_s: 24 * HOUR_S };
    case "month":
      return { from: tomorrow - 30 * DAY_MS, to: tomorrow, interval_s: 24 * HOUR_S };
  }
}
