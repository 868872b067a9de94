import { describe, expect, test } from "vitest";
import { AHEAD_S_MAX, AHEAD_S_MIN, asField, isPossible, ofField, presets } from "./later.ts";

const at = (text: string) => new Date(text).getTime();

describe("presets", () => {
  test("go by the clock of this place", () => {
    const now = at("2026-12-02T15:30:10");
    expect(presets(now)).toEqual([
      { preset: "hour", at: at("2026-12-02T16:30:10") },
      { preset: "tomorrow", at: at("2026-12-03T09:00:00") },
      { preset: "monday", at: at("2026-12-07T09:00:00") },
    ]);
  });

  test("are whole milliseconds", () => {
    for (const { at } of presets(1_800_000_000_000.5)) expect(Number.isInteger(at)).toBe(true);
  });

  test("a Sunday's tomorrow is Monday, a Monday's Monday the next", () => {
    expect(presets(at("2026-12-06T10:00:00")).map(({ preset }) => preset)).toEqual(["hour", "tomorrow"]);
    expect(presets(at("2026-12-07T10:00:00")).at(-1)?.at).toBe(at("2026-12-14T09:00:00"));
  });
});

test("a moment is neither too near nor too far", () => {
  for (const [s, expected] of [
    [AHEAD_S_MIN, true],
    [AHEAD_S_MIN - 1, false],
    [AHEAD_S_MAX, true],
    [AHEAD_S_MAX + 1, false],
  ] as const) {
    expect(isPossible(s * 1000, 0), `${s}`).toBe(expected);
  }
  expect(isPossible(null, 0)).toBe(false);
});

test("a field for date and time has it to the second", () => {
  const moment = at("2026-02-03T04:05:06");
  expect(asField(moment)).toBe("2026-02-03T04:05:06");
  expect(ofField(asField(moment))).toBe(moment);
  expect(ofField("")).toBeNull();
});
