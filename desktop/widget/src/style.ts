/** Style by constructable sheets: a page's Content-Security-Policy need not allow any. */
import { readableOn, readColor, textOn } from "./color.ts";
import type { Widget } from "./model.ts";
import css from "./widget.css?inline";

const ACCENT = "#2f5bea";
const LIGHT: [number, number, number] = [255, 255, 255];
const DARK: [number, number, number] = [27, 30, 37];

/** Dresses the widget, and again when its look changes. */
export function dress(root: ShadowRoot, host: HTMLElement, widget: Widget): void {
  const fixed = new CSSStyleSheet();
  fixed.replaceSync(css);
  const own = new CSSStyleSheet();
  root.adoptedStyleSheets = [fixed, own];
  let worn = "";
  const wear = () => {
    const { color, theme, position } = widget.look;
    const { dir, code } = widget.language;
    if (host.dir !== dir) host.dir = dir;
    if (host.lang !== code) host.lang = code;
    host.dataset.theme = theme;
    host.dataset.position = position ?? (dir === "rtl" ? "left" : "right");
    const wanted = sheet(color);
    if (wanted === worn) return;
    worn = wanted;
    own.replaceSync(wanted);
  };
  wear();
  widget.subscribe(wear);
}

function sheet(color: string | undefined): string {
  const accent = readColor(color ?? ACCENT) ?? readColor(ACCENT) ?? LIGHT;
  const hex = `#${accent.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  return `:host {
  --accent: ${hex};
  --on-accent: ${textOn(accent)};
  --link-light: ${readableOn(accent, LIGHT)};
  --link-dark: ${readableOn(accent, DARK)};
}`;
}
