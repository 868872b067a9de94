/** What an agent asks of a phone call. Each is answered at once, with the call as it was; what comes of it is told. */

import type { Ack, Action } from "../protocol/frames.ts";
import type { CallRecording, MonitorMode, TaskSid } from "../protocol/generated.ts";

/** For so long a call that was asked for is expected: a phone rings for less. */
const EXPECTED_MS = 45_000;

export class Calls {
  #expected_until = 0;

  constructor(
    private readonly act: (action: Action) => Promise<Ack>,
    private readonly now: () => number,
  ) {}

  /** Whether a call to the agent's own phone was asked for here, and has not come. */
  expects(): boolean {
    return this.now() < this.#expected_until;
  }

  /** The agent's phone will ring. */
  expect(): void {
    this.#expected_until = this.now() + EXPECTED_MS;
  }

  /** It has come: the next one is somebody else's. */
  came(): void {
    this.#expected_until = 0;
  }

  /** Without a participant it is the customer. */
  hold(task_sid: TaskSid, on: boolean, participant?: string): Promise<Ack> {
    return this.act({ action: "call.hold", task_sid, on, ...(participant ? { participant } : {}) });
  }

  /** Without a participant it is the agent themselves. */
  mute(task_sid: TaskSid, on: boolean, participant?: string): Promise<Ack> {
    return this.act({ action: "call.mute", task_sid, on, ...(participant ? { participant } : {}) });
  }

  digits(task_sid: TaskSid, digits: string): Promise<Ack> {
    return this.act({ action: "call.digits", task_sid, digits });
  }

  record(task_sid: TaskSid, state: CallRecording): Promise<Ack> {
    return this.act({ action: "call.record", task_sid, state });
  }

  /** A number joins; `hold`: the customer does not hear what is said to it before. */
  add(task_sid: TaskSid, to: string, hold: boolean): Promise<Ack> {
    return this.act({ action: "call.add", task_sid, to, hold });
  }

  remove(task_sid: TaskSid, participant: string): Promise<Ack> {
    return this.act({ action: "call.remove", task_sid, participant });
  }

  /** The agent goes, the others go on. */
  leave(task_sid: TaskSid): Promise<Ack> {
    return this.act({ action: "call.leave", task_sid });
  }

  /** A supervisor's phone rings first, unless they are in the call. */
  monitor(task_sid: TaskSid, mode: MonitorMode | "off"): Promise<Ack> {
    if (mode !== "off") this.expect();
    return this.act({ action: "call.monitor", task_sid, mode });
  }

  /** Calls somebody: the agent's own phone rings first. */
  start(who: { to: string; account?: string }): Promise<Ack> {
    this.expect();
    return this.act({ action: "call.start", ...who });
  }
}
