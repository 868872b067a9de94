import { expect, test } from "vitest";
import { createStore } from "zustand/vanilla";
import { reduce } from "../model/reduce.ts";
import { type DeskState, EMPTY } from "../model/state.ts";
import { call, frame, part, worker } from "../testing/build.ts";
import { Microphone } from "./microphone.ts";
import { Softphone } from "./softphone.ts";

/** An agent who talks by the telephone of the page: `done` is what the microphone was told. */
function talking(ask: (on: boolean) => Promise<void> = async () => undefined) {
  const desk = createStore<DeskState>(() => reduce(EMPTY, { type: "frame", frame: frame("init"), now: 0 }));
  const phone = new Softphone({} as ConstructorParameters<typeof Softphone>[0]);
  phone.store.setState({ line: { at: "ready" }, call: { phase: "taking", from: null, muted: false } }, true);
  const done: boolean[] = [];
  phone.mute = (on) => {
    const { call } = phone.store.getState();
    if (!call || call.muted === on) return;
    done.push(on);
    phone.store.setState({ call: { ...call, muted: on } });
  };
  const microphone = new Microphone(desk, phone, (_, on) => ask(on));
  const stop = microphone.follow();
  const told = (version: number, muted: boolean, change: Partial<ReturnType<typeof call>> = {}) => {
    const own = part({ worker_sid: worker().sid, muted });
    const { problem: _, ...fine } = call({ version, participants: [own] });
    const now = { ...fine, ...change };
    desk.setState((state) =>
      reduce(state, { type: "frame", frame: { event_type: "call.updated", payload: now }, now: 0 }),
    );
    return now;
  };
  return { phone, done, microphone, told, stop };
}

const connect = ({ store }: Softphone) =>
  store.setState(({ call }) => ({ call: call && { ...call, phase: "talking" } }));

test("it is muted when somebody else asks for it, and when a call is muted already", () => {
  const { phone, done, told, stop } = talking();
  told(1, true);
  // Nothing is heard yet.
  expect(done).toEqual([]);
  connect(phone);
  expect(done).toEqual([true]);
  told(2, false);
  told(3, true);
  expect(done).toEqual([true, false, true]);
  stop();
  told(4, false);
  expect(done).toHaveLength(3);
});

test("what the agent asks for holds at once, whatever else happens to the call meanwhile", async () => {
  const { phone, done, microphone, told } = talking();
  const known = told(1, false);
  connect(phone);
  await microphone.mute(known, true);
  told(2, false, { recording: "on" });
  expect(done).toEqual([true]);
  told(3, true);
  // It was done: from now on the call is followed again.
  told(4, false);
  expect(done).toEqual([true, false]);
});

test("what is refused is taken back, whether the answer says it or the call", async () => {
  const refusing = talking(async () => {
    throw new Error("the call is over");
  });
  const known = refusing.told(1, false);
  connect(refusing.phone);
  await expect(refusing.microphone.mute(known, true)).rejects.toThrow("over");
  expect(refusing.done).toEqual([true, false]);

  const { phone, done, microphone, told } = talking();
  const before = told(1, false, { problem: "hold: of before" });
  connect(phone);
  await microphone.mute(before, true);
  expect(done).toEqual([true]);
  told(2, false, { problem: "mute: unavailable" });
  expect(done).toEqual([true, false]);
});

test("a wish of a call that is over is none of the next one", async () => {
  const { phone, done, microphone, told } = talking();
  await microphone.mute(told(1, false), true);
  told(2, false, { state: "ended", participants: [] });
  told(1, false, { call_sid: "CA2" });
  connect(phone);
  expect(done).toEqual([]);
});
