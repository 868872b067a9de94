import { expect, test } from "vitest";
import { Faults } from "./faults.ts";

test("a fault is told at its field, and what has none is told beside them", () => {
  const fault = (position: string, document = "workspace") => ({
    document,
    position,
    reason: `at ${position}`,
  });
  const all = [
    fault("/hours/1/weekly/0/from"),
    fault("/hours/10/name"),
    fault("/hours/1"),
    fault("/hours/1/name", "flow/a"),
  ];
  const hours = Faults.below(all, "/hours/1");
  expect(hours.at("/weekly/0/from")).toBe("at /hours/1/weekly/0/from");
  expect(hours.below("/weekly/0").at("/from")).toBe("at /hours/1/weekly/0/from");
  expect(hours.at("/name")).toBeUndefined();
  expect(hours.without(["/weekly/0/from"]).map(({ position }) => position)).toEqual([""]);
});
