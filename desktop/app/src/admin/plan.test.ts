import { expect, test } from "vitest";
import { plan } from "./plan.ts";
import type { Documents, WorkerDocument } from "./types.ts";

function documents(workspace: object, flows: Record<string, unknown> = {}): Documents {
  return { workspace: { ...workspace } as Documents["workspace"], flows };
}

function check(before: object, after: object, expect_changes: string[]): void {
  const changes = plan(documents(before), documents(after), []);
  expect(changes.map(({ kind, path }) => `${kind} ${path.join("/")}`)).toEqual(expect_changes);
}

const queue = (friendly_name: string, target_workers = "1==1") => ({ friendly_name, target_workers });

test("entries of lists are known by their names", () => {
  const before = { task_queues: [queue("A"), queue("B")] };
  check(before, before, []);
  check(before, { task_queues: [queue("New"), queue("A"), queue("B")] }, ["added task_queues/New"]);
  check(before, { task_queues: [queue("A"), queue("B", "x == 1")] }, [
    "changed task_queues/B/target_workers",
  ]);
  check(before, { task_queues: [queue("B")] }, ["removed task_queues/A"]);
});

test("another order is a change, and so are lists without names", () => {
  check({ q: [queue("A"), queue("B")] }, { q: [queue("B"), queue("A")] }, ["changed q"]);
  check({ desk: { dispositions: ["a"] } }, { desk: { dispositions: ["a", "b"] } }, [
    "changed desk/dispositions",
  ]);
  check({ q: [queue("A"), queue("A")] }, { q: [queue("A")] }, ["changed q"]);
});

test("a value that is null is as if absent", () => {
  check({ timeout_activity: null }, {}, []);
  check({ q: [{ ...queue("A"), sid: null }] }, { q: [queue("A")] }, []);
});

test("a flow is told as a whole, with what it was", () => {
  const changes = plan(
    documents({}, { main: { states: [1] } }),
    documents({}, { main: { states: [2] } }),
    [],
  );
  expect(changes).toEqual([
    { kind: "changed", path: ["flows", "main"], before: '{"states":[1]}', after: '{"states":[2]}' },
  ]);
});

test("a worker is told by name", () => {
  const worker = (level: number): WorkerDocument => ({
    friendly_name: "Ann",
    attributes: { level },
    channels: {},
  });
  const edited = [
    { before: worker(1), after: worker(2) },
    { before: null, after: { ...worker(1), friendly_name: "Bo" } },
  ];
  const changes = plan(documents({}), documents({}), edited);
  expect(changes.map(({ kind, path }) => `${kind} ${path.join("/")}`)).toEqual([
    "changed workers/Ann/attributes/level",
    "added workers/Bo",
  ]);
});
