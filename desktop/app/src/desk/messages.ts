/** What an agent says: now, after a moment in which it can be taken back, or later; and what they note among agents. */

import type { Sending } from "../model/state.ts";
import type { Action, Media, Possible, Rescheduled, Template } from "../protocol/frames.ts";
import type { ChoiceOption, ConversationSid, Message, MessageSid } from "../protocol/generated.ts";
import type { Surroundings } from "../socket/client.ts";
import { failureOf } from "../socket/requests.ts";
import type { Asking } from "./asking.ts";
import type { History } from "./history.ts";

/** How often somebody who types says so. */
const TYPING_MS = 6_000;

/** What an agent says. */
export interface Said {
  text: string;
  media?: readonly Media[];
  template?: Template | null;
  /** Answers to choose from. */
  choices?: readonly ChoiceOption[];
  /** The message that it answers (`nameOf`). */
  reply_to?: string | null;
  /** None: to the address that the customer last used. */
  to: Possible | null;
}

/** How `message.send` names a message that is answered. */
export function nameOf({ contact_sid, seq, sid }: Message): string {
  return `${contact_sid}.${seq}.${sid}`;
}

export class Messages {
  /** What can still be taken back: how to stop its going out. */
  readonly #held = new Map<string, () => void>();
  #typed: { conversation: ConversationSid; at: number } | null = null;

  constructor(
    private readonly asking: Asking,
    private readonly history: History,
    private readonly surroundings: Pick<Surroundings, "now" | "after" | "newId">,
  ) {}

  /** Says something, after `undo_ms` in which it can be taken back. */
  say(conversation_sid: ConversationSid, said: Said, undo_ms: number): string {
    const id = this.surroundings.newId();
    const written_at = this.surroundings.now();
    const { text, media = [], template = null, choices = [], reply_to = null, to } = said;
    const what = { text, media, template, choices, reply_to, to };
    const sending: Sending = { id, conversation_sid, ...what, written_at, phase: "held", failure: null };
    this.#typed = null;
    if (undo_ms <= 0) {
      this.send(sending);
      return id;
    }
    this.asking.dispatch({ type: "send", sending });
    this.#held.set(
      id,
      this.surroundings.after(undo_ms, () => this.release(id)),
    );
    return id;
  }

  /** Sends what is held or has failed, without waiting. */
  release(id: string): void {
    this.#unhold(id);
    const sending = this.asking.state.sending.find((entry) => entry.id === id);
    if (sending) this.send({ ...sending, failure: null });
  }

  /** Takes back what has not gone out; what it was, so that it can be written anew. */
  takeBack(id: string): Sending | null {
    const sending = this.asking.state.sending.find((entry) => entry.id === id && entry.phase !== "sending");
    if (!sending) return null;
    this.#unhold(id);
    this.asking.dispatch({ type: "taken_back", id });
    return sending;
  }

  /** Sends it, under its id: what went out already is not said twice. */
  send(entry: Sending): void {
    const sending: Sending = { ...entry, phase: "sending" };
    this.asking.dispatch({ type: "send", sending });
    const { id, conversation_sid, media, reply_to } = sending;
    this.asking.request(sendAction(conversation_sid, sending), id).then(
      ({ ack }) => {
        this.asking.dispatch({ type: "sent", id, answer: ack });
        if (media.length > 0 || reply_to) this.history.look(conversation_sid, ack.seq);
      },
      (error: unknown) => this.asking.dispatch({ type: "not_sent", id, failure: failureOf(error, id) }),
    );
  }

  /** Says something later: the center keeps it, whatever becomes of this desk. */
  async sayLater(
    conversation_sid: ConversationSid,
    said: Said,
    when: { send_at: number; unless_answered: boolean },
  ): Promise<void> {
    this.#typed = null;
    await this.asking.act({ ...sendAction(conversation_sid, said), ...when });
  }

  /** Has a scheduled message said at another time, in other words, or now. */
  reschedule(conversation_sid: ConversationSid, message_sid: MessageSid, change: Rescheduled): Promise<void> {
    return this.asking.act({ action: "message.reschedule", conversation_sid, message_sid, ...change });
  }

  cancelScheduled(conversation_sid: ConversationSid, message_sid: MessageSid): Promise<void> {
    return this.asking.act({ action: "message.cancel", conversation_sid, message_sid });
  }

  /** Reacts to a message of the customer's. */
  async react(conversation_sid: ConversationSid, message: Message, emoji: string): Promise<void> {
    const reply_to = nameOf(message);
    const action = { action: "message.send", conversation_sid, reaction: { emoji }, reply_to } as const;
    const { ack } = await this.asking.request(action);
    this.history.look(conversation_sid, ack.seq);
  }

  /** Notes something for the other agents of a conversation; the customer never sees it. */
  async note(conversation_sid: ConversationSid, text: string): Promise<void> {
    await this.asking.request({ action: "note.add", conversation_sid, text });
  }

  /** The agent types in a conversation, or has stopped. */
  typing(conversation_sid: ConversationSid, on: boolean): void {
    const now = this.surroundings.now();
    const isSaid = this.#typed?.conversation === conversation_sid && now - this.#typed.at < TYPING_MS;
    if (on ? isSaid : this.#typed === null) return;
    this.#typed = on ? { conversation: conversation_sid, at: now } : null;
    this.asking.request({ action: "message.typing", conversation_sid, on }).catch(() => undefined);
  }

  #unhold(id: string): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }
}

function sendAction(
  conversation_sid: ConversationSid,
  said: Said,
): Extract<Action, { action: "message.send" }> {
  const { text, media = [], template, choices = [], reply_to, to } = said;
  return {
    action: "message.send",
    conversation_sid,
    ...(text ? { text } : {}),
    ...(media.length > 0 ? { media: [...media] } : {}),
    ...(template ? { template } : {}),
    ...(choices.length > 0 ? { choices: [...choices] } : {}),
    ...(reply_to ? { reply_to } : {}),
    ...(to ? { channel: to.channel, account: to.account, address: to.id } : {}),
  };
}
