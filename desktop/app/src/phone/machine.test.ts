import { expect, test } from "vitest";
import { isTalking, NO_PHONE, type PhoneEvent, type PhoneState, step } from "./machine.ts";

/** What a telephone is after these events, and what was to be done at the last of them. */
function after(...events: PhoneEvent[]): [PhoneState, string[]] {
  let state = NO_PHONE;
  let done: string[] = [];
  for (const event of events) {
    const [next, effects] = step(state, event);
    state = next;
    done = effects.map(({ do: name, ...with_ }) => [name, ...Object.values(with_)].join(" "));
  }
  return [state, done];
}

const REGISTERED: PhoneEvent[] = [
  { type: "started" },
  { type: "token", allowed: true },
  { type: "registered" },
];
const RINGING: PhoneEvent[] = [...REGISTERED, { type: "incoming", from: "+15005550001", expected: false }];
const TALKING: PhoneEvent[] = [...RINGING, { type: "take" }, { type: "connected" }];

function check(events: PhoneEvent[], at: string, call: string | null, done: string[]): PhoneState {
  const [state, effects] = after(...events);
  expect([state.line.at, state.call?.phase ?? null, effects]).toEqual([at, call, done]);
  return state;
}

test("a page that may listen registers at once; another waits to be taken up", () => {
  check([{ type: "started" }], "none", null, ["ask_token"]);
  check(REGISTERED.slice(0, 2), "registering", null, ["open"]);
  check(REGISTERED, "ready", null, []);
  const given: PhoneEvent[] = [{ type: "started" }, { type: "token", allowed: false }];
  check(given, "unregistered", null, []);
  check([...given, { type: "take_up" }], "registering", null, ["ask_microphone"]);
  const asked: PhoneEvent[] = [...given, { type: "take_up" }, { type: "microphone", allowed: true }];
  // The first token may have lapsed by now.
  check(asked, "registering", null, ["ask_token"]);
  check([...asked, { type: "token", allowed: true }], "registering", null, ["open"]);
});

test("an agent who is called elsewhere has none, and a center that is away is asked again", () => {
  check([{ type: "started" }, { type: "no_phone" }], "none", null, []);
  check([{ type: "started" }, { type: "no_token", message: "away" }], "none", null, ["ask_token_later"]);
  check([...REGISTERED, { type: "no_phone" }], "none", null, ["silence", "close"]);
});

test("without a microphone it says why, and is taken up again", () => {
  for (const why of ["microphone_denied", "no_microphone"] as const) {
    const refused: PhoneEvent[] = [
      { type: "token", allowed: false },
      { type: "take_up" },
      { type: "microphone", allowed: false, why },
    ];
    const { line } = check(refused, "failed", null, ["silence", "close"]);
    expect(line).toMatchObject({ why });
    check([...refused, { type: "take_up" }], "registering", null, ["ask_microphone"]);
  }
});

test("what rings is taken or declined, and what this desk asked for is taken at once", () => {
  check(RINGING, "ready", "ringing", ["ring"]);
  check([...RINGING, { type: "take" }], "ready", "taking", ["silence", "take"]);
  check([...RINGING, { type: "hang_up" }], "ready", null, ["silence", "decline"]);
  check([...RINGING, { type: "over" }], "ready", null, ["silence"]);
  const expected: PhoneEvent = { type: "incoming", from: null, expected: true };
  check([...REGISTERED, expected], "ready", "taking", ["take"]);
  // A line takes one call.
  check([...RINGING, expected], "ready", "ringing", []);
  check([{ type: "started" }, expected], "none", null, []);
});

test("a call goes on, is muted, has keys, and ends", () => {
  check(TALKING, "ready", "talking", []);
  expect(check([...TALKING, { type: "mute", on: true }], "ready", "talking", ["mute true"]).call?.muted).toBe(
    true,
  );
  check([...TALKING, { type: "mute", on: false }], "ready", "talking", []);
  check([...TALKING, { type: "press", digits: "12#" }], "ready", "talking", ["press 12#"]);
  check([...RINGING, { type: "press", digits: "1" }], "ready", "ringing", []);
  check([...TALKING, { type: "hang_up" }], "ready", null, ["hang_up"]);
  check([...TALKING, { type: "over" }], "ready", null, ["silence"]);
  check([...REGISTERED, { type: "mute", on: true }], "ready", null, []);
});

test("a lost connection comes back, of the line and of the sound", () => {
  check([...REGISTERED, { type: "lost" }], "reconnecting", null, []);
  check([...REGISTERED, { type: "lost" }, { type: "registered" }], "ready", null, []);
  const silent = check([...TALKING, { type: "call_lost" }], "ready", "reconnecting", []);
  expect(isTalking(silent)).toBe(true);
  check([...TALKING, { type: "call_lost" }, { type: "call_back" }], "ready", "talking", []);
  // The sound may go on while the signalling is away.
  check([...TALKING, { type: "lost" }], "reconnecting", "talking", []);
});

test("a token is renewed before it lapses, anew when it has, and given up when the new one is not believed", () => {
  check([...TALKING, { type: "token_ends" }], "ready", "talking", ["ask_token"]);
  check([...TALKING, { type: "token_ends" }, { type: "token", allowed: true }], "ready", "talking", [
    "renew",
  ]);
  check([...REGISTERED, { type: "token_ends" }, { type: "no_token", message: "away" }], "ready", null, [
    "ask_token_later",
  ]);
  const ended: PhoneEvent[] = [...REGISTERED, { type: "token_ended" }];
  check(ended, "registering", null, ["close", "ask_token"]);
  check([...ended, { type: "token", allowed: true }], "registering", null, ["open"]);
  const { line } = check([...ended, { type: "token_ended" }], "failed", null, ["silence", "close"]);
  expect(line).toMatchObject({ why: "token_refused" });
  check([...ended, { type: "token", allowed: true }, { type: "registered" }], "ready", null, []);
});

test("put down it is called by nobody", () => {
  check([...REGISTERED, { type: "put_down" }], "unregistered", null, ["silence", "close"]);
  check([...REGISTERED, { type: "put_down" }, { type: "registered" }], "unregistered", null, []);
  check([{ type: "put_down" }], "none", null, []);
});

test("what is broken is said, and late news of it changes nothing", () => {
  const broken: PhoneEvent[] = [...TALKING, { type: "problem", why: "unsupported", message: "no WebRTC" }];
  const { line } = check(broken, "failed", null, ["silence", "close"]);
  expect(line).toMatchObject({ message: "no WebRTC" });
  check([...broken, { type: "over" }, { type: "lost" }, { type: "token_ends" }], "failed", null, []);
});
