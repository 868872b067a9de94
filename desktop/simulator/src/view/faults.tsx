/** What can go wrong between the center and the provider. */
import type { Account, Fault } from "../api.ts";
import type { Simulator } from "../model.ts";

const ORDERS: { words: string; fault: Fault; explained: string }[] = [
  {
    words: "Error 500",
    fault: { next: 1, status: 500 },
    explained: "The provider fails once; the center tries again.",
  },
  { words: "Too many", fault: { next: 1, status: 429 }, explained: "The provider wants a pause (429)." },
  {
    words: "Refuse",
    fault: { next: 1, status: 400 },
    explained: "The provider refuses for good (400): the message fails.",
  },
  {
    words: "No answer",
    fault: { next: 1, drop: true },
    explained: "It is done, but the connection breaks before the answer.",
  },
  {
    words: "Fails later",
    fault: { next: 1, receipt: "failed" },
    explained: "It is taken, and the receipt says that it was not delivered.",
  },
  { words: "5 s late", fault: { next: 1, delay_ms: 5_000 }, explained: "The answer takes five seconds." },
];

export function Faults({ simulator, account }: { simulator: Simulator; account: Account }) {
  const given = simulator.faults[account.channel] ?? [];
  return (
    <div class="faults">
      {account.channel !== "webchat" && (
        <>
          <p>The next message to this channel:</p>
          <div class="orders">
            {ORDERS.map(({ words, fault, explained }) => (
              <button
                type="button"
                key={words}
                title={explained}
                onClick={() => void simulator.disturb(account, fault, words)}
              >
                {words}
              </button>
            ))}
          </div>
        </>
      )}
      <p>The customer's last message:</p>
      <div class="orders">
        <button
          type="button"
          title="The provider delivers the same webhook again: nothing happens twice."
          onClick={() => void simulator.repeat(account)}
        >
          Deliver it again
        </button>
      </div>
      {given.length > 0 && (
        <p role="status">
          Ordered: {given.join(", ")}.{" "}
          <button type="button" class="link" onClick={() => void simulator.disturb(account, { next: 0 }, "")}>
            Take back
          </button>
        </p>
      )}
    </div>
  );
}
