/** What an agent changes about the customers of their conversations. */

import type { Contact, ContactSid, ConversationSid } from "../protocol/generated.ts";
import type { Asking } from "./asking.ts";
import type { History } from "./history.ts";

export class Contacts {
  constructor(
    private readonly asking: Asking,
    private readonly history: History,
  ) {}

  change(conversation_sid: ConversationSid, change: { tags?: string[]; notes?: string }): Promise<void> {
    return this.asking.act({ action: "contact.update", conversation_sid, ...change });
  }

  /** The conversation's contact and another are one person. Their messages are one timeline from then on. */
  async merge(conversation_sid: ConversationSid, contact_sid: ContactSid): Promise<void> {
    await this.asking.act({ action: "contact.merge", conversation_sid, contact_sid });
    await this.history.newest(conversation_sid);
  }

  /** They are two after all. */
  unmerge(conversation_sid: ConversationSid, contact_sid: ContactSid): Promise<void> {
    return this.asking.act({ action: "contact.unmerge", conversation_sid, contact_sid });
  }

  /** The contact as it is after the agent changed it elsewhere. */
  changed(contact: Contact): void {
    this.asking.dispatch({ type: "contact", contact });
  }
}
