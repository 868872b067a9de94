/** What happens to an agent's telephone, and what is to be done about it. Pure: no SDK, no clock, no page. */

/** Why the telephone cannot be used. */
export type Problem =
  /** The browser does not let the page listen. */
  | "microphone_denied"
  | "no_microphone"
  /** The center gives no token, or cannot be asked. */
  | "no_token"
  /** Whoever connects calls does not believe the token. */
  | "token_refused"
  /** This browser cannot do it, or what does it could not be loaded. */
  | "unsupported";

export type Line =
  /** The agent is called elsewhere, or it is not known yet. */
  | { at: "none" }
  /** There is a telephone, and the agent has not taken it up: nobody can call it. */
  | { at: "unregistered" }
  /** `renewed`: it was begun anew because the token had lapsed. */
  | { at: "registering"; renewed: boolean }
  | { at: "ready" }
  /** The connection is lost and comes back by itself. */
  | { at: "reconnecting" }
  | { at: "failed"; why: Problem; message: string };

export interface PhoneCall {
  /** `taking`: it was taken and cannot be heard yet; `reconnecting`: its sound was lost, and comes back by itself. */
  phase: "ringing" | "taking" | "talking" | "reconnecting";
  /** Who calls, as far as the call says. */
  from: string | null;
  muted: boolean;
}

export interface PhoneState {
  line: Line;
  call: PhoneCall | null;
}

export const NO_PHONE: PhoneState = { line: { at: "none" }, call: null };

export type PhoneEvent =
  /** The agent has come to their desk. */
  | { type: "started" }
  /** A token was given; `allowed`: the page may listen already. */
  | { type: "token"; allowed: boolean }
  /** The agent has no telephone in the browser. */
  | { type: "no_phone" }
  | { type: "no_token"; message: string }
  /** It is time to ask once more. */
  | { type: "again" }
  | { type: "take_up" }
  | { type: "put_down" }
  | { type: "microphone"; allowed: true }
  | { type: "microphone"; allowed: false; why: "microphone_denied" | "no_microphone" }
  | { type: "registered" }
  | { type: "lost" }
  /** `expected`: this desk has asked for it. */
  | { type: "incoming"; from: string | null; expected: boolean }
  /** The agent takes it, declines it, or hangs up. */
  | { type: "take" }
  | { type: "hang_up" }
  /** It can be heard. */
  | { type: "connected" }
  | { type: "call_lost" }
  | { type: "call_back" }
  | { type: "over" }
  | { type: "mute"; on: boolean }
  | { type: "press"; digits: string }
  /** The token lapses soon. */
  | { type: "token_ends" }
  /** Whoever connects calls says that the token has lapsed. */
  | { type: "token_ended" }
  | { type: "problem"; why: Problem; message: string };

export type PhoneEffect =
  | { do: "ask_token" }
  | { do: "ask_token_later" }
  | { do: "ask_microphone" }
  /** Registers with the last token. */
  | { do: "open" }
  /** Gives the last token to the line that is open. */
  | { do: "renew" }
  | { do: "close" }
  | { do: "ring" }
  | { do: "silence" }
  | { do: "take" }
  | { do: "decline" }
  | { do: "hang_up" }
  | { do: "mute"; on: boolean }
  | { do: "press"; digits: string };

type Step = readonly [PhoneState, readonly PhoneEffect[]];

/** An event that changes nothing gives the very same state. */
export function step(state: PhoneState, event: PhoneEvent): Step {
  const { line } = state;
  switch (event.type) {
    case "started":
    case "again":
      return [state, line.at === "failed" ? [] : [{ do: "ask_token" }]];
    case "token":
      return withToken(state, event.allowed);
    case "no_phone":
      return [NO_PHONE, line.at === "none" ? [] : [{ do: "silence" }, { do: "close" }]];
    case "no_token":
      if (line.at === "registering") return failed(state, "no_token", event.message);
      // What is open goes on with the token that it has, and nobody waits for what they do not know of.
      return [state, [{ do: "ask_token_later" }]];
    case "take_up":
      return line.at === "unregistered" || line.at === "failed"
        ? [{ line: { at: "registering", renewed: false }, call: null }, [{ do: "ask_microphone" }]]
        : [state, []];
    case "put_down":
      return line.at === "none" || line.at === "unregistered"
        ? [state, []]
        : [{ line: { at: "unregistered" }, call: null }, [{ do: "silence" }, { do: "close" }]];
    case "microphone":
      if (line.at !== "registering") return [state, []];
      return event.allowed ? [state, [{ do: "ask_token" }]] : failed(state, event.why, "");
    case "registered":
      return isOpen(line) && line.at !== "ready" ? [{ ...state, line: { at: "ready" } }, []] : [state, []];
    case "lost":
      return line.at === "ready" ? [{ ...state, line: { at: "reconnecting" } }, []] : [state, []];
    case "token_ends":
      return isOpen(line) ? [state, [{ do: "ask_token" }]] : [state, []];
    case "token_ended":
      if (!isOpen(line)) return [state, []];
      if (line.at === "registering" && line.renewed) return failed(state, "token_refused", "");
      return [
        { line: { at: "registering", renewed: true }, call: null },
        [{ do: "close" }, { do: "ask_token" }],
      ];
    case "problem":
      return failed(state, event.why, event.message);
    default:
      return withCall(state, event);
  }
}

function withToken(state: PhoneState, allowed: boolean): Step {
  switch (state.line.at) {
    case "none":
      return allowed
        ? [{ ...state, line: { at: "registering", renewed: false } }, [{ do: "open" }]]
        : [{ ...state, line: { at: "unregistered" } }, []];
    case "registering":
      return [state, [{ do: "open" }]];
    case "ready":
    case "reconnecting":
      return [state, [{ do: "renew" }]];
    default:
      return [state, []];
  }
}

type CallEvent = Extract<
  PhoneEvent,
  {
    type:
      | "incoming"
      | "take"
      | "hang_up"
      | "connected"
      | "call_lost"
      | "call_back"
      | "over"
      | "mute"
      | "press";
  }
>;

function withCall(state: PhoneState, event: CallEvent): Step {
  const { call } = state;
  if (event.type === "incoming") return incoming(state, event.from, event.expected);
  if (!call) return [state, []];
  const now = (change: Partial<PhoneCall>): PhoneState => ({ ...state, call: { ...call, ...change } });
  switch (event.type) {
    case "take":
      return call.phase === "ringing"
        ? [now({ phase: "taking" }), [{ do: "silence" }, { do: "take" }]]
        : [state, []];
    case "hang_up":
      return [
        { ...state, call: null },
        call.phase === "ringing" ? [{ do: "silence" }, { do: "decline" }] : [{ do: "hang_up" }],
      ];
    case "connected":
      return [now({ phase: "talking" }), []];
    case "call_lost":
      return call.phase === "talking" ? [now({ phase: "reconnecting" }), []] : [state, []];
    case "call_back":
      return call.phase === "reconnecting" ? [now({ phase: "talking" }), []] : [state, []];
    case "over":
      return [{ ...state, call: null }, [{ do: "silence" }]];
    case "mute":
      return call.phase === "ringing" || call.muted === event.on
        ? [state, []]
        : [now({ muted: event.on }), [{ do: "mute", on: event.on }]];
    case "press":
      return call.phase === "talking" ? [state, [{ do: "press", digits: event.digits }]] : [state, []];
  }
}

/** A second call is none of ours: a line takes one. */
function incoming(state: PhoneState, from: string | null, expected: boolean): Step {
  if (state.call || !isOpen(state.line)) return [state, []];
  const call: PhoneCall = { phase: expected ? "taking" : "ringing", from, muted: false };
  return [{ ...state, call }, [expected ? { do: "take" } : { do: "ring" }]];
}

function failed(state: PhoneState, why: Problem, message: string): Step {
  if (!isOpen(state.line)) return [state, []];
  return [{ line: { at: "failed", why, message }, call: null }, [{ do: "silence" }, { do: "close" }]];
}

/** Whether the telephone is taken up. */
export function isOpen(line: Line): boolean {
  return line.at === "registering" || line.at === "ready" || line.at === "reconnecting";
}

/** Whether the agent can hear and be heard. */
export function isTalking({ call }: PhoneState): boolean {
  return call?.phase === "talking" || call?.phase === "reconnecting";
}
