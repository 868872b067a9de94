import { describe, expect, test } from "vitest";
import { message } from "../testing/build.ts";
import { choicesMax, chosenOf, faultOf, isLong, moved, optionsOf } from "./choices.ts";

describe("answers to choose from", () => {
  test("as many as the channel has buttons, and no more than the center takes", () => {
    expect(choicesMax(undefined)).toBe(0);
    expect(choicesMax({})).toBe(0);
    expect(choicesMax({ choices_max: 13 })).toBe(13);
    expect(choicesMax({ choices_max: 100 })).toBe(20);
  });

  test.each([
    [["Yes", "No"], 2, null],
    [["Yes", " "], 2, "empty"],
    [["Yes", "Yes "], 2, "twice"],
    [["a", "b", "c"], 2, "many"],
  ] as const)("%j of %i: %s", (texts, max, fault) => expect(faultOf(texts, max)).toBe(fault));

  test("some channels show long ones as lines", () => {
    expect(isLong(["x".repeat(20)])).toBe(false);
    expect(isLong(["x".repeat(21)])).toBe(true);
  });

  test("what comes back is distinct and fits a button", () => {
    const long = "é".repeat(40);
    const options = optionsOf([" Yes ", `${long}1`, `${long}2`]);
    expect(options[0]).toEqual({ data: "Yes", text: "Yes" });
    expect(new Set(options.map(({ data }) => data)).size).toBe(3);
    for (const { data } of options) expect(new TextEncoder().encode(data).length).toBeLessThanOrEqual(64);
  });

  test("are moved up and down, not over the ends", () => {
    expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });

  test("the last message that offers what was chosen has it", () => {
    const asked = (sid: string) =>
      message({ sid, kind: "choices", text: "?", options: [{ data: "y", text: "Yes" }] } as object);
    const chose = message({ sid: "IM3", kind: "choice", data: "y" } as object);
    expect([...chosenOf([asked("IM1"), asked("IM2"), chose])]).toEqual([["IM2", "y"]]);
    const early = message({ sid: "IM0", kind: "choice", data: "y", seq: 1 } as object);
    expect([...chosenOf([early, asked("IM1")])]).toEqual([["IM1", "y"]]);
    const long_ago = { ...early, created_at: early.created_at - 1_000 };
    expect(chosenOf([long_ago, asked("IM1")]).size).toBe(0);
    const other = message({ sid: "IM4", kind: "choice", data: "z" } as object);
    expect(chosenOf([asked("IM1"), other]).size).toBe(0);
  });
});
