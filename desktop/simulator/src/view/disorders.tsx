/** What can go wrong on the telephone. */
import { type Calls, DISORDERS } from "../calls.ts";

export function Disorders({ calls }: { calls: Calls }) {
  const waiting = (phones: string) => calls.ordered.find((order) => order.phones === phones)?.next ?? 0;
  const wordsOf = (phones: string) =>
    DISORDERS.find((disorder) => disorder.phones === phones)?.words ?? phones;
  return (
    <div class="faults">
      <p>What goes wrong next:</p>
      <div class="orders">
        {DISORDERS.map(({ phones, words, explained }) => (
          <button
            type="button"
            key={phones}
            title={explained}
            onClick={() => void calls.order(phones, waiting(phones) + 1)}
          >
            {words}
          </button>
        ))}
      </div>
      {calls.ordered.length > 0 && (
        <p role="status">
          Ordered:{" "}
          {calls.ordered
            .map(({ phones, next }) => (next > 1 ? `${wordsOf(phones)} (${next})` : wordsOf(phones)))
            .join(", ")}
          .{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              for (const { phones } of calls.ordered) void calls.order(phones, 0);
            }}
          >
            Take back
          </button>
        </p>
      )}
    </div>
  );
}
