import { describe, expect, test } from "vitest";
import {
  averages,
  byInterval,
  byKey,
  type Counts,
  NOTHING,
  SPANS,
  type StatsRow,
  spanOf,
  total,
} from "./history.ts";

const counts = (change: Partial<Counts>): Counts => ({ ...NOTHING, ...change });
const row = (start: number, key: string, change: Partial<Counts> = {}): StatsRow => ({
  ...counts({ tasks: 1, ...change }),
  start,
  key,
});

test("a total is the sum of its rows, and their longest wait", () => {
  const rows = [
    row(0, "a", { accepted: 1, in_time: 1, wait_ms: 10, wait_ms_max: 10, handle_ms: 100 }),
    row(0, "b", { abandoned: 1, wait_ms: 30, wait_ms_max: 30, invited: 2, joined: 1, joined_ms: 50 }),
  ];
  const sums = { wait_ms: 40, wait_ms_max: 30, handle_ms: 100, invited: 2, joined: 1, joined_ms: 50 };
  expect(total(rows)).toEqual(counts({ tasks: 2, accepted: 1, in_time: 1, abandoned: 1, ...sums }));
  expect(total([])).toEqual(NOTHING);
});

describe("averages", () => {
  test("count those who gave up as not served in time", () => {
    const some = counts({ tasks: 4, accepted: 3, in_time: 2, abandoned: 1, wait_ms: 400, handle_ms: 900 });
    expect(averages(some)).toEqual({ wait_ms: 100, handle_ms: 300, service_level: 0.5 });
  });

  test("of nothing are nothing", () => {
    expect(averages(NOTHING)).toEqual({ wait_ms: null, handle_ms: null, service_level: null });
  });
});

test("every interval has its counts", () => {
  const span = { from: 1_000, to: 4_500, interval_s: 1 };
  const found = byInterval([row(1_000, "a"), row(1_000, "b"), row(3_000, "a")], span);
  expect(found.map(({ start, counts }) => [start, counts.tasks])).toEqual([
    [1_000, 2],
    [2_000, 0],
    [3_000, 1],
    [4_000, 0],
  ]);
});

test("keys are those with the most tasks first", () => {
  const found = byKey([row(0, "b"), row(1, "a"), row(2, "c"), row(3, "c")]);
  expect(found.map(({ key, counts }) => [key, counts.tasks])).toEqual([
    ["c", 2],
    ["a", 1],
    ["b", 1],
  ]);
});

test.each(SPANS)("%s fits into one question", (name) => {
  const { from, to, interval_s } = spanOf(name, 1_800_000_000_000);
  expect((to - from) / 86_400_000).toBeLessThanOrEqual(31);
  expect(Number.isInteger((to - from) / 1000 / interval_s)).toBe(true);
});
