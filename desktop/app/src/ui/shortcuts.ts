/** Keys of the desk, in one place: what they do is named by the help overlay's texts. */

import { useEffect } from "react";

/** `code` is a place on the keyboard: letters differ between layouts, and Option makes others of them. */
interface Chord {
  code: string;
  alt?: boolean;
  /** Control, or Command on a Mac. */
  mod?: boolean;
}

export const CHORDS = {
  accept: { code: "KeyA", alt: true },
  decline: { code: "KeyD", alt: true },
  next: { code: "ArrowDown", alt: true },
  previous: { code: "ArrowUp", alt: true },
  write: { code: "KeyM", alt: true },
  undo: { code: "KeyZ", alt: true },
  emoji: { code: "KeyE", alt: true },
  attach: { code: "KeyU", alt: true },
  choices: { code: "KeyQ", alt: true },
  later: { code: "KeyL", alt: true },
  transfer: { code: "KeyT", alt: true },
  invite: { code: "KeyJ", alt: true },
  handOver: { code: "KeyH", alt: true },
  wrap: { code: "KeyW", alt: true },
  complete: { code: "KeyC", alt: true },
  contact: { code: "KeyI", alt: true },
  hold: { code: "KeyO", alt: true },
  mute: { code: "KeyK", alt: true },
  keypad: { code: "KeyP", alt: true },
  record: { code: "KeyR", alt: true },
  addToCall: { code: "KeyB", alt: true },
  endCall: { code: "KeyX", alt: true },
  answer: { code: "KeyY", alt: true },
  dial: { code: "KeyN", alt: true },
  activity: { code: "KeyS", alt: true },
  help: { code: "Slash", alt: true },
  search: { code: "KeyK", mod: true },
} satisfies Record<string, Chord>;

export type Command = keyof typeof CHORDS;

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/u.test(navigator.userAgent);

/** Keys as they are printed on keyboards. */
export function keysOf(command: Command): string[] {
  const { code, mod }: Chord = CHORDS[command];
  const names: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", Slash: "/" };
  return [mod ? (isMac ? "⌘" : "Ctrl") : "Alt", names[code] ?? code.replace("Key", "")];
}

/** For assistive technology (`aria-keyshortcuts`). */
export function ariaKeys(command: Command): string {
  const { code, mod }: Chord = CHORDS[command];
  return `${mod ? (isMac ? "Meta" : "Control") : "Alt"}+${{ ArrowDown: "ArrowDown", ArrowUp: "ArrowUp", Slash: "/" }[code] ?? code.replace("Key", "")}`;
}

function commandOf(event: KeyboardEvent): Command | null {
  const found = Object.entries(CHORDS).find(([, chord]: [string, Chord]) => {
    const modifiers =
      event.altKey === (chord.alt ?? false) &&
      (event.ctrlKey || event.metaKey) === (chord.mod ?? false) &&
      !event.shiftKey;
    return modifiers && event.code === chord.code;
  });
  return found ? (found[0] as Command) : null;
}

/** Alt+1 to Alt+9. */
function taskNumber(event: KeyboardEvent): number | null {
  const digit = event.altKey && !event.ctrlKey && !event.metaKey ? /^Digit([1-9])$/u.exec(event.code) : null;
  return digit ? Number(digit[1]) : null;
}

/**
 * Runs what the agent asks for by keys, wherever the focus is; nothing while a dialog is open. Keys that are not
 * in `run` are left to others.
 */
export function useShortcuts(
  run: Partial<Record<Command, () => void>>,
  chooseTask?: (index: number) => void,
): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("[aria-modal=true]")) return;
      const command = commandOf(event);
      const number = taskNumber(event);
      const act = command ? run[command] : undefined;
      if (act) act();
      else if (number !== null && chooseTask) chooseTask(number - 1);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [run, chooseTask]);
}
