/** What the desk needs of whoever connects calls; behind it is an SDK (`twilio.ts`), and a played one in tests. */

import type { PhoneEvent } from "./machine.ts";

/** What a line tells. */
export type LineEvent = Extract<
  PhoneEvent,
  {
    type:
      | "registered"
      | "lost"
      | "connected"
      | "call_lost"
      | "call_back"
      | "over"
      | "token_ends"
      | "token_ended"
      | "problem";
  }
>;

export interface Listener {
  tell(event: LineEvent): void;
  incoming(from: string | null): void;
}

/** Devices by the browser's ids; none: the system's. */
export interface Devices {
  microphone: string | null;
  speaker: string | null;
}

export interface Line {
  renew(token: string): void;
  /** Takes the call that rings. */
  take(): void;
  decline(): void;
  hangUp(): void;
  mute(on: boolean): void;
  press(digits: string): void;
  use(devices: Devices): void;
  close(): void;
}

export type OpenLine = (token: string, devices: Devices, listener: Listener) => Line;
