/** The call by which the center told the provider what to show. */
import { useEffect, useRef } from "preact/hooks";
import type { Delivery } from "../api.ts";

interface Call {
  method?: string;
  url?: string;
  headers?: unknown;
  body?: unknown;
}

export function Inspector({ delivery, onClose }: { delivery: Delivery; onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const call = (
    typeof delivery.request === "object" && delivery.request !== null ? delivery.request : {}
  ) as Call;
  const isHttp = typeof call.method === "string";
  return (
    <dialog ref={dialog} aria-labelledby="inspector" onClose={onClose}>
      <header>
        <h2 id="inspector">{isHttp ? "What the provider was sent" : "The frame on the visitor's socket"}</h2>
        <button type="button" class="link" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {isHttp && (
        <p class="call">
          <b>{call.method}</b> {call.url}
        </p>
      )}
      {/* What scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0}>
        {JSON.stringify(isHttp ? { headers: call.headers, body: call.body } : call, null, 2)}
      </pre>
      <p class="soft">
        Sent {new Date(delivery.at).toLocaleString()} · the provider's id is <code>{delivery.id}</code>.
        Credentials are left out.
      </p>
    </dialog>
  );
}
