/** The whole page. */
import { useEffect, useReducer, useState } from "preact/hooks";
import type { Delivery } from "../api.ts";
import { nameOf, phonesOf } from "../calls.ts";
import type { Simulator } from "../model.ts";
import { Telephone } from "./call.tsx";
import { Inspector } from "./inspector.tsx";
import { People } from "./people.tsx";
import { Phone } from "./phone.tsx";

export function App({ simulator }: { simulator: Simulator }) {
  const [, draw] = useReducer<number, undefined>((count) => count + 1, 0);
  const [shown, inspect] = useState<Delivery | undefined>();
  useEffect(() => simulator.subscribe(() => draw(undefined)), [simulator]);
  return (
    <>
      <header class="top">
        <h1>
          <Mark /> Patchbay <span>simulator</span>
        </h1>
        <People simulator={simulator} />
        <nav>
          <a href="/simulator/site.html" target="_blank" rel="noopener">
            A site with the widget
          </a>
          <a class="primary" href="/desktop/" target="patchbay-desktop">
            Open the agent desktop
          </a>
        </nav>
      </header>
      {simulator.error && (
        <p class="error" role="alert">
          {simulator.error}
        </p>
      )}
      <main>
        {!simulator.introduced && <Guide simulator={simulator} />}
        <div class="phones">
          {simulator.calls.flatMap((calls) =>
            phonesOf(calls.calls, simulator.number, Date.now()).map((phone) => (
              <Telephone
                key={`${calls.account}/${phone.person}`}
                calls={calls}
                phone={phone}
                name={phone.own ? simulator.person.name : nameOf(phone.person)}
              />
            )),
          )}
          {simulator.accounts.map((account) => (
            <Phone
              key={`${account.channel}/${account.account}/${simulator.address(account)}`}
              simulator={simulator}
              account={account}
              onInspect={inspect}
            />
          ))}
        </div>
        {simulator.isReady && simulator.accounts.length === 0 && !simulator.error && (
          <p class="none">No channel is configured: put an account into config/channels.toml.</p>
        )}
      </main>
      {shown && <Inspector delivery={shown} onClose={() => inspect(undefined)} />}
    </>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <path
        d="M9 21c4 0 4-10 8-10s3 10 6 10"
        fill="none"
        stroke="#fff"
        stroke-width="2.6"
        stroke-linecap="round"
      />
      <circle cx="8" cy="21" r="2.8" fill="#fff" />
      <circle cx="24" cy="21" r="2.8" fill="#fff" />
    </svg>
  );
}

/** What to do first. */
function Guide({ simulator }: { simulator: Simulator }) {
  return (
    <section class="guide" aria-label="How it works">
      <ol>
        <li>
          <strong>Write as a customer</strong>
          Each phone is a channel. Say “hello” on one of them: the chatbot answers.
        </li>
        <li>
          <strong>Ask for a person</strong>
          Say “live agent”, then a language. The task goes to the agent who fits best.
        </li>
        <li>
          <strong>Answer as the agent</strong>
          Open the agent desktop in another window, sign in as Ann, and accept.
        </li>
      </ol>
      <button type="button" onClick={() => simulator.dismiss()}>
        Got it
      </button>
    </section>
  );
}
