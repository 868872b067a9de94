import { describe, expect, test } from "vitest";
import { type Grid, gridOf, nextSpan, weeklyOf } from "./hours.ts";
import type { Span } from "./types.ts";

const span = (text: string): Span => {
  const [from = "", to = ""] = text.split("-");
  return { from, to };
};
const day = (...spans: string[]) => spans.map(span);
const spans = (grid: Grid) => grid.map((day) => day.map(({ from, to }) => `${from}-${to}`));

function check(grid: Grid, expect_weekly: string[]): void {
  const weekly = weeklyOf(grid);
  expect(weekly.map(({ days, from, to }) => `${days.join(",")} ${from}-${to}`)).toEqual(expect_weekly);
  expect(spans(gridOf(weekly))).toEqual(spans(grid));
}

describe("a week", () => {
  const work = day("09:00-12:00", "13:00-18:00");

  test("says once what several days have", () => {
    check(
      [work, work, work, work, work, day("10:00-14:00"), []],
      ["mon,tue,wed,thu,fri 09:00-12:00", "mon,tue,wed,thu,fri 13:00-18:00", "sat 10:00-14:00"],
    );
  });

  test("keeps what is being typed where it is", () => {
    check(
      [day("9-", "13:00-18:00"), day("9-", "9-"), work, [], [], [], []],
      ["mon,tue 9-", "mon 13:00-18:00", "tue 9-", "wed 09:00-12:00", "wed 13:00-18:00"],
    );
  });

  test("is empty where nobody is ever there", () => {
    check([[], [], [], [], [], [], []], []);
  });

  test("says which of the document's spans a day has", () => {
    const grid = gridOf([
      { days: ["tue"], from: "1", to: "2" },
      { days: ["mon", "tue"], from: "3", to: "4" },
    ]);
    expect(grid[1]?.map(({ at }) => at)).toEqual([0, 1]);
  });
});

test("a new span comes after the last one", () => {
  expect(nextSpan([])).toEqual(span("09:00-17:00"));
  expect(nextSpan(day("09:00-12:00"))).toEqual(span("12:00-18:00"));
  expect(nextSpan(day("09:00-20:00"))).toEqual(span("09:00-17:00"));
});
