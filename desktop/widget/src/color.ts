/** Colours that can be read (WCAG 2.2, 1.4.3: a contrast of 4.5). */

const CONTRAST_MIN = 4.5;

type Rgb = [number, number, number];

export function readColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (!hex) return undefined;
  return [1, 2, 3].map((at) => Number.parseInt(hex[at] ?? "0", 16)) as Rgb;
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [17, 17, 17];

/** The text on a colour: white where it can be read, else nearly black. */
export function textOn(color: Rgb): string {
  return contrast(color, WHITE) >= CONTRAST_MIN || contrast(color, WHITE) > contrast(color, BLACK)
    ? "#ffffff"
    : "#111111";
}

/** The colour itself, made darker or lighter until it can be read on a background. */
export function readableOn(color: Rgb, background: Rgb): string {
  const target = luminance(background) > 0.5 ? 0 : 255;
  for (let share = 0; share <= 20; share++) {
    const mixed = color.map((part) => Math.round(part + ((target - part) * share) / 20)) as Rgb;
    if (contrast(mixed, background) >= CONTRAST_MIN) return toHex(mixed);
  }
  return toHex([target, target, target]);
}

function toHex(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
