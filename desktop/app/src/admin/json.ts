/** Where a text stops being JSON. Pure. */

export interface Place {
  /** Both from 1 on. */
  line: number;
  column: number;
}

/** `null`: the text is JSON, or the browser does not say where it ends to be. */
export function faultPlace(text: string): Place | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    // Firefox and Chrome name lines and columns; older ones of Chrome a position; at the end, none.
    const [, line, column] = /line (\d+) column (\d+)/u.exec(message) ?? [];
    if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
    const position = /position (\d+)/u.exec(message)?.[1];
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
