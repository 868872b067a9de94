/** Answers that a customer can choose from: what an agent writes becomes what `message.send` takes. */

import type { ChoiceOption, Content, Message } from "../protocol/generated.ts";

/** What the center takes: answers of one message, and characters of each. */
const CHOICES_MAX = 20;
export const CHOICE_CHARS_MAX = 256;
/** Characters that every channel with buttons shows on one; of longer ones some make numbered lines. */
const BUTTON_CHARS = 20;
/** Bytes of what a button gives back (Telegram, `callback_data`). */
const DATA_BYTES_MAX = 64;

/** How many answers a message on a channel can offer; 0: the channel has no buttons. */
export function choicesMax(capabilities: { choices_max?: number } | undefined): number {
  return Math.min(capabilities?.choices_max ?? 0, CHOICES_MAX);
}

export type ChoiceFault = "empty" | "twice" | "many";

/** Why the answers cannot be sent as they are, if they cannot. */
export function faultOf(texts: readonly string[], max: number): ChoiceFault | null {
  const named = texts.map((text) => text.trim());
  if (named.includes("")) return "empty";
  if (new Set(named).size < named.length) return "twice";
  return named.length > max ? "many" : null;
}

/** Whether some channels show them as numbered lines. */
export function isLong(texts: readonly string[]): boolean {
  return texts.some((text) => [...text.trim()].length > BUTTON_CHARS);
}

/** The answers as they are sent; what comes back for one is its text, or as much of it as a button carries. */
export function optionsOf(texts: readonly string[]): ChoiceOption[] {
  const taken = new Set<string>();
  return texts.map((text, index) => {
    const named = text.trim();
    const short = shortened(named, DATA_BYTES_MAX);
    const data = taken.has(short) ? `${shortened(named, DATA_BYTES_MAX - 3)} ${index}` : short;
    taken.add(data);
    return { data, text: named };
  });
}

function shortened(text: string, bytes: number): string {
  const encoder = new TextEncoder();
  let short = "";
  for (const letter of text) {
    if (encoder.encode(short + letter).length > bytes) break;
    short += letter;
  }
  return short;
}

/** The list with one of its entries a place further up or down. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const to = at + by;
  const [a, b] = [list[at], list[to]];
  if (a === undefined || b === undefined) return [...list];
  return list.map((entry, index) => (index === at ? b : index === to ? a : entry));
}

type Question = Message & Extract<Content, { kind: "choices" }>;

function isQuestion(message: Message): message is Question {
  return message.kind === "choices";
}

/** Some providers give times in whole seconds: an answer may stand before its question. */
const ROUNDED_MS = 1_000;

/** What was chosen of each message that offered answers: the `data`, by the message's sid. */
export function chosenOf(messages: readonly Message[]): Map<string, string> {
  const chosen = new Map<string, string>();
  const asked = messages.filter(isQuestion);
  for (const message of messages) {
    if (message.kind !== "choice" || message.deleted) continue;
    const offers = asked.filter(({ options }) => options.some(({ data }) => data === message.data));
    // The last one before it is meant: an older one was answered before.
    const question =
      offers.findLast(({ seq }) => seq <= message.seq) ??
      offers.find(({ created_at }) => created_at < message.created_at + ROUNDED_MS);
    if (question) chosen.set(question.sid, message.data);
  }
  return chosen;
}
