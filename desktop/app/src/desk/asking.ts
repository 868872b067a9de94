/** What all parts of a desk work with: its state, and requests whose answers change it. */

import type { StoreApi } from "zustand/vanilla";
import { type DeskEvent, reduce } from "../model/reduce.ts";
import type { DeskState } from "../model/state.ts";
import type { Ack, Action } from "../protocol/frames.ts";
import { type Answer, Refused } from "../socket/requests.ts";

export class Asking {
  constructor(
    private readonly store: StoreApi<DeskState>,
    /** Asks for something: what comes of the answer is the caller's. */
    readonly request: (action: Action, id?: string) => Promise<Answer>,
    /** Asks for everything. */
    readonly sync: () => Promise<void>,
  ) {}

  get state(): DeskState {
    return this.store.getState();
  }

  dispatch(event: DeskEvent): void {
    this.store.setState((state) => reduce(state, event), true);
  }

  /** Asks for something, and takes what the answer says of it. */
  async act(action: Action): Promise<void> {
    await this.ask(action);
  }

  /** What cannot be done any more because things have changed is asked for anew. */
  async ask(action: Action): Promise<Ack> {
    try {
      const { ack } = await this.request(action);
      this.dispatch({ type: "answered", answer: ack });
      return ack;
    } catch (error) {
      if (error instanceof Refused && ["refused", "not_found", "not_yours"].includes(error.failure.code)) {
        await this.sync();
      }
      throw error;
    }
  }
}
