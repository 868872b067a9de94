import { describe, expect, test } from "vitest";
import type { Frame, Place } from "../protocol/frames.ts";
import type { Scheduled } from "../protocol/generated.ts";
import { recorded } from "../protocol/recorded.ts";
import { call, contact, conversation, frame, message, reservation, worker } from "../testing/build.ts";
import { isCallback, ownPart } from "./calls.ts";
import { type DeskEvent, reduce } from "./reduce.ts";
import { type DeskState, EMPTY, type Sending, scheduledOf } from "./state.ts";
import { parseAttributes } from "./tasks.ts";

const NOW = 1_795_359_905_000;

function after(state: DeskState, ...events: (DeskEvent | Frame)[]): DeskState {
  return events.reduce<DeskState>(
    (state, event) =>
      reduce(state, "event_type" in event ? { type: "frame", frame: event, now: NOW } : event),
    state,
  );
}

const OFFERED = after(EMPTY, frame("init"), frame("reservation.created"));
const offer = reservation();
const sid = conversation().sid;
const contactSid = contact().sid;

describe("frames as the center makes them", () => {
  test("all of them are taken, in any number", () => {
    const once = after(EMPTY, ...(recorded as Frame[]));
    const twice = after(once, ...(recorded as Frame[]));
    expect(once.worker?.friendly_name).toBe("Ann");
    expect(Object.keys(once.reservations)).toEqual([offer.sid]);
    expect(once.contacts[contactSid]?.name).toBe("Zoë");
    expect(twice).toEqual(once);
  });

  test("an offer that is over goes away, and its task is no longer chosen", () => {
    const chosen = after(OFFERED, { type: "select", reservation_sid: offer.sid });
    for (const status of ["rejected", "timeout", "canceled", "rescinded", "completed"] as const) {
      const over: Frame = {
        event_type: `reservation.${status}`,
        payload: reservation({ reservation_status: status, version: "4" }),
      };
      const state = after(chosen, over);
      expect([state.reservations, state.selected]).toEqual([{}, null]);
    }
  });

  test("who is asked into a conversation, comes and leaves is known from the newest frame of it", () => {
    const asked = { task_sid: "WT9", by: offer.worker_sid, to: "WK9", name: "Bob" };
    const news = (version: number, change: Partial<ReturnType<typeof conversation>>): Frame => ({
      event_type: "conversation.updated",
      payload: conversation({ version, ...change }),
    });
    const invited = news(101, { invited: [asked] });
    const came = news(102, { workers: ["WK9"], invited: [{ ...asked, worker_sid: "WK9" }] });
    const known = (...frames: Frame[]) => after(OFFERED, ...frames).conversations[sid]?.invited;
    expect(known(invited)).toEqual([asked]);
    expect(known(came, invited)).toEqual([{ ...asked, worker_sid: "WK9" }]);
    expect(known(came, news(103, { invited: [] }))).toEqual([]);
  });

  test("the task of an invitation that the agent made is not theirs", () => {
    const { task } = reservation();
    const answer = { id: "1", task: { ...task, sid: "WT9" } };
    expect(after(OFFERED, { type: "answered", answer }).reservations).toEqual(OFFERED.reservations);
  });

  test("an older reservation, worker or conversation changes nothing", () => {
    const late: Frame = {
      event_type: "reservation.accepted",
      payload: reservation({ reservation_status: "accepted", version: "2" }),
    };
    expect(after(OFFERED, late)).toEqual(OFFERED);
    const away: Frame = {
      event_type: "worker.activity.update",
      payload: worker({ activity_name: "Break", version: "9" }),
    };
    expect(after(OFFERED, away).worker?.activity_name).toBe("Ready");
    const known = after(OFFERED, frame("conversation.updated"));
    const old: Frame = {
      event_type: "conversation.updated",
      payload: conversation({ state: "flow", version: 1 }),
    };
    expect(after(known, old)).toEqual(known);
  });

  test("somebody types until they write or have been silent", () => {
    const typing = after(OFFERED, frame("typing"));
    expect(typing.typing[sid]?.until).toBeGreaterThan(NOW);
    expect(after(typing, frame("message.created")).typing).toEqual({});
  });

  test("another window of the agent has read, a colleague's does not count", () => {
    const read = frame("conversation.read");
    const mine = { ...read, payload: { ...read.payload, worker_sid: worker().sid } };
    expect(after(OFFERED, mine).read[sid]).toBe(read.payload.seq);
    const others = { ...read, payload: { ...read.payload, worker_sid: "WK00" } };
    expect(after(OFFERED, others).read).toEqual({});
  });
});

describe("sync", () => {
  const synced = (change: Partial<Extract<DeskEvent, { type: "synced" }>>): DeskEvent => ({
    type: "synced",
    answer: { reservations: [], conversations: [], messages: [] },
    held: [],
    cursors: {},
    heard: [],
    now: NOW,
    ...change,
  });

  test("what the desk had and the answer lacks is over", () => {
    expect(after(OFFERED, synced({ held: [offer.sid] })).reservations).toEqual({});
  });

  test("an offer that overtook the answer stays", () => {
    const state = after(OFFERED, synced({ held: [], heard: [frame("reservation.created")] }));
    expect(Object.keys(state.reservations)).toEqual([offer.sid]);
  });

  test("what was completed meanwhile does not come back", () => {
    const completed: Frame = {
      event_type: "reservation.completed",
      payload: reservation({ reservation_status: "completed", version: "5" }),
    };
    const answer = { reservations: [offer], conversations: [], messages: [] };
    expect(after(OFFERED, synced({ answer, held: [offer.sid], heard: [completed] })).reservations).toEqual(
      {},
    );
  });

  test("a gap is noted where the answer begins later than what was known, and history closes it", () => {
    const entry = { ...conversation(), contact: contact(), more: true };
    const [known, later, between] = [10, 30, 20].map((seq) => message({ seq, sid: `IM${seq}` }));
    if (!known || !later || !between) throw new Error("unreachable");
    const before = after(OFFERED, { type: "history", conversation_sid: sid, messages: [known], more: false });
    const answer = { reservations: [offer], conversations: [entry], messages: [later] };
    const gap = after(before, synced({ answer, held: [offer.sid], cursors: { [sid]: 10 } }));
    expect(gap.gaps[contactSid]).toEqual({ conversation_sid: sid, after: 10, before: 30 });
    const half = after(gap, { type: "history", conversation_sid: sid, messages: [between], more: true });
    expect(half.gaps[contactSid]?.before).toBe(20);
    const whole = after(half, {
      type: "history",
      conversation_sid: sid,
      messages: [known, between],
      more: true,
    });
    expect(whole.gaps).toEqual({});
    expect(whole.messages[contactSid]?.map(({ seq }) => seq)).toEqual([10, 20, 30]);
    const touching = synced({ answer: { ...answer, messages: [known, later] }, cursors: { [sid]: 10 } });
    expect(after(before, touching).gaps).toEqual({});
  });
});

describe("what the agent says", () => {
  const sending: Sending = {
    id: "one",
    conversation_sid: sid,
    text: "Good morning",
    media: [],
    template: null,
    choices: [],
    reply_to: null,
    to: null,
    written_at: NOW,
    phase: "held",
    failure: null,
  };
  const ready = after(OFFERED, frame("conversation.updated"), { type: "send", sending });

  test("it is held, sent, and then a message like any other", () => {
    const released = after(ready, { type: "send", sending: { ...sending, phase: "sending" } });
    expect(released.sending[0]?.phase).toBe("sending");
    const sent = after(released, {
      type: "sent",
      id: "one",
      answer: { id: "one", message_sid: "IM1", seq: 5 },
    });
    expect(sent.sending).toEqual([]);
    const [said] = sent.messages[contactSid] ?? [];
    expect([said?.sid, said?.status, said?.channel]).toEqual(["IM1", "queued", "sms"]);
    const delivered = after(sent, {
      event_type: "message.updated",
      payload: message({ sid: "IM1", seq: 5, status: "delivered" }),
    });
    expect(delivered.messages[contactSid]).toHaveLength(1);
  });

  test("a refusal keeps it, with the reason; taking it back takes it away", () => {
    const failure = { id: "one", code: "refused", message: "opted_out" } as const;
    const refused = after(ready, { type: "not_sent", id: "one", failure });
    expect(refused.sending[0]).toMatchObject({ phase: "failed", failure, text: "Good morning" });
    expect(after(refused, { type: "taken_back", id: "one" }).sending).toEqual([]);
  });

  test("a receipt may come before the answer", () => {
    const early = after(ready, {
      event_type: "message.updated",
      payload: message({ sid: "IM1", seq: 5, status: "delivered" }),
    });
    const sent = after(early, { type: "sent", id: "one", answer: { id: "one", message_sid: "IM1", seq: 5 } });
    expect(sent.messages[contactSid]?.map(({ status }) => status)).toEqual(["delivered"]);
  });
});

test("the answers of actions move the reservation on", () => {
  const answer = (
    assignment_status: "assigned" | "wrapping" | "completed" | "pending",
    version: string,
  ): DeskEvent => ({
    type: "answered",
    answer: { id: "1", task: { ...offer.task, assignment_status, version } },
  });
  const accepted = after(OFFERED, answer("assigned", "4"));
  expect(accepted.reservations[offer.sid]?.reservation_status).toBe("accepted");
  expect(after(accepted, answer("wrapping", "5")).reservations[offer.sid]?.reservation_status).toBe(
    "wrapping",
  );
  expect(after(accepted, answer("completed", "6")).reservations).toEqual({});
  expect(after(OFFERED, answer("pending", "4")).reservations).toEqual({});
});

test("an offer says what it has become: the caller is to be called back, or waits on the line again", () => {
  const offered = (version: string, attributes: object): Frame => ({
    event_type: "reservation.created",
    payload: reservation({ version, task: { ...offer.task, attributes: JSON.stringify(attributes) } }),
  });
  const callback = (state: DeskState) =>
    isCallback(parseAttributes(state.reservations[offer.sid]?.task.attributes ?? ""));
  const waits = after(EMPTY, frame("init"), offered("3", { call_sid: "CA1" }));
  expect(callback(waits)).toBe(false);
  const kept = after(waits, offered("4", { call_sid: "OC1", callback: true }));
  expect(callback(kept)).toBe(true);
  // What is late changes nothing.
  expect(after(kept, offered("3", { call_sid: "CA1" }))).toEqual(kept);
  expect(callback(after(kept, offered("5", { call_sid: "CA2" })))).toBe(false);
});

describe("calls", () => {
  const updated = (change: Parameters<typeof call>[0]): Frame => ({
    event_type: "call.updated",
    payload: call(change),
  });
  const called = after(OFFERED, updated({ version: 7 }));

  test("the higher version is later, whichever way it came", () => {
    const { call_sid } = call();
    const check = (event: DeskEvent | Frame, muted: boolean) =>
      expect(after(called, event).calls[call_sid]?.participants[0]?.muted).toBe(muted);
    const customer = (muted: boolean) => call().participants.map((one) => ({ ...one, muted }));
    check(updated({ version: 6, participants: customer(true) }), false);
    check(updated({ version: 8, participants: customer(true) }), true);
    const later = call({ version: 9, participants: customer(true) });
    check({ type: "answered", answer: { id: "1", call: later } }, true);
    check({ type: "answered", answer: { id: "1", calls: [later] } }, true);
    check({ event_type: "sync", payload: { calls: [later] } }, true);
  });

  test("what a sync does not know any more is over; what it tells nothing of because nothing is held stays", () => {
    const synced = (held: string[], calls: ReturnType<typeof call>[]): DeskEvent => ({
      type: "synced",
      answer: { reservations: [offer], calls },
      held,
      cursors: {},
      heard: [],
      now: NOW,
    });
    expect(Object.keys(after(called, synced([offer.sid], [])).calls)).toEqual([]);
    expect(Object.keys(after(called, synced([offer.sid], [call({ version: 7 })])).calls)).toHaveLength(1);
    expect(Object.keys(after(called, synced([], [])).calls)).toHaveLength(1);
  });

  test("a call that is watched is there after a loss, in a page that is opened anew, and gone when it is over", () => {
    const watched = frame("call.updated").payload;
    const her = watched.participants.find(({ kind }) => kind === "supervisor")?.worker_sid ?? "";
    const desk = (calls: (typeof watched)[]): Frame => {
      const init = frame("init");
      return { ...init, payload: { ...init.payload, worker: worker({ sid: her }), calls } };
    };
    const synced = (calls: (typeof watched)[], heard: Frame[] = []): DeskEvent => ({
      type: "synced",
      answer: { reservations: [], calls },
      held: [],
      cursors: {},
      heard,
      now: NOW,
    });
    const shown = (state: DeskState) => {
      const [call] = Object.values(state.calls);
      return call ? ownPart(call, her)?.mode : null;
    };
    const opened = after(EMPTY, desk([watched]));
    expect(shown(opened)).toBe("listen");
    expect(shown(after(opened, synced([watched])))).toBe("listen");
    expect(shown(after(opened, synced([])))).toBe(null);
    // She has come into it while the answer was under way.
    expect(shown(after(opened, synced([], [frame("call.updated")])))).toBe("listen");
  });

  test("a call that has ended is forgotten with its task, one that goes on is not", () => {
    const done: Frame = {
      event_type: "reservation.completed",
      payload: reservation({ reservation_status: "completed", version: "9" }),
    };
    const ended = after(called, updated({ version: 8, state: "ended", participants: [] }));
    expect(Object.keys(ended.calls)).toHaveLength(1);
    expect(Object.keys(after(ended, done).calls)).toEqual([]);
    expect(Object.keys(after(called, done).calls)).toHaveLength(1);
  });
});

describe("what is to be said later", () => {
  const scheduled = (change: Partial<Scheduled> = {}) =>
    ({ ...frame("message.scheduled").payload, ...change }) as Scheduled & Place;
  const said = (change: Partial<Scheduled>): Frame => ({
    event_type: "message.scheduled",
    payload: scheduled(change),
  });
  const texts = (state: DeskState) =>
    scheduledOf(state, contactSid).map((one) => (one.kind === "text" ? one.text : ""));

  test("is listed by its time, changed by a newer version, and gone when it is over", () => {
    const first = said({ sid: "IM1", send_at: 2_000, version: 1 });
    const sooner = said({ sid: "IM2", send_at: 1_000, version: 1, text: "sooner" } as Partial<Scheduled>);
    const listed = after(EMPTY, first, sooner);
    expect(texts(listed)).toEqual(["sooner", "Did it arrive?"]);
    const old = said({ sid: "IM2", version: 1, send_at: 9_000 });
    expect(after(listed, old)).toEqual(listed);
    const moved = after(listed, said({ sid: "IM2", version: 2, send_at: 3_000 }));
    expect(texts(moved)[0]).toBe("Did it arrive?");
    for (const state of ["sent", "canceled", "refused"] as const) {
      const over = after(listed, said({ sid: "IM2", version: 2, state }));
      expect(texts(over)).toEqual(["Did it arrive?"]);
      expect(over.refused?.sid).toBe(state === "refused" ? "IM2" : undefined);
    }
  });

  test("an answer has one of them, a snapshot all", () => {
    const one = after(EMPTY, { type: "answered", answer: { id: null, scheduled: scheduled() } });
    expect(texts(one)).toEqual(["Did it arrive?"]);
    const none: Frame = {
      event_type: "sync",
      payload: { conversations: [{ ...conversation(), contact: contact(), scheduled: [], more: false }] },
    };
    expect(texts(after(one, none))).toEqual([]);
  });

  test("of a contact who was merged into another it is listed with the other", () => {
    const merged = contact({ sid: "CTother", merged: [contactSid] });
    const state = after(EMPTY, { type: "contact", contact: merged }, said({}));
    expect(scheduledOf(state, "CTother")).toHaveLength(1);
  });
});
