/** What an administrator has changed and not put in force: kept by the page until then. */

import { create } from "zustand";
import type { Documents, Versioned, WorkerDocument, Workspace } from "./types.ts";

interface EditedWorker {
  /** None: a new one. */
  before: WorkerDocument | null;
  after: WorkerDocument;
}

interface DraftState {
  /** What was in force when the changes began. */
  base: Versioned | null;
  documents: Documents | null;
  /** Counts the times that the documents became others at once: what is being typed into is then shown anew. */
  generation: number;
  /** By SID, new ones by what the page calls them. */
  workers: Readonly<Record<string, EditedWorker>>;
  /** Begins anew from what is in force. */
  begin: (base: Versioned) => void;
  /** Goes on with the same changes over a newer version. */
  rebase: (base: Versioned) => void;
  /** Changes the documents; the workers are edited by themselves. */
  put: (documents: Documents) => void;
  edit: (change: Partial<Workspace>) => void;
  setFlow: (name: string, definition: unknown) => void;
  setWorker: (name: string, worker: EditedWorker) => void;
  forgetWorker: (name: string) => void;
}

export const useDraft = create<DraftState>((set, get) => {
  const change = (act: (documents: Documents) => Documents) => {
    const { documents } = get();
    if (documents) set({ documents: act(documents) });
  };
  return {
    base: null,
    documents: null,
    workers: {},
    generation: 0,
    begin: (base) => set({ base, documents: base.documents, workers: {}, generation: get().generation + 1 }),
    rebase: (base) => set({ base }),
    put: (documents) => set({ documents, generation: get().generation + 1 }),
    edit: (part) => change(({ workspace, flows }) => ({ flows, workspace: { ...workspace, ...part } })),
    setFlow: (name, definition) =>
      change(({ workspace, flows }) => ({ workspace, flows: { ...flows, [name]: definition } })),
    setWorker: (name, worker) => set({ workers: { ...get().workers, [name]: worker } }),
    forgetWorker: (name) => {
      const { [name]: forgotten, ...workers } = get().workers;
      set({ workers });
    },
  };
});

/** What is sent: the documents with the workers that were edited, and no others. */
export function wanted(documents: Documents, workers: Readonly<Record<string, EditedWorker>>): Documents {
  const edited = Object.values(workers).map(({ after }) => after);
  return { flows: documents.flows, workspace: { ...documents.workspace, workers: edited } };
}
