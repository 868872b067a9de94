/** What the floor's numbers come to. Pure. */

import type { FloorQueue, FloorWorker, Waiting } from "./types.ts";

const NOBODY: Waiting = { tasks: 0, more: false, late: 0 };

/** Those who wait in a queue, on all task channels together. */
export function waitingOf(queue: FloorQueue): Waiting {
  return sum(Object.values(queue.waiting));
}

export function sum(all: readonly Waiting[]): Waiting {
  return all.reduce<Waiting>((total, { tasks, more, since, late }) => {
    const first = Math.min(total.since ?? Number.POSITIVE_INFINITY, since ?? Number.POSITIVE_INFINITY);
    return {
      tasks: total.tasks + tasks,
      more: total.more || more,
      late: total.late + late,
      ...(Number.isFinite(first) && { since: first }),
    };
  }, NOBODY);
}

/** What a worker can be seen to do. `away`: no desk of theirs is connected. */
export type Standing = "away" | "unavailable" | "free" | "busy" | "full";
export const STANDINGS = [
  "free",
  "busy",
  "full",
  "unavailable",
  "away",
] as const satisfies readonly Standing[];

export function standing(worker: FloorWorker): Standing {
  if (!worker.connected) return "away";
  if (!worker.available) return "unavailable";
  const loads = Object.values(worker.channels).filter(({ capacity }) => capacity > 0);
  if (loads.every(({ capacity, assigned }) => assigned >= capacity)) return "full";
  return loads.some(({ assigned }) => assigned > 0) ? "busy" : "free";
}

export type Order = "name" | "standing" | "since" | "load";

export interface View {
  typed: string;
  standing: Standing | null;
  order: Order;
}

/** The workers that a view shows, in its order; those alike by name. */
export function viewOf(workers: readonly FloorWorker[], view: View): FloorWorker[] {
  const typed = view.typed.trim().toLowerCase();
  const byName = (a: FloorWorker, b: FloorWorker) => a.friendly_name.localeCompare(b.friendly_name);
  const orders: Record<Order, (a: FloorWorker, b: FloorWorker) => number> = {
    name: byName,
    standing: (a, b) => STANDINGS.indexOf(standing(a)) - STANDINGS.indexOf(standing(b)),
    since: (a, b) => a.activity_since - b.activity_since,
    load: (a, b) => b.tasks.length - a.tasks.length,
  };
  return workers
    .filter((worker) => worker.friendly_name.toLowerCase().includes(typed))
    .filter((worker) => view.standing === null || standing(worker) === view.standing)
    .sort((a, b) => orders[view.order](a, b) || byName(a, b));
}

export function counts(workers: readonly FloorWorker[]): Record<Standing, number> {
  const counted: Record<Standing, number> = { free: 0, busy: 0, full: 0, unavailable: 0, away: 0 };
  for (const worker of workers) counted[standing(worker)] += 1;
  return counted;
}

/** The floor at a moment. */
export interface Sample {
  at: number;
  waiting: number;
  available: number;
}

/** How long the live chart looks back. */
export const LOOKS_BACK_MS = 30 * 60_000;

/** The samples with one more; an answer that comes again, or late, adds nothing. */
export function append(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && sample.at <= last.at) return samples;
  return [...samples.filter(({ at }) => at > sample.at - LOOKS_BACK_MS), sample];
}

/** How often the floor is asked for: what many workers cost to read is asked for less often. */
export function refreshMs(workers: number): number {
  return workers <= 100 ? 5_000 : 15_000;
}
