import { describe, expect, test } from "vitest";
import type { CallEntry } from "../protocol/frames.ts";
import { call, part, reservation, worker } from "../testing/build.ts";
import {
  type CallStanding,
  callOf,
  callStanding,
  dialled,
  goesOnWithout,
  isCall,
  isCallback,
  ownPart,
  placed,
} from "./calls.ts";

const me = worker().sid;
const customer = part({ participant: "customer", kind: "customer" });
const own = part({ worker_sid: me });

describe("how a call stands", () => {
  const check = (change: Partial<CallEntry>, expect_: CallStanding, lost = false) =>
    expect(callStanding(call(change), me, lost)).toBe(expect_);

  test("for the agent who has it", () => {
    check({ participants: [customer, own] }, "connected");
    check({ participants: [customer, { ...own, state: "ringing" }], state: "ringing" }, "ringing");
    check({ participants: [customer], state: "waiting" }, "waiting");
    check({ participants: [{ ...customer, on_hold: true }, own] }, "on_hold");
    check({ participants: [customer, { ...own, on_hold: true }] }, "held");
    check({ participants: [{ ...customer, state: "ringing" }, own] }, "calling");
    check({ participants: [customer, own] }, "reconnecting", true);
    check({ participants: [], state: "ended" }, "ended", true);
  });

  test("for somebody who is not in it yet", () => {
    const other = part({ worker_sid: "WK00000000000000000000000000000009" });
    check({ participants: [customer, other] }, "connected");
    check({ participants: [customer, other], state: "ringing" }, "ringing");
  });
});

test("a call is its task's, or that of the conversation to which somebody was invited", () => {
  const known = call();
  const calls = { [known.call_sid]: known };
  const { task } = reservation();
  expect(callOf(calls, task)).toBe(known);
  const invitation = { sid: "WT00000000000000000000000000000009", conversation_sid: known.conversation_sid };
  expect(callOf(calls, invitation)).toBe(known);
  const elsewhere = { ...invitation, conversation_sid: "CH00000000000000000000000000000009" };
  expect(callOf(calls, elsewhere)).toBe(null);
  expect(callOf({}, task)).toBe(null);
});

test("a call within a conversation that the agent has is there, too", () => {
  const sid = "CH00000000000000000000000000000009";
  const within = { call_sid: "OC1", conversationSid: sid };
  const check = (conversation_sid: string | null, attributes: unknown, expect_: string | null) => {
    const task = { ...reservation().task, conversation_sid, attributes: JSON.stringify(attributes) };
    expect(placed(task).conversation_sid).toBe(expect_);
  };
  check(null, within, sid);
  check("CH1", within, "CH1");
  check(null, { conversationSid: sid }, null);
  check(null, { call_sid: "OC1" }, null);
  check(null, { ...within, conversationSid: 1 }, null);
});

test("whether others go on talking when the agent leaves", () => {
  const check = (participants: CallEntry["participants"], goesOn: boolean) =>
    expect(goesOnWithout(call({ participants }), me)).toBe(goesOn);
  const number = part({ participant: "n1", kind: "number" });
  check([customer, own], false);
  check([customer, own, number], true);
  check([customer, own, { ...number, state: "ringing" }], false);
  check([customer, own, part({ participant: "c1", kind: "colleague", worker_sid: "WK1" })], true);
  check([customer, own, part({ participant: "s1", kind: "supervisor", worker_sid: "WK1" })], false);
  check([customer, part({ kind: "colleague", worker_sid: me })], false);
});

test("nobody without a name of their own is the agent", () => {
  expect(ownPart(call({ participants: [customer] }), undefined)).toBe(null);
  expect(ownPart(call(), me)?.kind).toBe("agent");
});

test("a number is what the center takes for one", () => {
  const check = (text: string, number: string | null) => expect(dialled(text)).toBe(number);
  check("+1 (500) 555-0006", "+15005550006");
  check(" 0081.3.1234.5678 ", "+81312345678");
  check("sip:ann@shop.example", "sip:ann@shop.example");
  check("+12345", "+12345");
  check("+1234", null);
  check("+1234567890123456", null);
  check("5005550006", null);
  check("Ann", null);
  check("sip:ann", null);
  check("", null);
});

test("what a task's attributes tell of calls", () => {
  expect(isCall({ attributes: '{"call_sid":"CA1"}' })).toBe(true);
  expect(isCall({ attributes: "{}" })).toBe(false);
  expect(isCallback({ callback: true })).toBe(true);
  expect(isCallback({ callback: "no" })).toBe(false);
});
