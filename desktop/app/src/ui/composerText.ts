/** What is to be put back into the composer: a message that was taken back. */

import { create } from "zustand";
import type { Sending } from "../model/state.ts";

interface ComposerText {
  restored: Sending | null;
  restore: (sending: Sending) => void;
  taken: () => void;
}

export const useComposerText = create<ComposerText>((set) => ({
  restored: null,
  restore: (restored) => set({ restored }),
  taken: () => set({ restored: null }),
}));
