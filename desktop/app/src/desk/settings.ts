/** What an agent likes: kept by the browser. */

import { create } from "zustand";
import { persist } from "zustand/middleware";

export const UNDO_S = [0, 3, 5, 10] as const;

interface Settings {
  sound: boolean;
  notifications: boolean;
  /** Seconds in which a message can be taken back. */
  undo_s: number;
  /** Whether the contact is shown beside the conversation. */
  contact: boolean;
  set: (change: Partial<Omit<Settings, "set">>) => void;
}

export const useSettings = create<Settings>()(
  persist(
    (set) => ({ sound: true, notifications: false, undo_s: 3, contact: true, set: (change) => set(change) }),
    {
      name: "patchbay.settings",
      partialize: ({ sound, notifications, undo_s, contact }) => ({ sound, notifications, undo_s, contact }),
    },
  ),
);
