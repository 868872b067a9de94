import { describe, expect, test } from "vitest";
import { append, counts, LOOKS_BACK_MS, type Standing, standing, viewOf, waitingOf } from "./model.ts";
import type { FloorWorker } from "./types.ts";

function worker(friendly_name: string, change: Partial<FloorWorker> = {}): FloorWorker {
  return {
    sid: `WK${friendly_name}`,
    friendly_name,
    activity_sid: "WA",
    activity_since: 1_000,
    available: true,
    connected: true,
    idle_since: 1_000,
    channels: { chat: { capacity: 2, assigned: 0 }, voice: { capacity: 0, assigned: 0 } },
    tasks: [],
    direct_waiting: 0,
    ...change,
  };
}

const chat = (assigned: number) => ({ channels: { chat: { capacity: 2, assigned } } });

test.each<[Partial<FloorWorker>, Standing]>([
  [{}, "free"],
  [chat(1), "busy"],
  [chat(2), "full"],
  [chat(3), "full"],
  [{ available: false, ...chat(1) }, "unavailable"],
  [{ connected: false }, "away"],
  [{ channels: {} }, "full"],
])("%o is %s", (change, expected) => {
  expect(standing(worker("Ann", change))).toBe(expected);
});

test("a queue's waiting is that of its channels", () => {
  const queue = {
    sid: "WQ",
    friendly_name: "Sales",
    eligible: 0,
    available: 0,
    with_room: {},
    more_workers: false,
  };
  const none = { tasks: 0, more: false, late: 0 };
  expect(waitingOf({ ...queue, waiting: {} })).toEqual(none);
  expect(waitingOf({ ...queue, waiting: { chat: none, voice: none } })).toEqual(none);
  const waiting = {
    chat: { tasks: 2, more: false, since: 50, late: 1 },
    voice: { tasks: 3, more: true, since: 40, late: 0 },
  };
  expect(waitingOf({ ...queue, waiting })).toEqual({ tasks: 5, more: true, since: 40, late: 1 });
});

describe("a view", () => {
  const all = [
    worker("Chiyo", { connected: false, activity_since: 1 }),
    worker("Ann", { ...chat(1), tasks: ["WT1"] }),
    worker("Bruno", { activity_since: 500 }),
  ];
  const names = (view: Partial<Parameters<typeof viewOf>[1]>) =>
    viewOf(all, { typed: "", standing: null, order: "name", ...view }).map(
      ({ friendly_name }) => friendly_name,
    );

  test("has an order", () => {
    expect(names({})).toEqual(["Ann", "Bruno", "Chiyo"]);
    expect(names({ order: "standing" })).toEqual(["Bruno", "Ann", "Chiyo"]);
    expect(names({ order: "since" })).toEqual(["Chiyo", "Bruno", "Ann"]);
    expect(names({ order: "load" })).toEqual(["Ann", "Bruno", "Chiyo"]);
  });

  test("shows what is asked for", () => {
    expect(names({ typed: " n" })).toEqual(["Ann", "Bruno"]);
    expect(names({ standing: "away" })).toEqual(["Chiyo"]);
    expect(names({ typed: "x" })).toEqual([]);
  });

  test("counts everybody once", () => {
    expect(counts(all)).toEqual({ free: 1, busy: 1, full: 0, unavailable: 0, away: 1 });
  });
});

test("samples look back so far and go forward only", () => {
  const sample = (at: number) => ({ at, waiting: at, available: 0 });
  const two = append(append([], sample(1)), sample(2));
  expect(two.map(({ at }) => at)).toEqual([1, 2]);
  expect(append(two, sample(2))).toBe(two);
  expect(append(two, sample(1))).toBe(two);
  expect(append(two, sample(1 + LOOKS_BACK_MS)).map(({ at }) => at)).toEqual([2, 1 + LOOKS_BACK_MS]);
});
