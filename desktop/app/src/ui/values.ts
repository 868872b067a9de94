/** Attributes' values as people type them. */

/** A text stays a text; what reads as a number, a truth value, a list or an object is one. */
export function parseValue(text: string): unknown {
  const trimmed = text.trim();
  const isJson = /^(?:-?\d+(?:\.\d+)?|true|false|[[{"].*)$/su.test(trimmed);
  // A number that is not written as one would be changed by it: phone numbers, leading zeros, long ids.
  if (!isJson || (/^-?\d/u.test(trimmed) && String(Number(trimmed)) !== trimmed)) return text;
  try {
    return JSON.parse(trimmed);
  } catch {
    return text;
  }
}

/** The other way: a text that would be read as something else is quoted. */
export function showValue(value: unknown): string {
  return typeof value === "string" && typeof parseValue(value) === "string" ? value : JSON.stringify(value);
}
