import { describe, expect, test } from "vitest";
import { contact, conversation, message, reservation } from "../testing/build.ts";
import { type DeskState, EMPTY } from "./state.ts";
import { facts, heldTasks, offers, parseAttributes, sla, taskItem, whatWaits } from "./tasks.ts";

const accepted = reservation({ reservation_status: "accepted" });
const sid = conversation().sid;
const began = accepted.task.date_created * 1000;

function desk(messages: ReturnType<typeof message>[], change: Partial<DeskState> = {}): DeskState {
  return {
    ...EMPTY,
    reservations: { [accepted.sid]: accepted },
    conversations: { [sid]: conversation() },
    contacts: { [contact().sid]: contact() },
    messages: { [contact().sid]: messages },
    ...change,
  };
}

const inbound = (seq: number, at: number) => message({ seq, sid: `IM${seq}`, created_at: at });
const outbound = (seq: number, at: number) =>
  message({
    seq,
    sid: `IM${seq}`,
    created_at: at,
    direction: "outbound",
    author: { type: "agent", worker_sid: "WK1", name: "Ann" },
  });

describe("a task in the list", () => {
  test("its name is the contact's, else what the flow said", () => {
    expect(taskItem(desk([]), accepted).name).toBe("Zoë");
    expect(taskItem({ ...EMPTY }, accepted).name).toBe("Zoë");
    const nameless = { ...accepted, task: { ...accepted.task, attributes: "{}" } };
    expect(taskItem({ ...EMPTY }, nameless).name).toBeNull();
  });

  test("its channel is the conversation's, and a call is one whatever is written beside it", () => {
    expect(taskItem(desk([]), accepted).channel).toBe("sms");
    const call = { ...accepted, task: { ...accepted.task, attributes: '{"call_sid":"CA1"}' } };
    expect(taskItem(desk([]), call).channel).toBe("voice");
  });

  test("unread is what the customer said after what was seen", () => {
    const messages = [inbound(1, began), inbound(2, began), outbound(3, began)];
    expect(taskItem(desk(messages), accepted).unread).toBe(2);
    expect(taskItem(desk(messages, { read: { [sid]: 1 } }), accepted).unread).toBe(1);
    const earlier = message({ seq: 4, sid: "IM4", conversation_sid: "CHother" });
    expect(taskItem(desk([...messages, earlier], { read: { [sid]: 2 } }), accepted).unread).toBe(0);
  });

  test("of what waits, what was said in a conversation counts once, and an offer by itself", () => {
    const call = reservation({ sid: "WR2", reservation_status: "accepted" });
    const offer = reservation({ sid: "WR3", reservation_status: "pending" });
    const reservations = { [accepted.sid]: accepted, WR2: call, WR3: offer };
    expect(whatWaits(desk([inbound(1, began), inbound(2, began)], { reservations }))).toBe(3);
    expect(whatWaits(EMPTY)).toBe(0);
  });

  test("the customer waits from the task on, and after an answer from their next words on", () => {
    const waits = (messages: ReturnType<typeof message>[]) =>
      taskItem(desk(messages), accepted).waiting_since;
    expect(waits([])).toBe(began);
    expect(waits([inbound(1, began - 5_000)])).toBe(began);
    expect(waits([inbound(1, began), outbound(2, began + 10_000)])).toBeNull();
    expect(waits([outbound(1, began), inbound(2, began + 20_000), inbound(3, began + 30_000)])).toBe(
      began + 20_000,
    );
  });

  test("nobody waits for whoever wraps up", () => {
    const wrapping = { ...accepted, reservation_status: "wrapping" as const };
    expect(taskItem(desk([inbound(1, began)]), wrapping).waiting_since).toBeNull();
  });
});

test("offers and held tasks are apart, oldest first", () => {
  const second = reservation({ sid: "WR2", date_created: accepted.date_created + 1 });
  const first = reservation({ sid: "WR1", date_created: accepted.date_created - 1 });
  const state = {
    ...EMPTY,
    reservations: { [second.sid]: second, [first.sid]: first, [accepted.sid]: accepted },
  };
  expect(offers(state).map(({ sid }) => sid)).toEqual(["WR1", "WR2"]);
  expect(heldTasks(state)).toEqual([accepted]);
});

test.each([
  [0, "good"],
  [59.9, "good"],
  [60, "late"],
  [119.9, "late"],
  [120, "broken"],
] as const)("after %s of 120 s a wait is %s", (waited, expected) => {
  expect(sla(waited, 120)).toBe(expected);
});

test("facts are what a person reads", () => {
  const attributes = {
    language: "en",
    vip: true,
    orders: 3,
    name: "Zoë",
    conversationSid: conversation().sid,
    contact: {},
    empty: "",
  };
  expect(facts(attributes)).toEqual([
    ["language", "en"],
    ["vip", "true"],
    ["orders", "3"],
  ]);
});

test.each(["", "[]", "null", "7", "{"])("%j is no attributes", (text) => {
  expect(parseAttributes(text)).toEqual({});
});
