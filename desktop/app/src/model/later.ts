/** Moments at which a message may be said later. */

/** What the center takes: seconds from now on. */
export const AHEAD_S_MIN = 5;
export const AHEAD_S_MAX = 30 * 86_400;

export type Preset = "hour" | "tomorrow" | "monday";

/** When each preset is, by the clock and the calendar of this place; the next working week only when it is another day. */
export function presets(now: number): { preset: Preset; at: number }[] {
  const morning = (days: number) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    date.setHours(9, 0, 0, 0);
    return date.getTime();
  };
  const toMonday = (8 - new Date(now).getDay()) % 7 || 7;
  const all: { preset: Preset; at: number }[] = [
    // The center's clock is known to half a millisecond, and takes whole ones.
    { preset: "hour", at: Math.round(now) + 3_600_000 },
    { preset: "tomorrow", at: morning(1) },
  ];
  return toMonday === 1 ? all : [...all, { preset: "monday", at: morning(toMonday) }];
}

/** Whether the center takes it. */
export function isPossible(at: number | null, now: number): at is number {
  return at !== null && at >= now + AHEAD_S_MIN * 1000 && at <= now + AHEAD_S_MAX * 1000;
}

/** A moment as a field for date and time has it (`2026-12-24T09:00:00`), by the clock of this place. */
export function asField(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The moment in such a field; nothing where it is not filled in. */
export function ofField(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
