/** Which of two is newer (docs/PROTOCOL.md, "Merging"). Frames may come twice, late and out of order. */

import type { Message, MessageStatus } from "../protocol/generated.ts";

const STATUSES: readonly MessageStatus[] = [
  "received",
  "queued",
  "unknown",
  "sent",
  "failed",
  "delivered",
  "read",
];

/** The numbers that versions are, whether they come as numbers or as texts. */
export function isNewer(version: string | number, than: string | number | undefined): boolean {
  return than === undefined || Number(version) > Number(than);
}

/** The message that is known after `news`: the higher status, and what was edited or taken back stays so. */
export function mergeMessage(known: Message | undefined, news: Message): Message {
  if (!known) return news;
  const isLater = STATUSES.indexOf(news.status) >= STATUSES.indexOf(known.status);
  const [later, other] = isLater ? [news, known] : [known, news];
  // Of what was taken back nothing is left, not even what it was changed to.
  if (later.deleted || other.deleted) return { ...(later.deleted ? later : other), status: later.status };
  return other.edited && !later.edited ? { ...later, edited: other.edited } : later;
}

function compare(a: Message, b: Message): number {
  return a.seq - b.seq || (a.sid < b.sid ? -1 : a.sid > b.sid ? 1 : 0);
}

/** `known`, which is in order, with `news` in it. The same array where nothing is new. */
export function mergeMessages(known: readonly Message[], news: readonly Message[]): readonly Message[] {
  const last = known.at(-1);
  const [only] = news;
  if (news.length === 1 && only && (!last || compare(only, last) > 0)) {
    return [...known, only];
  }
  const bySid = new Map(known.map((message) => [message.sid, message]));
  for (const message of news) {
    bySid.set(message.sid, mergeMessage(bySid.get(message.sid), message));
  }
  return [...bySid.values()].sort(compare);
}
