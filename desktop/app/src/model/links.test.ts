import { expect, test } from "vitest";
import { pieces, webAddress } from "./links.ts";

function links(text: string): string[] {
  return pieces(text).flatMap((piece) => (piece.kind === "link" ? [piece.href] : []));
}

test.each([
  ["see https://shop.example/a?b=c#d.", ["https://shop.example/a?b=c#d"]],
  ["(http://shop.example/a)", ["http://shop.example/a"]],
  ["https://en.example/wiki/Patch_(bay)", ["https://en.example/wiki/Patch_(bay)"]],
  ["HTTPS://SHOP.EXAMPLE/A and https://b.example", ["https://shop.example/A", "https://b.example/"]],
  ["https://例え.example/日本", ["https://xn--r8jz45g.example/%E6%97%A5%E6%9C%AC"]],
  ["javascript:alert(1) data:text/html,x vbscript:x", []],
  ["https://user:secret@shop.example/", []],
  ["http://shop.example/\u202egpj.exe", []],
  ["https://", []],
  ['https://shop.example/"onmouseover="x', ["https://shop.example/"]],
] as const)("%s", (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test("nothing of a text is lost", () => {
  for (const text of ["", "a", "https://a.example", "x https://a.example, y https://b.example!"]) {
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  }
});

test.each(["blob:https://a.example/1", "file:///etc/passwd", "//a.example", "ftp://a.example"])(
  "%s is not of the web",
  (text) => {
    expect(webAddress(text)).toBeNull();
  },
);
