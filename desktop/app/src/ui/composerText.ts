/** What other parts of the page ask of the composer. */

import { create } from "zustand";
import type { Sending } from "../model/state.ts";
import type { ConversationSid, Message } from "../protocol/generated.ts";

interface Answering {
  conversation_sid: ConversationSid;
  message: Message;
}

interface ComposerText {
  /** A message that was taken back, to be written anew. */
  restored: Sending | null;
  /** Whether a template is being chosen. */
  templates: boolean;
  /** The message that is being answered, and in which conversation. */
  answering: Answering | null;
  restore: (sending: Sending) => void;
  taken: () => void;
  openTemplates: (open: boolean) => void;
  answer: (answering: Answering | null) => void;
}

export const useComposerText = create<ComposerText>((set) => ({
  restored: null,
  templates: false,
  answering: null,
  // The text of a template is not the agent's: there is nothing to write anew.
  restore: (sending) => set({ restored: sending.template ? null : sending }),
  taken: () => set({ restored: null }),
  openTemplates: (templates) => set({ templates }),
  answer: (answering) => set({ answering }),
}));
