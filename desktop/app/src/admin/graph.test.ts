import { describe, expect, test } from "vitest";
import { BOX, graph, widgetOf } from "./graph.ts";

function state(name: string, next: (string | null)[] = [], offset?: { x: number; y: number }) {
  const transitions = next.map((next) => ({ event: "next", ...(next ? { next } : {}) }));
  return { name, type: "send-message", transitions, properties: offset ? { offset } : {} };
}

describe("a flow's graph", () => {
  test("has a line for each transition that leads somewhere", () => {
    const { widgets, lines } = graph({
      initial_state: "a",
      states: [state("a", ["b", null, "gone"]), state("b")],
    });
    expect(widgets.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(lines.map(({ from, to, event }) => [from, to, event])).toEqual([["a", "b", "next"]]);
  });

  test("stands where the document puts it, within its size", () => {
    const states = [state("a", [], { x: -300, y: 0 }), state("b", [], { x: 100, y: 400 })];
    const { widgets, width, height } = graph({ states });
    const [a, b] = widgets;
    expect((b?.x ?? 0) - (a?.x ?? 0)).toBe(400);
    expect(Math.min(...widgets.map(({ x }) => x))).toBeGreaterThanOrEqual(0);
    expect(width).toBeGreaterThan((b?.x ?? 0) + BOX.width);
    expect(height).toBeGreaterThan((b?.y ?? 0) + BOX.height);
  });

  test("stands in rows where the document's places would cover each other", () => {
    const states = [state("a", ["b", "c"]), state("b", ["a"]), state("c"), state("alone")];
    const { widgets } = graph({ initial_state: "a", states });
    const rows = widgets.map(({ y }) => y);
    expect(rows[1]).toBe(rows[2]);
    expect(rows[0]).toBeLessThan(rows[1] ?? 0);
    expect(rows[3]).toBeGreaterThan(rows[2] ?? 0);
    expect(widgets[1]?.x).not.toBe(widgets[2]?.x);
  });

  test("is empty where there is none", () => {
    for (const nothing of [null, 7, {}, { states: {} }]) expect(graph(nothing).widgets).toEqual([]);
  });
});

test("a fault is told at its widget", () => {
  expect(widgetOf("#/states/12/properties/url")).toBe(12);
  expect(widgetOf("#/initial_state")).toBeNull();
});
