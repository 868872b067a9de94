import { describe, expect, test } from "vitest";
import { highlighted, wordsOf } from "./highlight.ts";

/** Hits in brackets. */
const marked = (text: string, question: string) =>
  highlighted(text, wordsOf(question))
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join("");

describe("what is looked for is marked", () => {
  test.each([
    ["My order is late", "order", "My [order] is late"],
    ["Zoë's ÉCOLE", "zoe ecole", "[Zoë]'s [ÉCOLE]"],
    ["Großstadt", "gross", "[Groß]stadt"],
    ["aaa", "aa", "[aaa]"],
    ["注文は届きましたか", "届き", "注文は[届き]ましたか"],
    ["カナ", "かな", "[カナ]"],
    ["😀 order 😀", "ORDER", "😀 [order] 😀"],
    ["nothing", "x", "nothing"],
    ["nothing", " ", "nothing"],
  ])("%s · %s", (text, question, expected) => expect(marked(text, question)).toBe(expected));

  test("put together the pieces are the text", () => {
    const text = "Où est ma commande ？ ﬁn";
    const pieces = highlighted(text, wordsOf("fin commande"));
    expect(pieces.map(({ text }) => text).join("")).toBe(text);
    expect(pieces.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(["commande", "ﬁn"]);
  });
});
