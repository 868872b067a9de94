import { expect, test } from "vitest";
import { axisEnd, bars, labelled, polyline } from "./chart.ts";

test.each([
  [0, 4, 4],
  [3, 4, 4],
  [4, 4, 4],
  [5, 4, 8],
  [9, 4, 20],
  [41, 4, 80],
  [81, 4, 200],
  [4_000, 4, 4_000],
])("an axis for %i in %i steps ends at %i", (value, steps, end) => {
  expect(axisEnd(value, steps)).toBe(end);
});

test("a line goes from the left to the right and up with its values", () => {
  expect(polyline([0, 2, 4], 4, { width: 100, height: 40 })).toBe("0,40 50,20 100,0");
  expect(polyline([2], 4, { width: 100, height: 40 })).toBe("0,20");
  expect(polyline([], 4, { width: 100, height: 40 })).toBe("");
});

test("bars of a group stand side by side in their part of the width", () => {
  expect(
    bars(
      [
        [1, 2],
        [0, 4],
      ],
      4,
      { width: 200, height: 40 },
    ),
  ).toEqual([
    { group: 0, series: 0, x: 10, y: 30, width: 40, height: 10 },
    { group: 0, series: 1, x: 50, y: 20, width: 40, height: 20 },
    { group: 1, series: 0, x: 110, y: 40, width: 40, height: 0 },
    { group: 1, series: 1, x: 150, y: 0, width: 40, height: 40 },
  ]);
  expect(bars([], 4, { width: 200, height: 40 })).toEqual([]);
});

test("no more labels than there is room for", () => {
  expect(labelled(3, 6)).toEqual([0, 1, 2]);
  expect(labelled(24, 6)).toEqual([0, 4, 8, 12, 16, 20]);
  expect(labelled(0, 6)).toEqual([]);
});
