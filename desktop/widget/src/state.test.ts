import { describe, expect, test } from "vitest";
import { type Message, POSITIONS_PER_MS } from "./protocol.ts";
import {
  type Chat,
  EMPTY,
  type Event,
  isSettled,
  lastSeq,
  openChoices,
  reduce,
  timeline,
  unread,
} from "./state.ts";
import { en } from "./texts/en.ts";
import { transcript } from "./transcript.ts";
import { uuid7 } from "./uuid.ts";

const NOW = 1_795_000_000_000;
const id = (ms: number) => uuid7(NOW + ms, new Uint8Array(16).fill(ms % 251));
const seq = (ms: number) => (NOW + ms) * POSITIONS_PER_MS;

const message = (sid: string, at: number, fields: Partial<Message> = {}): Message => ({
  sid,
  seq: seq(at),
  direction: "outbound",
  content: { kind: "text", text: sid },
  deleted: false,
  ...fields,
});
const after = (...events: Event[]): Chat => events.reduce(reduce, EMPTY);
const heard = (...messages: Message[]): Event => ({ type: "heard", messages });
const texts = (chat: Chat) =>
  chat.entries.map((entry) => (entry.content.kind === "text" ? entry.content.text : "?"));

describe("messages", () => {
  test("stand in their order however they come, and once", () => {
    const all = [message("a", 1), message("b", 2), message("c", 2), message("d", 3)];
    const expected = ["a", "b", "c", "d"];
    for (const order of [all, all.toReversed(), [...all, ...all]])
      expect(texts(after(heard(...order)))).toEqual(expected);
    for (const one of all) expect(texts(after(heard(one), heard(...all), heard(one)))).toEqual(expected);
  });
  test("of the visitor are theirs again when the history has them", () => {
    const own = id(5);
    const said: Event = { type: "said", id: own, said: { kind: "text", text: "hello" } };
    const pending = after(heard(message("a", 9)), said);
    expect(pending.entries.map((entry) => entry.sending)).toEqual(["sent", "sending"]);
    const back = message("IM5", 10, {
      direction: "inbound",
      clientId: own,
      content: { kind: "text", text: "hello" },
    });
    const acknowledged = reduce(pending, { type: "acknowledged", id: own, sid: "IM5" });
    for (const chat of [pending, acknowledged]) {
      const chat2 = reduce(chat, heard(back));
      expect(chat2.entries.map((entry) => [entry.key, entry.sid, entry.sending])).toEqual([
        ["a", "a", "sent"],
        [own, "IM5", "sent"],
      ]);
    }
  });
  test("that are edited or deleted are what they are now", () => {
    const one = message("a", 1, { direction: "inbound", clientId: id(1) });
    const chat = after(
      heard(one),
      heard({ ...one, status: "read" }),
      heard({ ...one, content: { kind: "text", text: "new" } }),
    );
    expect(chat.entries[0]).toMatchObject({ content: { text: "new" } });
    expect(reduce(chat, heard({ ...one, deleted: true })).entries[0]).toMatchObject({ deleted: true });
  });
  test("nothing new is no change", () => {
    const chat = after(heard(message("a", 1)));
    expect(reduce(chat, heard(message("a", 1)))).toBe(chat);
  });
  test("that were refused can be sent again or dropped", () => {
    const own = id(5);
    const said: Event = { type: "said", id: own, said: { kind: "text", text: "x" } };
    const refused = after(said, { type: "refused", id: own });
    expect(refused.entries[0]?.sending).toBe("failed");
    expect(reduce(refused, said).entries.map((entry) => entry.sending)).toEqual(["sending"]);
    expect(reduce(refused, { type: "dropped", id: own }).entries).toEqual([]);
  });
  test("the last position is of what the center has", () => {
    const chat = after(heard(message("a", 1)), {
      type: "said",
      id: id(9),
      said: { kind: "text", text: "x" },
    });
    expect(lastSeq(chat)).toBe(seq(1));
    expect(lastSeq(EMPTY)).toBe(0);
  });
  test("of ours are unread until they are seen", () => {
    const chat = after(heard(message("a", 1), message("b", 2), message("c", 3, { direction: "inbound" })));
    expect(unread(chat)).toBe(2);
    expect(unread(reduce(chat, { type: "seen", seq: seq(1) }))).toBe(1);
    expect(unread(reduce(chat, { type: "seen", seq: seq(3) }))).toBe(0);
  });
});

test("what an agent has read stays read, with all before it", () => {
  const said = (ms: number): Event => ({ type: "said", id: id(ms), said: { kind: "text", text: "x" } });
  const chat = after(said(1), said(2), said(3), { type: "read", id: id(2) });
  expect(chat.entries.map((entry) => entry.seq <= chat.readSeq)).toEqual([true, true, false]);
  expect(reduce(chat, { type: "read", id: id(1) })).toBe(chat);
  expect(reduce(chat, { type: "read", id: "another tab's" })).toBe(chat);
});

test("answers can be pressed until something is said", () => {
  const asked = message("q", 1, {
    content: { kind: "choices", text: "?", options: [{ data: "y", text: "Yes" }] },
  });
  const chat = after(heard(asked));
  expect(openChoices(chat)).toBe("q");
  expect(
    openChoices(reduce(chat, { type: "said", id: id(2), said: { kind: "choice", data: "y", text: "Yes" } })),
  ).toBeUndefined();
  expect(openChoices(reduce(chat, heard(message("later", 3))))).toBeUndefined();
});

describe("the conversation", () => {
  const standing = (state: "flow" | "waiting" | "with_agent" | "closed", ...agents: string[]): Event => ({
    type: "standing",
    standing: { state, agents },
    now: NOW,
  });
  const lines = (chat: Chat) => chat.lines.map(({ line, name }) => `${line} ${name}`.trim());
  test("tells who comes and goes, but not who was there before", () => {
    expect(lines(after(standing("with_agent", "Ann")))).toEqual([]);
    const chat = after(
      standing("flow"),
      standing("waiting"),
      standing("with_agent", "Ann"),
      standing("with_agent", "Ann", "Bo"),
    );
    expect(lines(chat)).toEqual(["joined Ann", "joined Bo"]);
    const moved = reduce(chat, standing("waiting"));
    expect(lines(moved)).toEqual(["joined Ann", "joined Bo", "left Ann", "left Bo"]);
  });
  test("is rated once, when an agent was on it", () => {
    expect(after(standing("flow"), standing("closed")).toRate).toBe(false);
    const ended = after(standing("with_agent", "Ann"), standing("closed"));
    expect([ended.toRate, lines(ended)]).toEqual([true, ["ended"]]);
    expect(reduce(ended, standing("closed"))).toBe(ended);
    expect(reduce(ended, { type: "rated" }).toRate).toBe(false);
    expect(reduce(ended, standing("flow")).toRate).toBe(false);
  });
  test("begins again when the visitor writes", () => {
    const chat = after(standing("closed"), { type: "said", id: id(1), said: { kind: "text", text: "x" } });
    expect(chat.standing.state).toBe("flow");
  });
  test("typing passes, and ends with the message", () => {
    const chat = after({ type: "typing", on: true, now: NOW });
    expect(chat.typingUntil).toBe(NOW + 6_000);
    expect(reduce(chat, { type: "typing", on: false, now: NOW }).typingUntil).toBe(0);
    expect(reduce(chat, heard(message("a", 1))).typingUntil).toBe(0);
    expect(reduce(chat, heard(message("a", 1, { direction: "inbound" }))).typingUntil).toBe(NOW + 6_000);
  });
  test("its lines stand among the messages", () => {
    const chat = after(
      heard(message("a", -5)),
      standing("flow"),
      standing("with_agent", "Ann"),
      heard(message("b", 5)),
    );
    expect(timeline(chat).map((item) => ("line" in item ? item.name : item.key))).toEqual(["a", "Ann", "b"]);
  });
});

test("a transcript is everything in plain text", () => {
  const messages = [
    message("a", 0, { direction: "inbound", content: { kind: "text", text: "<b>hi</b>" } }),
    message("b", 60_000, {
      authorName: "Ann",
      content: {
        kind: "media",
        text: "see",
        attachments: [{ url: "https://m.example/1", content_type: "image/png", file_name: "a.png" }],
      },
    }),
    message("c", 120_000, { deleted: true }),
  ];
  const lines = transcript(messages, en, "en").split("\n");
  expect(lines.map((line) => line.replace(/^\[.*?\] /, ""))).toEqual([
    "You: <b>hi</b>",
    "Ann: see a.png",
    "Support: Message deleted",
    "",
  ]);
});

test("a message is settled when the history tells it, with its files where browsers can fetch them", () => {
  const id = "01a22d3d-7136-7e28-b11d-9ffa927be796";
  const attachment = { url: "blob:upload/1", content_type: "image/png" };
  const said = reduce(EMPTY, { type: "said", id, said: { kind: "media", attachments: [attachment] } });
  expect(isSettled(said, id)).toBe(false);
  const heard = (url: string) => {
    const content = { kind: "media" as const, attachments: [{ ...attachment, url }] };
    const message = {
      sid: "IM1",
      seq: 9,
      direction: "inbound" as const,
      clientId: id,
      content,
      deleted: false,
    };
    return isSettled(reduce(said, { type: "heard", messages: [message] }), id);
  };
  expect([heard("blob:media/1"), heard("https://center.example/1")]).toEqual([false, true]);
});
