/** What would change: two sets of documents compared, before anything is put in force. Pure. */

import type { Documents, WorkerDocument } from "./types.ts";

export interface Change {
  kind: "added" | "changed" | "removed";
  /** Where: the names on the way, the outermost first. */
  path: readonly string[];
  before: string | null;
  after: string | null;
}

/** Characters of a value that are shown. */
const SHOWN_CHARS_MAX = 400;

/** Changes from one set of documents to another, and of the workers that were edited. */
export function plan(
  before: Documents,
  after: Documents,
  workers: readonly { before: WorkerDocument | null; after: WorkerDocument }[],
): Change[] {
  const { workers: none, ...workspace } = before.workspace;
  const { workers: edited, ...wanted } = after.workspace;
  return [
    ...compare(workspace, wanted, []),
    ...compare(before.flows, after.flows, ["flows"], 1),
    ...workers.flatMap((worker) =>
      compare(worker.before ?? undefined, worker.after, ["workers", worker.after.friendly_name]),
    ),
  ];
}

type Entries = Record<string, unknown>;

/** Lists whose entries have names are compared by these, so that a new first one does not change all others. */
function named(value: unknown): Entries | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return value as Entries;
  const names = value.map(nameOf);
  const distinct = new Set(names).size === names.length && !names.includes(null);
  return distinct ? Object.fromEntries(value.map((entry, index) => [names[index], entry])) : null;
}

function nameOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const { friendly_name, unique_name, filter_friendly_name, shortcut, name, language } = value as Entries;
  const own = [friendly_name, unique_name, filter_friendly_name, shortcut, name].find(
    (one) => typeof one === "string",
  );
  if (typeof own !== "string") return null;
  return typeof language === "string" ? `${own} (${language})` : own;
}

/** `depth`: how far below the differences are told apart. */
function compare(before: unknown, after: unknown, path: readonly string[], depth = 6): Change[] {
  if (same(before, after)) return [];
  const [was, is] = [named(before), named(after)];
  if (depth > 0 && was && is && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    const below = keys.flatMap((key) => compare(was[key], is[key], [...path, key], depth - 1));
    // The same entries in another order are a change, too.
    if (below.length > 0) return below;
  }
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return [{ kind, path, before: shown(before), after: shown(after) }];
}

/** Keys without a value are as if absent: the center leaves some out. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? undefined) === (b ?? undefined)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, index) => same(one, b[index]));
  }
  const [left, right] = [a as Entries, b as Entries];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
    same(left[key], right[key]),
  );
}

function shown(value: unknown): string | null {
  if (value === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}
