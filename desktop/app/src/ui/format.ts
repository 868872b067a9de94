/** Times and names as people read them. */

import { currentLanguage } from "../i18n/index.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const language = currentLanguage();
  const key = language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known.format(at);
}

export function timeOfDay(at: number): string {
  return format(at, { hour: "2-digit", minute: "2-digit" });
}

export function fullTime(at: number): string {
  return format(at, { dateStyle: "full", timeStyle: "medium" });
}

export function dayName(at: number): string {
  return format(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

export function shortDate(at: number): string {
  return format(at, { dateStyle: "medium", timeStyle: "short" });
}

export function shortDay(at: number): string {
  return format(at, { month: "short", day: "numeric" });
}

export function percent(share: number): string {
  return new Intl.NumberFormat(currentLanguage(), { style: "percent", maximumFractionDigits: 0 }).format(
    share,
  );
}

/** A moment as the clock of another place shows it. */
export function dateThere(at: number, timeZone: string): string {
  return format(at, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
}

/** The name of a day of the week, from Monday (0) on. */
export function weekdayName(index: number): string {
  // The fifth of January 1970 was a Monday.
  return format((4 + index) * 86_400_000, { weekday: "long", timeZone: "UTC" });
}

/** The day of the reader's calendar. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** `0:42`, `12:05`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function fileSize(bytes: number): string {
  const unit = bytes >= 1_000_000 ? "megabyte" : bytes >= 1_000 ? "kilobyte" : "byte";
  const divisor = { megabyte: 1_000_000, kilobyte: 1_000, byte: 1 }[unit];
  const options: Intl.NumberFormatOptions = { style: "unit", unit, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(currentLanguage(), options).format(bytes / divisor);
}

/** The first letters of the first two words, for a picture of somebody without one. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /^\p{L}/u.test(word));
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
}
