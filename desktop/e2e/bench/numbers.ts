/** Numbers as they are printed. */

export function median(values: readonly number[]): number {
  return share(values, 0.5);
}

/** The value below which this share of them lies. */
export function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`;
export const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
export const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Below each other, the values in one column. */
export function print(title: string, lines: readonly (readonly [string, string])[]): void {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  const text = lines.map(([name, value]) => `   ${name.padEnd(width)}${value}`);
  process.stdout.write(`\n== ${title}\n${text.join("\n")}\n`);
}
