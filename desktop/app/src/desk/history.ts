/** What was said before: read back page by page, and how far the agent has seen it. */

import { messagesOf } from "../model/state.ts";
import type { ConversationSid, Seq } from "../protocol/generated.ts";
import { whole } from "../socket/requests.ts";
import type { Asking } from "./asking.ts";

/** Messages of a page of history, and of one that closes a gap. */
const PAGE = 50;
const GAP_PAGE = 200;
/** The fewest messages that may be asked for: two may share a position. */
const LOOK = 2;

export class History {
  /** Conversations whose history is being read. */
  readonly #reading = new Set<ConversationSid>();

  constructor(private readonly asking: Asking) {}

  /** The agent has seen everything up to a position. */
  seen(conversation_sid: ConversationSid, seq: Seq): void {
    if ((this.asking.state.read[conversation_sid] ?? 0) >= seq) return;
    this.asking.dispatch({ type: "seen", conversation_sid, seq });
    // Other windows of the agent are told; it does no harm when they are not.
    this.asking.request({ action: "conversation.read", conversation_sid, seq }).catch(() => undefined);
  }

  /** Older messages, unless they are being asked for. */
  async older(conversation_sid: ConversationSid): Promise<void> {
    const { state } = this.asking;
    const contact = state.conversations[conversation_sid]?.contact_sid;
    const first = contact && messagesOf(state, contact)[0];
    if (!contact || !first || !state.more[contact]) return;
    await this.#page(conversation_sid, first.seq, PAGE);
  }

  /** The last messages of the conversation's contact, whoever was found to be them included. */
  async newest(conversation_sid: ConversationSid): Promise<void> {
    const answer = await this.asking.request({
      action: "conversation.history",
      conversation_sid,
      limit: PAGE,
    });
    const { messages = [] } = whole(answer);
    const more = answer.ack.more ?? false;
    this.asking.dispatch({ type: "history", conversation_sid, messages, more });
  }

  /** Whoever was away for more messages than are sent at once reads back until it meets what it has. */
  async closeGaps(): Promise<void> {
    for (const contact of Object.keys(this.asking.state.gaps)) {
      let gap = this.asking.state.gaps[contact];
      while (gap && (await this.#page(gap.conversation_sid, gap.before, GAP_PAGE))) {
        gap = this.asking.state.gaps[contact];
      }
    }
  }

  /** What only the center knows of a message of ours is read: where its files can be looked at, what it answers. */
  look(conversation_sid: ConversationSid, seq: Seq | undefined): void {
    if (seq === undefined) return;
    const request = {
      action: "conversation.history",
      conversation_sid,
      before_seq: seq,
      limit: LOOK,
    } as const;
    this.asking.request(request).then(
      (answer) => {
        const { messages = [] } = whole(answer);
        this.asking.dispatch({ type: "answered", answer: { id: null, messages } });
      },
      // What is shown meanwhile is their names.
      () => undefined,
    );
  }

  /** Reads a page of history, unless one is being read. */
  async #page(conversation_sid: ConversationSid, before_seq: Seq, limit: number): Promise<boolean> {
    if (this.#reading.has(conversation_sid)) return false;
    this.#reading.add(conversation_sid);
    try {
      const answer = await this.asking.request({
        action: "conversation.history",
        conversation_sid,
        before_seq,
        limit,
      });
      const { messages = [] } = whole(answer);
      const more = answer.ack.more ?? false;
      this.asking.dispatch({ type: "history", conversation_sid, messages, more });
      return true;
    } finally {
      this.#reading.delete(conversation_sid);
    }
  }
}
