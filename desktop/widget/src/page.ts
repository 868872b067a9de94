import type { Widget } from "./model.ts";

/** `window.Patchbay`: what a page may do with the widget (docs/WIDGET.md). */
export interface PatchbayApi {
  open(): void;
  close(): void;
  toggle(): void;
  identify(token: string): Promise<void>;
  logout(): void;
  on: Widget["on"];
}

declare global {
  interface Window {
    Patchbay?: PatchbayApi;
  }
}
