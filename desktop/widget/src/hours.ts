/** Opening hours: is somebody there at a moment, in a time zone? */

export interface Hours {
  /** 1 is Monday. */
  days: number[];
  from_min: number;
  to_min: number;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Without hours somebody always is. A time zone that the browser does not know is taken as UTC. */
export function isOpen(hours: readonly Hours[], timeZone: string | undefined, now: Date): boolean {
  if (hours.length === 0) return true;
  const { day, minute } = localTime(timeZone ?? "UTC", now);
  return hours.some((span) => span.days.includes(day) && span.from_min <= minute && minute < span.to_min);
}

function localTime(timeZone: string, now: Date): { day: number; minute: number } {
  const options = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { ...options, timeZone });
  } catch {
    format = new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
  }
  const parts = new Map(format.formatToParts(now).map((part) => [part.type as string, part.value]));
  return {
    day: WEEKDAYS.indexOf(parts.get("weekday") ?? "") + 1,
    minute: Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
  };
}
