/** The call of the task at hand, and what the agent can do about it. */

import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { callOf, callStanding, customerPart, goesOnWithout, ownPart } from "../../model/calls.ts";
import { isTalking } from "../../phone/machine.ts";
import type { CallEntry } from "../../protocol/frames.ts";
import type { Reservation } from "../../protocol/generated.ts";
import { useAttempt } from "../attempt.ts";
import { useDesk, useDeskState, useMicrophone, usePhone } from "../context.ts";

/** Everything that the call bar shows and does. */
export function useCall(reservation: Reservation, call: CallEntry) {
  const desk = useDesk();
  const phone = usePhone();
  const microphone = useMicrophone();
  const me = useDeskState((state) => state.worker?.sid);
  const tried = useTried();
  const lost = useStore(
    phone.store,
    ({ call, line }) => call?.phase === "reconnecting" && line.at !== "none",
  );
  const talksHere = useStore(phone.store, isTalking);
  const own = ownPart(call, me);
  const customer = customerPart(call);
  const { task_sid } = call;
  const isOver = reservation.reservation_status === "wrapping";
  const muted = own?.muted ?? false;

  const gather = useGathered(
    useCallback(
      (digits: string) => void tried(() => desk.calls.digits(task_sid, digits)),
      [desk, task_sid, tried],
    ),
  );
  const press = (digits: string) => {
    // What is pressed at the telephone itself is heard by all who are in the call, menus of numbers included.
    if (talksHere) phone.press(digits);
    else gather(digits);
  };
  const goesOn = goesOnWithout(call, me);
  // Whoever goes while others are there only leaves: the call ends with the customer.
  const end = async () => {
    const isForAll = goesOn && own?.kind === "agent" && customer !== null;
    const done = await tried(async () => {
      if (isForAll) await desk.calls.remove(task_sid, customer.participant);
      else await desk.tasks.wrap(reservation.sid);
    });
    if (done) phone.hangUp();
  };
  return {
    own,
    customer,
    // Who writes it up is out of it, whoever goes on.
    standing: isOver ? "ended" : callStanding(call, me, lost),
    /** There is somebody to be held, recorded and joined. */
    isOn: !isOver && call.state === "connected" && own?.state === "joined",
    isGuest: own?.kind === "colleague",
    /** Others would go on talking without the agent. */
    goesOn,
    hold: () => tried(() => desk.calls.hold(task_sid, !customer?.on_hold)),
    mute: () => tried(() => microphone.mute(call, !muted)),
    press,
    record: (state: CallEntry["recording"]) => tried(() => desk.calls.record(task_sid, state)),
    leave: () => tried(() => desk.calls.leave(task_sid)),
    end,
  };
}

/** Keys that are pressed one after the other are sent together: each sending interrupts the one before it. */
const GATHER_MS = 500;

function useGathered(send: (digits: string) => void): (digits: string) => void {
  const waiting = useRef("");
  return useCallback(
    (digits) => {
      waiting.current += digits;
      if (waiting.current !== digits) return;
      setTimeout(() => {
        const all = waiting.current;
        waiting.current = "";
        send(all);
      }, GATHER_MS);
    },
    [send],
  );
}

/** Tries something about a call; what is refused is said with its reason. */
export function useTried(): (act: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useTranslation();
  const attempt = useAttempt();
  return useCallback((act) => attempt(act, (why) => t("call.failed", { why })), [attempt, t]);
}

export function useCallOf(task: Parameters<typeof callOf>[1]): CallEntry | null {
  return useDeskState((state) => callOf(state.calls, task));
}
