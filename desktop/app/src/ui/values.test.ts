import { expect, test } from "vitest";
import { parseValue, showValue } from "./values.ts";

test.each([
  ["yes", "yes"],
  ["true", true],
  ["42", 42],
  ["-1.5", -1.5],
  ["007", "007"],
  ["+15005550006", "+15005550006"],
  ["12345678901234567890", "12345678901234567890"],
  ['["a", "b"]', ["a", "b"]],
  ["{broken", "{broken"],
  ['"42"', "42"],
])("%s", (text, expected) => {
  expect(parseValue(text)).toEqual(expected);
});

test.each(["yes", true, 42, "007", "42", "true", ["a"], { a: 1 }])("%j is read as it is shown", (value) => {
  expect(parseValue(showValue(value))).toEqual(value);
});
