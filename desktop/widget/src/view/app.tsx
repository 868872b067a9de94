/** The button and the window. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Widget } from "../model.ts";
import { ChatIcon, DownIcon } from "./icons.tsx";
import { useWidget } from "./use.ts";
import { Window } from "./window.tsx";

export function App({ widget }: { widget: Widget }) {
  useWidget(widget);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(widget.isOpen);
  useLayoutEffect(() => {
    if (wasOpen.current && !widget.isOpen) button.current?.focus();
    wasOpen.current = widget.isOpen;
  }, [widget.isOpen, widget]);
  const { texts } = widget.language;
  const { unread } = widget;
  const label = widget.isOpen ? texts.close : unread > 0 ? texts.openUnread(unread) : texts.open;
  return (
    <>
      {widget.isOpen && <Window widget={widget} />}
      {widget.look.launcher && (
        <button
          type="button"
          class="launcher"
          part="launcher"
          ref={button}
          aria-label={label}
          aria-expanded={widget.isOpen}
          aria-haspopup="dialog"
          onClick={() => (widget.isOpen ? widget.close() : void widget.open())}
        >
          {widget.isOpen ? <DownIcon /> : <ChatIcon />}
          {!widget.isOpen && unread > 0 && <span class="badge">{unread > 99 ? "99+" : unread}</span>}
        </button>
      )}
    </>
  );
}
