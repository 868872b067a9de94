/** What of the search is open. */

import { create } from "zustand";
import type { ContactSid } from "../../protocol/generated.ts";

interface OpenSearch {
  /** Whether somebody is being looked for. */
  isOpen: boolean;
  /** Whose messages are looked into. */
  contact: ContactSid | null;
  open: () => void;
  look: (contact: ContactSid) => void;
  close: () => void;
}

export const useOpenSearch = create<OpenSearch>((set) => ({
  isOpen: false,
  contact: null,
  open: () => set({ isOpen: true, contact: null }),
  look: (contact) => set({ isOpen: false, contact }),
  close: () => set({ isOpen: false, contact: null }),
}));
