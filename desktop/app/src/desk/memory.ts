/** What a browser tab keeps of a desk: it ends with the tab, so that the next person at the machine finds nothing. */

import type { Sending } from "../model/state.ts";
import type { ConversationSid, Seq } from "../protocol/generated.ts";

const READ = "patchbay.read";
const SENDING = "patchbay.sending";
const DRAFT = "patchbay.draft.";

/** Conversations whose drafts and positions are kept. */
const CONVERSATIONS_MAX = 200;

function read<T>(key: string, otherwise: T): T {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

function write(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage: the tab goes on without.
  }
}

export function rememberedPositions(): Record<ConversationSid, Seq> {
  return read(READ, {});
}

export function rememberPositions(positions: Readonly<Record<ConversationSid, Seq>>): void {
  write(READ, Object.fromEntries(Object.entries(positions).slice(-CONVERSATIONS_MAX)));
}

export function rememberedSending(): Sending[] {
  return read(SENDING, []);
}

export function rememberSending(sending: readonly Sending[]): void {
  write(SENDING, sending);
}

export function draftOf(conversation: ConversationSid): string {
  return read(DRAFT + conversation, "");
}

export function keepDraft(conversation: ConversationSid, text: string): void {
  if (text === "") sessionStorage.removeItem(DRAFT + conversation);
  else write(DRAFT + conversation, text);
}

export function forgetAll(): void {
  sessionStorage.clear();
}
