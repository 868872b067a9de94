/** A browser's clock, chance and socket. */

import type { Socket, Surroundings } from "./client.ts";

export function browserSurroundings(
  url: string,
  token: string,
  isBelieved: () => Promise<boolean>,
): Surroundings {
  return {
    // The token is a sub-protocol: addresses end up in logs.
    open: () => new WebSocket(url, [`patchbay.${token}`]) as Socket,
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    isBelieved,
    newId: () => crypto.randomUUID(),
  };
}
