import { useEffect, useReducer } from "preact/hooks";
import type { Widget } from "../model.ts";

/** Draws again whenever the widget changes. */
export function useWidget(widget: Widget): void {
  const [, draw] = useReducer<number, undefined>((count) => count + 1, 0);
  useEffect(() => widget.subscribe(() => draw(undefined)), [widget]);
}
