/** What is wrong with the draft, and in which field of the page it is said. */

import { useDebouncedValue } from "@mantine/hooks";
import { useAdminQuery } from "./api.ts";
import { useDraft, wanted } from "./draft.ts";
import { same } from "./plan.ts";
import type { Fault } from "./types.ts";

/** How long somebody has to pause before what they typed is checked. */
const PAUSE_MS = 400;

/** The faults of one part of the workspace, with what of their positions lies below it. */
export class Faults {
  constructor(readonly all: readonly Fault[]) {}

  /** Those of the workspace below a position: `/workflows/2`. */
  static below(all: readonly Fault[], root: string): Faults {
    const inside = all.filter(
      ({ document, position }) =>
        document === "workspace" && (position === root || position.startsWith(`${root}/`)),
    );
    return new Faults(inside.map((fault) => ({ ...fault, position: fault.position.slice(root.length) })));
  }

  /** What is wrong with the value of one field. */
  at(position: string): string | undefined {
    return this.all.find((fault) => fault.position === position)?.reason;
  }

  below(root: string): Faults {
    return Faults.below(this.all, root);
  }

  /** Those that no field says. */
  without(positions: readonly string[]): Fault[] {
    return this.all.filter(({ position }) => !positions.includes(position));
  }
}

/** The draft's faults below a position of the workspace; none before it was changed and checked. */
export function useFaults(root: string): Faults {
  const { base, documents, workers } = useDraft();
  const [draft] = useDebouncedValue(documents && wanted(documents, workers), PAUSE_MS);
  const isChanged = base !== null && draft !== null && !same(draft, base.documents);
  const { data = [] } = useAdminQuery(
    ["draft faults", isChanged && JSON.stringify(draft)],
    async (api) => (draft ? await api.check(draft) : []),
    isChanged,
  );
  return Faults.below(isChanged ? data : [], root);
}
