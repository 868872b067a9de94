/** What a browser tab keeps of a desk: it ends with the tab, so that the next person at the machine finds nothing. */

import type { Sending } from "../model/state.ts";
import type { ConversationSid, Seq } from "../protocol/generated.ts";

const READ = "patchbay.read";
const SENDING = "patchbay.sending";
const DRAFT = "patchbay.draft.";
const DRAFT_CHOICES = "patchbay.draft-choices.";

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
  const remembered = read<(Omit<Sending, "choices"> & Partial<Sending>)[]>(SENDING, []);
  return remembered.map((sending) => ({ ...sending, choices: sending.choices ?? [] }));
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

/** The answers to choose from that belong to a draft. */
export function draftChoicesOf(conversation: ConversationSid): string[] {
  return read(DRAFT_CHOICES + conversation, []);
}

export function keepDraftChoices(conversation: ConversationSid, texts: readonly string[]): void {
  if (texts.length === 0) sessionStorage.removeItem(DRAFT_CHOICES + conversation);
  else write(DRAFT_CHOICES + conversation, texts);
}

export function forgetAll(): void {
  sessionStorage.clear();
}
