/** Where the points of a chart lie. Pure. */

/** A round number not below `value`, of which `steps` equal parts are whole: where an axis of counts ends. */
export function axisEnd(value: number, steps: number): number {
  const least = Math.max(1, Math.ceil(value / steps));
  const magnitude = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= least);
  return (step ?? least) * steps;
}

export interface Box {
  width: number;
  height: number;
}

/** The `points` of an SVG polyline: `count` places across, values from the bottom up. */
export function polyline(values: readonly number[], end: number, { width, height }: Box): string {
  const across = width / Math.max(1, values.length - 1);
  return values
    .map((value, index) => `${round(index * across)},${round(height - (value / end) * height)}`)
    .join(" ");
}

/** Bars beside each other in groups: for each value its group, place and height. */
export function bars(
  groups: readonly (readonly number[])[],
  end: number,
  { width, height }: Box,
): { x: number; y: number; width: number; height: number; group: number; series: number }[] {
  const across = width / Math.max(1, groups.length);
  return groups.flatMap((values, group) => {
    const bar = (across * 0.8) / Math.max(1, values.length);
    return values.map((value, series) => ({
      group,
      series,
      x: round(group * across + across * 0.1 + series * bar),
      y: round(height - (value / end) * height),
      width: round(bar),
      height: round((value / end) * height),
    }));
  });
}

/** Which of `count` labels are written so that at most `max` are: every n-th, from the first. */
export function labelled(count: number, max: number): number[] {
  const every = Math.max(1, Math.ceil(count / max));
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
