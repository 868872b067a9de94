/** The window: its head, what it shows, and where the visitor writes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { openingText } from "../hours.ts";
import type { Widget } from "../model.ts";
import { transcript } from "../transcript.ts";
import { Composer } from "./composer.tsx";
import { OfflineForm, PreChat } from "./forms.tsx";
import { CloseIcon, MoreIcon } from "./icons.tsx";
import { Log } from "./log.tsx";
import { Rating } from "./rating.tsx";

export function Window({ widget }: { widget: Widget }) {
  const { texts, dir, code } = widget.language;
  const dialog = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the visitor writes, if there is such a place; the window itself otherwise.
    const first = dialog.current?.querySelector<HTMLElement>("textarea, .form input");
    (first ?? dialog.current)?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.stopPropagation();
      widget.close();
    } else if (event.key === "Tab" && isWholeScreen()) keepFocus(event, dialog.current);
  };
  const { screen } = widget;
  return (
    <section
      class="window"
      part="window"
      role="dialog"
      aria-label={widget.look.title ?? texts.title}
      aria-modal={isWholeScreen()}
      dir={dir}
      lang={code}
      tabIndex={-1}
      ref={dialog}
      onKeyDown={onKeyDown}
    >
      <Head widget={widget} />
      <Banner widget={widget} />
      {screen === "pre-chat" && <PreChat widget={widget} />}
      {screen === "offline-form" && <OfflineForm widget={widget} />}
      {screen === "offline-sent" && (
        <div class="form" role="status">
          <p>{texts.kept}</p>
        </div>
      )}
      {screen === "chat" && (
        <>
          <Log widget={widget} />
          <Rating widget={widget} />
          <Composer widget={widget} />
        </>
      )}
    </section>
  );
}

/** On a small screen the window is all there is. */
const isWholeScreen = (): boolean => matchMedia("(max-width: 480px)").matches;

function keepFocus(event: KeyboardEvent, dialog: HTMLElement | null): void {
  const all = [...(dialog?.querySelectorAll<HTMLElement>("a[href], button, input, textarea") ?? [])];
  const usable = all.filter((element) => !element.hasAttribute("disabled") && element.offsetParent !== null);
  const [first, last] = [usable[0], usable.at(-1)];
  const active = (dialog?.getRootNode() as ShadowRoot | undefined)?.activeElement;
  if (event.shiftKey && (active === first || active === dialog)) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && active === last) {
    event.preventDefault();
    first?.focus();
  }
}

function Head({ widget }: { widget: Widget }) {
  const { texts } = widget.language;
  const { look, chat } = widget;
  return (
    <header class="head">
      {look.logo && <img class="logo" src={look.logo} alt="" referrerpolicy="no-referrer" />}
      <div class="who">
        <h2>{look.title ?? texts.title}</h2>
        <p>{underTitle(widget)}</p>
      </div>
      {chat.entries.length > 0 && <Menu widget={widget} />}
      <button type="button" class="icon" aria-label={texts.close} onClick={() => widget.close()}>
        <CloseIcon />
      </button>
    </header>
  );
}

/** Who is there, or when somebody is; what the account says otherwise. */
function underTitle({ look, chat, language: { texts, tag }, isStaffed, opensAt }: Widget): string {
  if (chat.standing.agents.length > 0) return texts.withAgent(chat.standing.agents.join(", "));
  if (opensAt !== undefined) return texts.opensAt(openingText(opensAt, tag));
  return isStaffed ? (look.subtitle ?? texts.subtitle) : texts.closedTitle;
}

function Menu({ widget }: { widget: Widget }) {
  const { texts, tag } = widget.language;
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) first.current?.focus();
  }, [isOpen]);
  const download = async () => {
    setOpen(false);
    button.current?.focus();
    const text = transcript(await widget.transcript(), texts, tag);
    const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${texts.transcriptFile}.txt`;
    link.click();
    URL.revokeObjectURL(url);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.preventDefault();
    setOpen(false);
    button.current?.focus();
  };
  const onFocusOut = (event: FocusEvent) => {
    const { currentTarget, relatedTarget } = event;
    if (currentTarget instanceof Node && !currentTarget.contains(relatedTarget as Node | null))
      setOpen(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches the keys and the focus of its buttons
    <div class="menu" onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
      <button
        type="button"
        class="icon"
        ref={button}
        aria-label={texts.menu}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <MoreIcon />
      </button>
      {isOpen && (
        <div class="menu-items" role="menu">
          <button type="button" role="menuitem" ref={first} onClick={() => void download()}>
            {texts.transcript}
          </button>
        </div>
      )}
    </div>
  );
}

/** What the visitor should know right now. */
function Banner({ widget }: { widget: Widget }) {
  const { texts } = widget.language;
  const { state, position } = widget.chat.standing;
  const isWaiting = state === "waiting";
  const text =
    widget.link === "offline"
      ? texts.offline
      : isWaiting
        ? position === undefined
          ? texts.waiting
          : texts.position(position)
        : "";
  return (
    <div role="status" hidden={!text} class={widget.link === "offline" ? "banner bad" : "banner"}>
      {text}
    </div>
  );
}
