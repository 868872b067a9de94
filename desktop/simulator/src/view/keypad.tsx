/** The twelve keys of a telephone. */

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NAMES: Readonly<Record<string, string>> = { "*": "star", "#": "hash" };

export function Keypad({ onKey }: { onKey(key: string): void }) {
  return (
    // A key of the computer is one of the telephone's, when a key of the pad has the focus.
    <fieldset
      class="keypad"
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !KEYS.includes(event.key)) return;
        event.preventDefault();
        onKey(event.key);
      }}
    >
      <legend>Keypad</legend>
      {KEYS.map((key) => (
        <button type="button" key={key} aria-label={NAMES[key] ?? key} onClick={() => onKey(key)}>
          {key}
        </button>
      ))}
    </fieldset>
  );
}
