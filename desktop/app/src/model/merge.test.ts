import { describe, expect, test } from "vitest";
import { message } from "../testing/build.ts";
import { isNewer, mergeMessage, mergeMessages } from "./merge.ts";

describe("versions", () => {
  test.each([
    ["3", "2", true],
    ["10", "9", true],
    [2, "2", false],
    ["1", undefined, true],
  ] as const)("%s after %s", (version, than, expected) => {
    expect(isNewer(version, than)).toBe(expected);
  });
});

describe("messages", () => {
  test("a status never goes back", () => {
    const read = message({ status: "read" });
    expect(mergeMessage(read, message({ status: "sent" })).status).toBe("read");
    expect(mergeMessage(message({ status: "sent" }), read).status).toBe("read");
  });

  test("what was edited or taken back stays so, whatever comes in which order", () => {
    const edited = message({ edited: { kind: "text", text: "better" } });
    const plain = message();
    expect(mergeMessage(edited, plain).edited).toEqual(edited.edited);
    expect(mergeMessage(plain, edited).edited).toEqual(edited.edited);
    const deleted = message({ deleted: true, text: "" });
    expect(mergeMessage(deleted, plain).deleted).toBe(true);
    expect(mergeMessage(plain, deleted).deleted).toBe(true);
  });

  test("they are known by their sid and ordered by position, then sid", () => {
    const at = (seq: number, sid: string) => message({ seq, sid });
    const merged = mergeMessages([at(1, "IMa"), at(3, "IMc")], [at(3, "IMb"), at(2, "IMd"), at(1, "IMa")]);
    expect(merged.map(({ sid }) => sid)).toEqual(["IMa", "IMd", "IMb", "IMc"]);
  });

  test("any order of arrival leads to the same list", () => {
    const all = Array.from({ length: 6 }, (_, n) => message({ seq: n % 4, sid: `IM${n}` }));
    const expected = mergeMessages([], all);
    for (let turn = 0; turn < all.length; turn += 1) {
      const turned = [...all.slice(turn), ...all.slice(0, turn)];
      expect(turned.reduce((known, one) => mergeMessages(known, [one]), mergeMessages([], []))).toEqual(
        expected,
      );
    }
  });
});
