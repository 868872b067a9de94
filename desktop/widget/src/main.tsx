/** The entry: reads its own script tag, and puts one element with a shadow root of its own into the page. */
import { render } from "preact";
import { Widget } from "./model.ts";
import "./page.ts";
import { readAttributes } from "./settings.ts";
import { dress } from "./style.ts";
import { App } from "./view/app.tsx";

function begin(script: HTMLScriptElement): void {
  const widget = new Widget(readAttributes(script.dataset, script.src || location.href));
  const host = document.createElement("patchbay-chat");
  const root = host.attachShadow({ mode: "open" });
  const mount = document.createElement("div");
  root.append(mount);
  dress(root, host, widget);
  document.body.append(host);
  // Pages that bring the next one without a new document put another body in the place of this one.
  new MutationObserver(() => {
    if (!host.isConnected && document.body !== null) document.body.append(host);
  }).observe(document.documentElement, { childList: true });
  window.Patchbay = {
    open: () => void widget.open(),
    close: () => widget.close(),
    toggle: () => (widget.isOpen ? widget.close() : void widget.open()),
    identify: (token) => widget.identify(token),
    logout: () => widget.logout(),
    on: (name, listener) => widget.on(name, listener),
  };
  void widget.configured().then(() => render(<App widget={widget} />, mount));
  void widget.start();
}

// Once in a page, however often its tag is there.
const script = document.currentScript;
if (script instanceof HTMLScriptElement && !window.Patchbay) {
  if (document.body) begin(script);
  else addEventListener("DOMContentLoaded", () => begin(script), { once: true });
}
