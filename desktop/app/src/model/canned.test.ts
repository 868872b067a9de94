import { expect, test } from "vitest";
import { fill, matching } from "./canned.ts";

const variables = { contact: { name: "Zoë", attributes: { order: 4711, deep: {} } }, agent: { name: "Ann" } };

test.each([
  ["Hello {{contact.name}}, I am {{ agent.name }}", "Hello Zoë, I am Ann"],
  ["{{contact.attributes.order}}", "4711"],
  [
    "{{contact.attributes.missing}} {{contact.attributes.deep}}",
    "{{contact.attributes.missing}} {{contact.attributes.deep}}",
  ],
  ["{{contact.constructor.name}} {{__proto__}}", "{{contact.constructor.name}} {{__proto__}}"],
])("%s", (text, expected) => {
  expect(fill(text, variables)).toBe(expected);
});

test("those of the customer's language and those that begin so come first", () => {
  const replies = [
    { shortcut: "goodbye", text: "Bye" },
    { shortcut: "bye", text: "Adiós", language: "es" },
    { shortcut: "bye", text: "Goodbye" },
    { shortcut: "hello", text: "Hello" },
  ];
  const found = (typed: string, language: string | null) =>
    matching(replies, typed, language).map(({ text }) => text);
  expect(found("bye", "es")).toEqual(["Adiós", "Goodbye", "Bye"]);
  expect(found("bye", "en")).toEqual(["Goodbye", "Bye", "Adiós"]);
  expect(found("nothing", null)).toEqual([]);
  expect(found("", null)).toHaveLength(4);
});
