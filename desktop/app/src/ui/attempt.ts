/** Tries what may be refused, and says so. */

import { useCallback } from "react";
import { useNotices } from "./notices.ts";

/** `say` makes a sentence of why it failed. */
export function useAttempt(): (
  act: () => Promise<unknown>,
  say: (why: string) => string,
) => Promise<boolean> {
  const add = useNotices((notices) => notices.add);
  return useCallback(
    async (act, say) => {
      try {
        await act();
        return true;
      } catch (error) {
        add({ tone: "bad", text: say(error instanceof Error ? error.message : String(error)) });
        return false;
      }
    },
    [add],
  );
}
