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
  /** Whether a call that was asked for here is taken by itself when the telephone is in the browser. */
  takes: boolean;
  /** Devices of the telephone by the browser's ids; none: the system's. */
  microphone: string | null;
  speaker: string | null;
  ringer: string | null;
  set: (change: Partial<Omit<Settings, "set">>) => void;
}

type Kept = Omit<Settings, "set">;

const BEFORE: Kept = {
  sound: true,
  notifications: false,
  undo_s: 3,
  contact: true,
  takes: true,
  microphone: null,
  speaker: null,
  ringer: null,
};

export const useSettings = create<Settings>()(
  persist((set) => ({ ...BEFORE, set: (change) => set(change) }), {
    name: "patchbay.settings",
    partialize: ({ set: _, ...kept }): Kept => kept,
  }),
);
