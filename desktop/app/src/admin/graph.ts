/** A Studio flow as boxes and lines. Pure. */

export interface Widget {
  name: string;
  type: string;
  /** Which of the document's `states`. */
  index: number;
  x: number;
  y: number;
  properties: Readonly<Record<string, unknown>>;
  transitions: readonly { event: string; next: string | null }[];
}

export interface Line {
  from: string;
  to: string;
  event: string;
  /** An SVG path. */
  path: string;
}

export interface Graph {
  widgets: readonly Widget[];
  lines: readonly Line[];
  width: number;
  height: number;
}

export const BOX = { width: 190, height: 52 };
const GAP = { x: 50, y: 70 };
const EDGE = 24;

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Widgets where the document puts them, or in rows by their distance from the first where it does not. */
export function graph(definition: unknown): Graph {
  const { states, initial_state } = fields(definition);
  const read = list(states).map((state, index): Widget => {
    const { name, type, transitions, properties } = fields(state);
    const { x, y } = fields(fields(properties).offset);
    return {
      name: text(name),
      type: text(type),
      index,
      x: Number(x ?? 0) || 0,
      y: Number(y ?? 0) || 0,
      properties: fields(properties),
      transitions: list(transitions).map((transition) => {
        const { event, next } = fields(transition);
        return { event: text(event), next: text(next) || null };
      }),
    };
  });
  const widgets = overlap(read) ? inRows(read, text(initial_state)) : read;
  const [left, top] = [Math.min(0, ...widgets.map(({ x }) => x)), Math.min(0, ...widgets.map(({ y }) => y))];
  const placed = widgets.map((widget) => ({
    ...widget,
    x: widget.x - left + EDGE,
    y: widget.y - top + EDGE,
  }));
  const byName = new Map(placed.map((widget) => [widget.name, widget]));
  const lines = placed.flatMap((from) =>
    from.transitions.flatMap(({ event, next }): Line[] => {
      const to = next === null ? undefined : byName.get(next);
      return to ? [{ from: from.name, to: to.name, event, path: path(from, to) }] : [];
    }),
  );
  return {
    widgets: placed,
    lines,
    width: Math.max(0, ...placed.map(({ x }) => x + BOX.width)) + EDGE,
    height: Math.max(0, ...placed.map(({ y }) => y + BOX.height)) + EDGE,
  };
}

/** Whether any two boxes would cover each other: then the document's places say nothing. */
function overlap(widgets: readonly Widget[]): boolean {
  return widgets.some((a, at) =>
    widgets.slice(at + 1).some((b) => Math.abs(a.x - b.x) < BOX.width && Math.abs(a.y - b.y) < BOX.height),
  );
}

function inRows(widgets: readonly Widget[], first: string): Widget[] {
  const byName = new Map(widgets.map((widget) => [widget.name, widget]));
  const row = new Map<string, number>([[first, 0]]);
  for (const name of row.keys()) {
    for (const { next } of byName.get(name)?.transitions ?? []) {
      if (next !== null && byName.has(next) && !row.has(next)) row.set(next, (row.get(name) ?? 0) + 1);
    }
  }
  // What nothing leads to stands below everything else.
  const last = Math.max(0, ...row.values()) + 1;
  const filled = new Map<number, number>();
  return widgets.map((widget) => {
    const at = row.get(widget.name) ?? last;
    const column = filled.get(at) ?? 0;
    filled.set(at, column + 1);
    return { ...widget, x: column * (BOX.width + GAP.x), y: at * (BOX.height + GAP.y) };
  });
}

/** From the bottom of a box to the top of a lower one, from its side to one beside; back up it goes around the side. */
function path(from: Widget, to: Widget): string {
  const [middle, half] = [BOX.width / 2, BOX.height / 2];
  if (to.y >= from.y + BOX.height) {
    const [x1, y1, x2, y2] = [from.x + middle, from.y + BOX.height, to.x + middle, to.y];
    const bend = (y2 - y1) / 2;
    return `M ${x1} ${y1} C ${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
  }
  const [x1, y1, y2] = [from.x + BOX.width, from.y + half, to.y + half];
  if (to.x > x1) {
    const bend = (to.x - x1) / 2;
    return `M ${x1} ${y1} C ${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
  }
  const x2 = to.x + BOX.width;
  const out = Math.max(x1, x2) + GAP.x;
  return `M ${x1} ${y1} C ${out} ${y1} ${out} ${y2} ${x2} ${y2}`;
}

/** The widget that a fault's position (`#/states/3/properties/url`) is about. */
export function widgetOf(position: string): number | null {
  const index = /^#\/states\/(\d+)/u.exec(position)?.[1];
  return index === undefined ? null : Number(index);
}
