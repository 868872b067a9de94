import { describe, expect, test } from "vitest";
import {
  filterName,
  formOf,
  knownWorker,
  moved,
  routingPointer,
  set,
  targetsOf,
  taskAttributes,
  withForm,
  withKnownWorker,
  withName,
  withTargets,
  workerAttributes,
} from "./workflow.ts";

const filter = {
  friendlyName: "Sales",
  expression: "a == 1",
  color: "red",
  targets: [{ queue: "A", weight: 3 }],
};
const inner = { version: 2, filters: [filter], default_filter: { queue: "B", note: "x" } };
const whole = { task_routing: inner, comment: "keep" };

describe("a workflow's form", () => {
  test("is the document seen by its parts, and changes nothing by being looked at", () => {
    for (const document of [whole, inner, JSON.stringify(whole)]) {
      const form = formOf(document);
      expect(form && withForm(document, form)).toEqual(document);
    }
    expect([routingPointer(whole), routingPointer(inner)]).toEqual(["/task_routing", ""]);
  });

  test("keeps what it does not know", () => {
    const form = formOf(whole);
    if (!form) throw new Error("no form");
    const [first = {}] = form.filters;
    const changed = withTargets(withName(first, "New"), [set({ queue: "A", weight: 3 }, "priority", 5)]);
    expect(withForm(whole, { ...form, filters: [changed] })).toEqual({
      task_routing: {
        ...inner,
        filters: [{ ...filter, friendlyName: "New", targets: [{ queue: "A", weight: 3, priority: 5 }] }],
      },
      comment: "keep",
    });
  });

  test("drops a default filter that names nothing", () => {
    const form = formOf(whole);
    const none = form && withForm(whole, { ...form, default_filter: {} });
    expect(none).toEqual({ comment: "keep", task_routing: { version: 2, filters: [filter] } });
  });

  test("is none where the document is no such thing", () => {
    for (const nothing of [
      null,
      7,
      "{",
      [],
      { task_routing: 1 },
      { filters: [1] },
      { filters: [{ targets: 1 }] },
    ])
      expect(formOf(nothing), JSON.stringify(nothing)).toBeNull();
    expect(formOf({})).toEqual({ filters: [], default_filter: {} });
  });
});

test("a filter that is its own target gets a list when that is changed", () => {
  const old = { filter_friendly_name: "Old", queue: "A" };
  expect([filterName(old), targetsOf(old)]).toEqual(["Old", [{ queue: "A" }]]);
  expect(withTargets(old, [{ queue: "B" }])).toEqual({
    filter_friendly_name: "Old",
    targets: [{ queue: "B" }],
  });
});

test("a target has one known worker at the most", () => {
  const sid = withKnownWorker({ queue: "A" }, { key: "known_worker_sid", path: "task.sid" });
  expect(sid).toEqual({ queue: "A", known_worker_sid: "task.sid" });
  const name = withKnownWorker(sid, { key: "known_worker_friendly_name", path: "" });
  expect([name, knownWorker(name)]).toEqual([
    { queue: "A", known_worker_friendly_name: "" },
    { key: "known_worker_friendly_name", path: "" },
  ]);
  expect(withKnownWorker(name, null)).toEqual({ queue: "A" });
});

test("entries are moved within their list", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});

test("attributes are those that flows give to tasks and that workers have", () => {
  const flow = {
    states: [
      { type: "send-to-flex", properties: { attributes: '{"language": {{x}}, "department" : "a"}' } },
      { type: "send-message", properties: { attributes: '{"no": 1}' } },
    ],
  };
  expect(taskAttributes({ flow, broken: 7 })).toEqual(
    expect.arrayContaining(["department", "language", "name"]),
  );
  expect(taskAttributes({ flow })).not.toContain("no");
  const workers = [{ attributes: { skills: ["a", "b"], level: 2 } }, { attributes: { skills: ["b", "c"] } }];
  expect(workerAttributes(workers)).toEqual([
    { name: "level", values: ["2"] },
    { name: "skills", values: ['"a"', '"b"', '"c"'] },
  ]);
});
