import { describe, expect, test } from "vitest";
import { addressOf, invent, lookOf, placeOf } from "./channels.ts";
import { merge } from "./model.ts";

const zoe = { name: "Zoë Martin", number: "12345678" };

describe("a person", () => {
  test("has one phone number on every channel that has phone numbers, and addresses of each channel's form", () => {
    const check = (channel: string, form: RegExp) => expect(addressOf(channel, zoe), channel).toMatch(form);
    for (const channel of ["sms", "whatsapp", "google", "voice"]) check(channel, /^\+15552345678$/);
    check("line", /^U[0-9a-f]{32}$/);
    check("email", /^zoe\.martin\.12345678@example\.com$/);
    check("webchat", /^[0-9a-f]{32}$/);
    check("discord", /^\d{18}$/);
    for (const channel of ["messenger", "instagram", "telegram", "custom"]) check(channel, /^\d+$/);
  });
  test("who is new is nobody who was there", () => {
    const people = Array.from({ length: 8 }).reduce<(typeof zoe)[]>(
      (known) => [...known, invent(known, () => 0.5)],
      [],
    );
    expect(new Set(people.map((person) => person.name)).size).toBe(8);
    expect(invent(people, () => 0.999).number).toMatch(/^\d{8}$/);
    expect(addressOf("email", { name: "高橋", number: "1" })).toBe("customer.1@example.com");
  });
});

test("a channel that nobody drew has a look all the same", () => {
  expect(lookOf("pigeon")).toMatchObject({ name: "pigeon", mark: "P" });
  expect(lookOf("constructor").name).toBe("constructor");
  expect(["pigeon", "sms", "whatsapp"].sort((a, b) => placeOf(a) - placeOf(b))).toEqual([
    "whatsapp",
    "sms",
    "pigeon",
  ]);
});

test("what was sent and shown stands in its order", () => {
  const sent = (seed: string, at: number) => ({
    message: { from: "x", account: "default", seed, kind: "text", text: seed },
    at,
    state: "taken" as const,
    times: 1,
  });
  const shown = (id: string, at: number) => ({ id, to: "x", text: id, request: null, at });
  const lines = merge([sent("a", 1), sent("c", 3)], [shown("b", 2), shown("d", 4), shown("d", 4)]);
  expect(lines.map((line) => line.key)).toEqual(["a", "b/0", "c", "d/1", "d/2"]);
  // Typing and reading are shown otherwise; a reaction is a line.
  const signals = (["typing", "read", "reaction"] as const).map((signal, at) => ({
    ...shown(signal, at),
    signal,
  }));
  expect(merge([], signals).map((line) => line.key)).toEqual(["reaction/2"]);
});
