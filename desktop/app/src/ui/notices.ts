/** Short notices in the corner of the page. */

import { create } from "zustand";

export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
}

/** How many are shown at a time, and for how long. */
const NOTICES_MAX = 4;
const NOTICE_MS = 6_000;

interface Notices {
  notices: readonly Notice[];
  add: (notice: Omit<Notice, "id">) => void;
  remove: (id: number) => void;
}

let last = 0;

export const useNotices = create<Notices>((set, get) => ({
  notices: [],
  add: (notice) => {
    last += 1;
    const id = last;
    set({ notices: [...get().notices, { ...notice, id }].slice(-NOTICES_MAX) });
    setTimeout(() => get().remove(id), NOTICE_MS);
  },
  remove: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
}));
