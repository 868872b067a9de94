import { describe, expect, test } from "vitest";
import type { Call, Heard, Member } from "./api.ts";
import { heardAs, nameOf, phonesOf, standingOf, whereIs } from "./calls.ts";

const call = (change: Partial<Call>): Call => ({
  sid: "CA1",
  person: "+15550001",
  direction: "inbound",
  status: "in-progress",
  seat: "line",
  heard: [],
  heard_by: [],
  began_at: 0,
  ...change,
});

const member = (change: Partial<Member>): Member => ({
  call: "CA1",
  person: "+15550001",
  ringing: false,
  muted: false,
  on_hold: false,
  coaching: false,
  heard_by: [],
  ...change,
});

describe("phones", () => {
  test("are one's own, and those that ring or were hung up a moment ago", () => {
    const calls = [
      call({ sid: "1", status: "completed", ended_at: 0 }),
      call({ sid: "2" }),
      call({ sid: "3", person: "client:ann", direction: "outbound-api", status: "ringing" }),
      call({ sid: "4", person: "+15550007", status: "completed", ended_at: 50_000 }),
      call({ sid: "5", person: "+15550008", status: "completed", ended_at: 1_000 }),
    ];
    const shown = phonesOf(calls, "+15550001", 60_000).map(({ person, call }) => `${person} ${call?.sid}`);
    expect(shown).toEqual(["+15550001 2", "client:ann 3", "+15550007 4"]);
    expect(phonesOf([], "+15550001", 0)).toEqual([{ person: "+15550001", own: true, call: undefined }]);
  });
  test("show the call that goes on rather than one that is over", () => {
    const calls = [call({ sid: "1" }), call({ sid: "2", status: "busy", ended_at: 1 })];
    expect(phonesOf(calls, "+15550001", 2)[0]?.call?.sid).toBe("1");
  });
  test("are called as people would", () => {
    const check = (address: string, name: string) => expect(nameOf(address)).toBe(name);
    check("client:ann", "ann, softphone");
    check("sip:ann@example.com", "ann@example.com");
    check("+15550001", "+15550001");
  });
});

describe("where a call is", () => {
  const other = call({ sid: "CA2", person: "client:ann" });
  const check = (change: Partial<Call>, expected: string) =>
    expect(whereIs(call(change), [other])).toBe(expected);
  test("is said in words", () => {
    expect(whereIs(undefined, [])).toBe("No call");
    check({ status: "busy" }, "The line was busy");
    check({ status: "ringing" }, "Calling …");
    check({ status: "ringing", direction: "outbound-api" }, "It rings");
    check({ wants: "keys_or_words" }, "Asked for keys or words");
    check({ wants: "payment" }, "A payment has the call");
    check(
      { seat: "queue", name: "waiting-default", place: 2 },
      "Waits in the queue waiting-default, place 2",
    );
    check({ seat: "dial", others: ["CA2"], with: null }, "Calls ann, softphone");
    check({ seat: "dial", others: ["CA2"], with: "CA2" }, "Talks with ann, softphone");
    check({ seat: "dial", others: [], with: null }, "Waits for somebody in a queue");
    check({ heard_by: ["CA2"] }, "Talks");
  });
  test("in a conference depends on how they are in it", () => {
    const room = (self: Partial<Member>, change: Partial<Call> = {}) => ({
      seat: "room" as const,
      started: true,
      members: [member(self), member({ call: "CA2", person: "client:ann" })],
      ...change,
    });
    check(room({}), "In the conference");
    check(room({ on_hold: true }), "On hold");
    check(room({}, { started: false }), "Waits for the conference to begin");
    check(room({}, { members: [member({})] }), "Alone in the conference");
  });
});

test("who is heard by whom is said of everybody in a conference", () => {
  const ann = member({ call: "CA2", person: "client:ann" });
  const check = (change: Partial<Member>, expected: string) =>
    expect(standingOf(member(change), [ann])).toBe(expected);
  check({ heard_by: ["CA2"] }, "heard by ann, softphone");
  check({ muted: true }, "muted · heard by nobody");
  check({ on_hold: true }, "on hold · heard by nobody");
  check({ coaching: true, heard_by: ["CA2"] }, "coaches · heard by ann, softphone");
  check({ ringing: true }, "phone rings");
});

test("whatever is heard has words", () => {
  const check = (heard: Heard, sign: string, text: string) =>
    expect(heardAs(heard)).toMatchObject({ sign, text });
  check({ kind: "say", text: "Hello" }, "🤖", "Hello");
  check({ kind: "voice", from: "client:ann", text: "Hi" }, "ann, softphone", "Hi");
  check({ kind: "play", url: "https://a.example/hold%20music.mp3?x=1" }, "♪", "Music: hold music.mp3");
  check({ kind: "play", url: "https://a.example/%" }, "♪", "Music: %");
  check({ kind: "digits", digits: "12#" }, "⌨", "Keys: 12#");
  check({ kind: "pause", length_s: 2 }, "…", "2 s of silence");
  check({ kind: "beep" }, "●", "Beep");
  check({ kind: "beside", what: "virtual_agent", on: true }, "⇄", "virtual agent begins");
  check({ kind: "trouble", code: 11200, why: "No" }, "!", "No (11200)");
  check({ kind: "trouble", code: 0, why: "No" }, "!", "No");
});
