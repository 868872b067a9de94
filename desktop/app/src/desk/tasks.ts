/** What an agent does with tasks: takes, declines, ends, passes on; and which of them is then before their eyes. */

import { isCall } from "../model/calls.ts";
import { contactOf, type DeskState } from "../model/state.ts";
import type { ReservationSid, TaskSid, WorkerSid } from "../protocol/generated.ts";
import type { Asking } from "./asking.ts";
import type { Calls } from "./calls.ts";

export class Tasks {
  /** Tasks that were taken over and are not offered yet. */
  readonly #takenOver = new Set<TaskSid>();
  /** Reservations that are accepted as soon as the agent's phone is answered. */
  readonly #ringing = new Set<ReservationSid>();
  /** Tasks of calls that the agent has begun, and that are not held yet. */
  readonly #started = new Set<TaskSid>();

  constructor(
    private readonly asking: Asking,
    private readonly calls: Calls,
  ) {}

  select(reservation_sid: ReservationSid | null): void {
    this.asking.dispatch({ type: "select", reservation_sid });
  }

  async accept(reservation_sid: ReservationSid): Promise<void> {
    const { ringing } = await this.asking.ask({ action: "reservation.accept", reservation_sid });
    if (ringing) {
      // It is the agent's when they have picked up.
      this.calls.expect();
      this.#ringing.add(reservation_sid);
      return;
    }
    if (reservation_sid in this.asking.state.reservations) this.select(reservation_sid);
  }

  decline(reservation_sid: ReservationSid): Promise<void> {
    return this.asking.act({ action: "reservation.reject", reservation_sid });
  }

  wrap(reservation_sid: ReservationSid): Promise<void> {
    return this.asking.act({ action: "reservation.wrap", reservation_sid });
  }

  complete(reservation_sid: ReservationSid, reason: string): Promise<void> {
    return this.asking.act({
      action: "reservation.complete",
      reservation_sid,
      ...(reason ? { reason } : {}),
    });
  }

  /** Calls somebody, for whom there is a task then; the agent's own phone rings first. */
  async call(who: Parameters<Calls["start"]>[0]): Promise<void> {
    const { task } = await this.calls.start(who);
    if (task) this.#started.add(task.sid);
    this.#selectStarted();
  }

  /** Hands the task on; whoever has it next reads the note. */
  async transfer(task_sid: TaskSid, to: string, note: string): Promise<void> {
    await this.asking.act({ action: "task.transfer", task_sid, to, ...(note ? { note } : {}) });
    // The answer is about the new task; what became of the old one is known by asking.
    await this.asking.sync();
  }

  /** Asks a colleague, or whoever is free in a queue, into the task's conversation; `hold`: the caller hears music. */
  async invite(task_sid: TaskSid, to: string, note: string, hold = false): Promise<void> {
    const more = { ...(note ? { note } : {}), ...(hold ? { hold } : {}) };
    await this.asking.request({ action: "task.invite", task_sid, to, ...more });
  }

  /** Somebody who was asked and has not come need not. */
  withdraw(task_sid: TaskSid): Promise<void> {
    return this.asking.act({ action: "task.withdraw", task_sid });
  }

  /** A colleague who is on the conversation has it from now on. */
  async handOver(task_sid: TaskSid, worker_sid: WorkerSid): Promise<void> {
    await this.asking.act({ action: "task.hand_over", task_sid, worker_sid });
    await this.asking.sync();
  }

  /** Has a task transferred to this worker, and accepts it when it is offered. */
  async takeOver(task_sid: TaskSid): Promise<void> {
    const to = this.asking.state.worker?.sid;
    if (!to) return;
    const { ack } = await this.asking.request({ action: "task.transfer", task_sid, to });
    if (ack.task) this.#takenOver.add(ack.task.sid);
    this.#acceptTakenOver();
  }

  /** The reservations are others than they were: what waited for that is done. */
  changed(before: DeskState): void {
    this.#acceptTakenOver();
    this.#selectAnswered();
    this.#selectStarted();
    this.#learn(before);
  }

  #acceptTakenOver(): void {
    for (const { sid, reservation_status, task } of Object.values(this.asking.state.reservations)) {
      if (reservation_status !== "pending" || !this.#takenOver.delete(task.sid)) continue;
      // An offer that is gone already is nobody's fault: the list of tasks says what became of it.
      this.accept(sid).catch(() => undefined);
    }
  }

  /** Whoever has picked up wants to see with whom they talk. */
  #selectAnswered(): void {
    for (const sid of this.#ringing) {
      const status = this.asking.state.reservations[sid]?.reservation_status;
      if (status === "pending") continue;
      this.#ringing.delete(sid);
      if (status === "accepted") this.select(sid);
    }
  }

  #selectStarted(): void {
    for (const { sid, task } of Object.values(this.asking.state.reservations)) {
      if (this.#started.delete(task.sid)) this.select(sid);
    }
  }

  /** Who picks up a phone answers no request: the customer, and what they said before, are asked for. */
  #learn(before: DeskState): void {
    const { reservations, contacts } = this.asking.state;
    const isNews = Object.values(reservations).some(({ sid, task, reservation_status }) => {
      const began =
        reservation_status === "accepted" && before.reservations[sid]?.reservation_status !== "accepted";
      return began && isCall(task) && task.conversation_sid && !contacts[contactOf(task.conversation_sid)];
    });
    if (isNews && before.worker) void this.asking.sync();
  }
}
