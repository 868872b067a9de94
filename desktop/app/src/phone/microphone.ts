/**
 * The microphone of the telephone in this page goes with the conference: whoever is muted there is not heard here, whoever
 * asked for it, and whichever task the agent looks at meanwhile.
 */

import type { StoreApi } from "zustand/vanilla";
import { ownPart } from "../model/calls.ts";
import type { DeskState } from "../model/state.ts";
import type { CallEntry } from "../protocol/frames.ts";
import type { CallParticipant, TaskSid, WorkerSid } from "../protocol/generated.ts";
import { isTalking } from "./machine.ts";
import type { Softphone } from "./softphone.ts";

/** What the agent has asked for, of a call as it was then. */
interface Wish {
  call_sid: string;
  version: number;
  on: boolean;
}

export class Microphone {
  /** It holds until the call says what came of it: nothing that is said meanwhile leaves this room. */
  #wish: Wish | null = null;

  constructor(
    private readonly desk: StoreApi<DeskState>,
    private readonly phone: Softphone,
    private readonly ask: (task_sid: TaskSid, on: boolean) => Promise<unknown>,
  ) {}

  /** Follows until the returned function is called. */
  follow(): () => void {
    const unsubscribe = [
      this.desk.subscribe(({ calls }, before) => {
        if (calls !== before.calls) this.#adjust();
      }),
      this.phone.store.subscribe((state, before) => {
        if (isTalking(state) && !isTalking(before)) this.#adjust();
      }),
    ];
    return () => {
      for (const stop of unsubscribe) stop();
    };
  }

  /** Mutes the agent in a call, or lets them be heard again: here at once, then for everybody. */
  async mute({ call_sid, version, task_sid }: CallEntry, on: boolean): Promise<void> {
    const wish = { call_sid, version, on };
    this.#wish = wish;
    this.#adjust();
    try {
      await this.ask(task_sid, on);
    } catch (error) {
      if (this.#wish === wish) this.#wish = null;
      this.#adjust();
      throw error;
    }
  }

  #adjust(): void {
    const { calls, worker } = this.desk.getState();
    const found = joined(calls, worker?.sid);
    if (!found) return;
    if (this.#wish && isAnswered(this.#wish, found)) this.#wish = null;
    if (isTalking(this.phone.store.getState())) this.phone.mute(this.#wish?.on ?? found.own.muted);
  }
}

interface Joined {
  call: CallEntry;
  own: CallParticipant;
}

/** The call that the agent is in: one at a time. */
function joined(calls: DeskState["calls"], worker: WorkerSid | undefined): Joined | null {
  for (const call of Object.values(calls)) {
    const own = ownPart(call, worker);
    if (own?.state === "joined") return { call, own };
  }
  return null;
}

/** It was done, or was not and the call says why. */
function isAnswered(wish: Wish, { call, own }: Joined): boolean {
  if (wish.call_sid !== call.call_sid || wish.on === own.muted) return true;
  return call.version > wish.version && call.problem !== undefined;
}
