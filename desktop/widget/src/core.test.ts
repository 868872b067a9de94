import { describe, expect, test } from "vitest";
import { contrast, readableOn, readColor, textOn } from "./color.ts";
import { isOpen, nextOpening, openingText } from "./hours.ts";
import { pieces } from "./links.ts";
import { readFrame, readMessage, readStanding } from "./protocol.ts";
import { look, PLAIN, readAttributes, socketUrl } from "./settings.ts";
import { chooseLanguage, LANGUAGES } from "./texts/index.ts";
import { timeOf, uuid7 } from "./uuid.ts";

test("an id has its time, its version and its variant", () => {
  const id = uuid7(0x017f22e279b0, new Uint8Array(16).fill(0xff));
  expect(id).toBe("017f22e2-79b0-7fff-bfff-ffffffffffff");
  expect(timeOf(id)).toBe(0x017f22e279b0);
});

describe("links", () => {
  const check = (text: string, expected: (string | undefined)[]) => {
    const found = pieces(text);
    expect(found.map((piece) => piece.text).join("")).toBe(text);
    expect(found.map((piece) => piece.href)).toEqual(expected);
  };
  test("are http and https and nothing else", () => {
    check("see https://a.example/x?y=1.", [undefined, "https://a.example/x?y=1", undefined]);
    check("http://a.example", ["http://a.example/"]);
    check("(https://a.example/b)", [undefined, "https://a.example/b", undefined]);
    for (const none of [
      "javascript:alert(1)",
      "data:text/html,x",
      "ftp://a.example/x",
      "//a.example",
      "https://bank.example@evil.example/",
      "https://",
    ]) {
      check(none, [undefined]);
    }
  });
});

describe("opening hours", () => {
  const openings = [
    { from: 100, to: 200 },
    { from: 300, to: 400 },
  ];
  const check = (now: number, open: boolean, next: number | undefined) =>
    expect([isOpen(openings, now), nextOpening(openings, now)], `${now}`).toEqual([open, next]);
  test("are those that the center tells", () => {
    check(99, false, 100);
    check(100, true, undefined);
    check(199, true, undefined);
    check(200, false, 300);
    check(400, false, undefined);
  });
  test("without any told somebody is always there, and with none of them never", () => {
    expect([isOpen(undefined, 0), nextOpening(undefined, 0)]).toEqual([true, undefined]);
    expect([isOpen([], 0), nextOpening([], 0)]).toEqual([false, undefined]);
  });
  test("are told in the visitor's language", () => {
    const monday = new Date(2026, 10, 30, 9, 0).getTime();
    expect(openingText(monday, "en-GB")).toMatch(/Monday.*30 November.*09:00/u);
    expect(openingText(monday, "es")).toMatch(/lunes.*30.*noviembre.*9:00/u);
  });
});

describe("colours", () => {
  test("can be read", () => {
    for (const color of ["#ffff00", "#2f5bea", "#888888", "#000000", "#ffffff", "#ff6600"]) {
      const accent = readColor(color);
      if (!accent) throw new Error(color);
      const on = readColor(textOn(accent));
      expect(on && contrast(accent, on), color).toBeGreaterThanOrEqual(4.5);
      for (const background of [[255, 255, 255] as const, [27, 30, 37] as const]) {
        const link = readColor(readableOn(accent, [...background]));
        expect(link && contrast(link, [...background]), color).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
  test("are six digits", () => {
    for (const none of ["red", "#fff", "#12345g", ""]) expect(readColor(none)).toBeUndefined();
  });
});

describe("what the center says", () => {
  test("is read, whatever it is", () => {
    const message = { sid: "IM1", seq: 7, direction: "outbound", kind: "text", text: "hi", receipt: "r" };
    expect(readFrame(JSON.stringify({ event_type: "message.created", payload: message }))).toEqual({
      type: "message",
      message: {
        sid: "IM1",
        seq: 7,
        direction: "outbound",
        content: { kind: "text", text: "hi" },
        receipt: "r",
        deleted: false,
      },
    });
    for (const odd of [
      "",
      "null",
      "[]",
      "{}",
      '{"event_type":"later"}',
      '{"event_type":"message.created"}',
      "{",
    ]) {
      expect(readFrame(odd)).toEqual({ type: "unknown" });
    }
    expect(readMessage({ sid: "IM1", seq: 1, kind: "hologram", text: "x" })?.content).toEqual({
      kind: "unknown",
      text: "x",
    });
    expect(readMessage({ sid: "IM1", seq: 1, kind: "media", attachments: "none" })?.content).toEqual({
      kind: "media",
      attachments: [],
    });
    expect(readStanding({ state: "dancing", agents: ["Ann", 7] })).toEqual({
      state: "none",
      agents: ["Ann"],
    });
    expect(readStanding({ state: "waiting", agents: [], position: 3 })).toEqual({
      state: "waiting",
      agents: [],
      position: 3,
    });
  });
});

describe("settings", () => {
  const script = "https://center.example/widget.js";
  test("the page's come before the account's", () => {
    const attributes = readAttributes(
      { title: "Mine", position: "left", theme: "dark", open: "true" },
      script,
    );
    expect(attributes).toMatchObject({
      center: "https://center.example",
      account: "default",
      open: true,
      launcher: true,
    });
    const config = { ...PLAIN, title: "Account's", greeting: "Hello" };
    expect(look(attributes, config)).toMatchObject({
      title: "Mine",
      greeting: "Hello",
      position: "left",
      theme: "dark",
    });
    expect(readAttributes({ position: "top", theme: "pink", launcher: "none" }, script)).toMatchObject({
      theme: "auto",
      launcher: false,
    });
  });
  test("the socket is beside the widget, or where somebody says", () => {
    const attributes = readAttributes({}, script);
    expect(socketUrl(attributes, PLAIN)).toBe("wss://center.example/webchat");
    expect(socketUrl(attributes, { ...PLAIN, socket_url: "wss://s.example/x" })).toBe("wss://s.example/x");
    expect(socketUrl({ ...attributes, socket: "wss://own.example" }, PLAIN)).toBe("wss://own.example");
  });
});

describe("languages", () => {
  test("are chosen in order", () => {
    expect(chooseLanguage([undefined, "de", "pt-BR", "es-MX", "ru"])).toMatchObject({
      code: "es",
      tag: "es-MX",
      dir: "ltr",
    });
    expect(chooseLanguage(["ar-EG"])).toMatchObject({ code: "ar", dir: "rtl" });
    expect(chooseLanguage(["constructor", "de"]).code).toBe("en");
  });
  test("have every text, and none is another's", () => {
    const keys = Object.keys(LANGUAGES.en ?? {});
    for (const [code, texts] of Object.entries(LANGUAGES)) {
      expect(Object.keys(texts), code).toEqual(keys);
      if (code !== "en")
        expect(
          Object.values(texts).filter((text) => Object.values(LANGUAGES.en ?? {}).includes(text)),
        ).toEqual([]);
    }
  });
});
