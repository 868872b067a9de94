/** Opening hours: the center says when somebody is there, and asks nobody's clock but its own zones. */

/** Milliseconds since the epoch; `to` is not part of it. */
export interface Opening {
  from: number;
  to: number;
}

/** Where no openings are told somebody always is there. */
export function isOpen(openings: readonly Opening[] | undefined, now: number): boolean {
  return openings === undefined || openings.some(({ from, to }) => from <= now && now < to);
}

/** When somebody is there next, of those who are not there now. */
export function nextOpening(openings: readonly Opening[] | undefined, now: number): number | undefined {
  return isOpen(openings, now) ? undefined : openings?.find(({ from }) => from > now)?.from;
}

/** The moment in the visitor's own language and time. */
export function openingText(at: number, tag: string): string {
  const day = { weekday: "long", day: "numeric", month: "long" } as const;
  return new Intl.DateTimeFormat(tag, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}
