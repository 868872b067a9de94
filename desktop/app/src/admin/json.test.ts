import { expect, test } from "vitest";
import { faultPlace } from "./json.ts";

test("a text that is no JSON says where", () => {
  const check = (text: string, place: [number, number] | null) => {
    const found = faultPlace(text);
    expect(found && [found.line, found.column], text).toEqual(place);
  };
  check('{"a": 1}', null);
  check('{"a": 1,}', [1, 9]);
  check('{\n  "a": 1\n  "b": 2\n}', [3, 3]);
  check('{\n  "a": [1, 2', [2, 13]);
  check("", [1, 1]);
});
