/** A week of opening hours as a grid of days, and back to the document. Pure. */

import { type Span, WEEKDAYS, type WeeklyHours } from "./types.ts";

/** A span of one day, and which of the document's it is. */
export interface GridSpan extends Span {
  at: number;
}

/** The spans of each day, from Monday on. */
export type Grid = readonly (readonly Span[])[];

export function gridOf(weekly: readonly WeeklyHours[]): GridSpan[][] {
  return WEEKDAYS.map((day) =>
    weekly.flatMap(({ days, from, to }, at) => (days.includes(day) ? [{ from, to, at }] : [])),
  );
}

/** What is the same on several days is said once; the first of a day stays before its second. */
export function weeklyOf(grid: Grid): WeeklyHours[] {
  const weekly: WeeklyHours[] = [];
  WEEKDAYS.forEach((day, index) => {
    // What comes later on this day must not be said earlier.
    let from = 0;
    for (const span of grid[index] ?? []) {
      const same = weekly.findIndex(
        (other, at) =>
          at >= from && other.from === span.from && other.to === span.to && !other.days.includes(day),
      );
      const at = same < 0 ? weekly.length : same;
      if (same < 0) weekly.push({ days: [day], from: span.from, to: span.to });
      else weekly[same]?.days.push(day);
      from = at + 1;
    }
  });
  return weekly;
}

/** What a new span of a day is at first: after its last one. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1)?.to ?? "";
  return last >= "09:00" && last < "18:00" ? { from: last, to: "18:00" } : { from: "09:00", to: "17:00" };
}
