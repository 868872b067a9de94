import { describe, expect, test } from "vitest";
import type { Conversation, Invited, Reservation } from "../protocol/generated.ts";
import { conversation, reservation } from "../testing/build.ts";
import { companyOf, goesOnWithout, invitationOf, transferOf } from "./company.ts";

const OWN = reservation({ reservation_status: "accepted" });
const ME = OWN.worker_sid;
const ANN = "WK00000000000000000000000000000001";
const BOB = "WK00000000000000000000000000000002";

function invited(task_sid: string, worker_sid?: string): Invited {
  return { task_sid, by: ME, to: BOB, name: "Bob", ...(worker_sid ? { worker_sid } : {}) };
}

function company(change: Partial<Conversation>, own: Reservation = OWN) {
  return companyOf(conversation({ task_sid: OWN.task.sid, workers: [ME], invited: [], ...change }), own);
}

describe("the company of a conversation", () => {
  test("is nobody for its only agent", () => {
    expect(company({})).toEqual({ owns: true, visits: false, colleagues: [], asked: [] });
  });

  test("has who came and who was asked", () => {
    const here = invited("WT1", ANN);
    const asked = invited("WT2");
    expect(company({ workers: [ME, ANN], invited: [here, asked] })).toEqual({
      owns: true,
      visits: false,
      colleagues: [{ worker_sid: ANN, task_sid: "WT1" }],
      asked: [asked],
    });
  });

  test("is the owner's for who came by invitation", () => {
    const found = company({ task_sid: "WT0", workers: [ANN, ME], invited: [invited(OWN.task.sid, ME)] });
    expect(found).toEqual({
      owns: false,
      visits: true,
      colleagues: [{ worker_sid: ANN, task_sid: null }],
      asked: [],
    });
  });

  test("is over when the agent writes it up", () => {
    const wrapping = { ...OWN, reservation_status: "wrapping" } as Reservation;
    expect(company({ workers: [ME, ANN] }, wrapping).colleagues).toEqual([]);
    expect(companyOf(null, OWN).owns).toBe(false);
  });
});

test("what is written up may go on without the agent", () => {
  const check = (change: Partial<Conversation>, expected: boolean) =>
    expect(goesOnWithout(conversation(change), OWN)).toBe(expected);
  check({ task_sid: "WT2", state: "waiting" }, true);
  check({ state: "flow" }, false);
  // The end of the task has not come to its conversation yet.
  check({ task_sid: OWN.task.sid, state: "with_agent" }, false);
  check({ task_sid: "WT2", state: "closed" }, false);
});

describe("an offer", () => {
  const check = (attributes: object, expected: unknown) =>
    expect(invitationOf({ attributes: JSON.stringify(attributes) })).toEqual(expected);

  test("says who asks and why", () => {
    const asked = { invited_by: { worker_sid: ANN, name: "Ann" }, invitation_of: "WT1" };
    check({ ...asked, invitation_note: "Help" }, { by: "Ann", note: "Help" });
    check(asked, { by: "Ann", note: "" });
  });

  test("of the agent's own is none, whatever a flow wrote", () => {
    check({ topic: "billing" }, null);
    check({ invited_by: "Ann" }, null);
    check({ invited_by: { name: 7 }, invitation_of: "WT1" }, null);
  });

  test("says who has transferred it, and with what note", () => {
    const check = (attributes: object, expected: unknown) =>
      expect(transferOf({ attributes: JSON.stringify(attributes) })).toEqual(expected);
    const by = { transferred_by: { worker_sid: ANN, name: "Ann" } };
    check({ ...by, transfer_note: "Angry" }, { by: "Ann", note: "Angry" });
    check({ ...by, transfer_note: 7 }, { by: "Ann", note: "" });
    check({ transfer_note: "Angry" }, null);
    check({ transferred_by: null }, null);
  });
});
