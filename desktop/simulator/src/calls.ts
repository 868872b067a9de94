/** Calls: whose phones there are, where a call is, and what is heard on it. */
import * as api from "./api.ts";

/** Milliseconds that somebody else's phone is shown after its call has ended. */
const GONE_MS = 30_000;

/** Somebody at a phone, with their last call. */
export interface Phone {
  person: string;
  /** Whether it is the one who is played. */
  own: boolean;
  call: api.Call | undefined;
}

const ENDS = ["completed", "busy", "no-answer", "failed", "canceled"];

export const isOver = (call: api.Call): boolean => ENDS.includes(call.status);
export const isOnTheirSide = (call: api.Call): boolean => call.direction !== "inbound";
/** Whether whoever is at the phone can take it. */
export const rings = (call: api.Call): boolean => call.status === "ringing" && isOnTheirSide(call);
/** Whether they can press keys and say something. */
export const isOn = (call: api.Call): boolean => call.status === "in-progress";

/** The phones that there are: that of whoever is played, and those that ring or are in a call. */
export function phonesOf(calls: readonly api.Call[], own: string, now: number): Phone[] {
  const last = new Map<string, api.Call>();
  for (const call of calls) {
    const known = last.get(call.person);
    if (!known || isOver(known) || !isOver(call)) last.set(call.person, call);
  }
  const others = [...last.values()].filter(
    (call) => call.person !== own && (!isOver(call) || now - (call.ended_at ?? 0) < GONE_MS),
  );
  return [
    { person: own, own: true, call: last.get(own) },
    ...others.map((call) => ({ person: call.person, own: false, call })),
  ];
}

/** Who is there, as people would say it. */
export function nameOf(address: string): string {
  if (address.startsWith("client:")) return `${address.slice("client:".length)}, softphone`;
  return address.replace(/^sips?:/, "");
}

const ENDED: Readonly<Record<string, string>> = {
  completed: "The call is over",
  busy: "The line was busy",
  "no-answer": "Nobody answered",
  failed: "The call failed",
  canceled: "The caller gave up",
};

const HAS_IT: Readonly<Record<string, string>> = {
  payment: "A payment has the call",
  virtual_agent: "A virtual agent has the call",
  stream: "A stream has the call",
  conversation_relay: "A program has the call",
  video_room: "A video room has the call",
  program: "A program has the call",
  sip_transfer: "The call is handed over by SIP",
  echo: "An echo has the call",
};

/** What has the call and can be ended by hand. */
export const whatHas = (call: api.Call): string | undefined =>
  call.wants !== undefined && Object.hasOwn(HAS_IT, call.wants) ? call.wants : undefined;

/** Where a call is. */
export function whereIs(call: api.Call | undefined, calls: readonly api.Call[]): string {
  if (!call) return "No call";
  if (isOver(call)) return ENDED[call.status] ?? call.status;
  if (call.status !== "in-progress") return isOnTheirSide(call) ? "It rings" : "Calling …";
  switch (call.seat) {
    case "queue":
      return `Waits in the queue ${call.name ?? ""}, place ${call.place ?? "?"}`;
    case "bridged":
      return "Taken out of the queue";
    case "room":
      return whereInRoom(call);
    case "dial": {
      const other = calls.find(({ sid }) => sid === (call.with ?? call.others?.[0]));
      if (!other) return "Waits for somebody in a queue";
      return call.with ? `Talks with ${nameOf(other.person)}` : `Calls ${nameOf(other.person)}`;
    }
    default:
      return whatIsWanted(call);
  }
}

function whereInRoom(call: api.Call): string {
  const self = call.members?.find((member) => member.call === call.sid);
  if (self?.on_hold) return "On hold";
  if (call.started !== true) return "Waits for the conference to begin";
  const others = (call.members ?? []).filter((member) => member.call !== call.sid && !member.ringing);
  return others.length === 0 ? "Alone in the conference" : "In the conference";
}

function whatIsWanted(call: api.Call): string {
  const has = whatHas(call);
  if (has) return HAS_IT[has] ?? has;
  switch (call.wants) {
    case "keys":
      return "Asked for keys";
    case "words":
      return "Asked to speak";
    case "keys_or_words":
      return "Asked for keys or words";
    case "message":
      return "A message is recorded";
    default:
      return call.heard_by.length > 0 ? "Talks" : "On the line";
  }
}

/** How somebody is in a conference, in a few words. */
export function standingOf(member: api.Member, members: readonly api.Member[]): string {
  if (member.ringing) return "phone rings";
  const said = [member.on_hold && "on hold", member.muted && "muted", member.coaching && "coaches"].filter(
    (word): word is string => typeof word === "string",
  );
  const hear = members.filter((other) => member.heard_by.includes(other.call));
  const heard =
    hear.length === 0
      ? "heard by nobody"
      : `heard by ${hear.map((other) => nameOf(other.person)).join(", ")}`;
  return [...said, heard].join(" · ");
}

/** One thing that was heard: a sign for it, and words. */
export function heardAs(heard: api.Heard): { sign: string; text: string; said?: boolean } {
  switch (heard.kind) {
    case "say":
      return { sign: "🤖", text: heard.text, said: true };
    case "voice":
      return { sign: nameOf(heard.from), text: heard.text, said: true };
    case "play":
      return { sign: "♪", text: soundOf(heard.url) };
    case "digits":
      return { sign: "⌨", text: `Keys: ${heard.digits}` };
    case "pause":
      return { sign: "…", text: `${heard.length_s} s of silence` };
    case "beep":
      return { sign: "●", text: "Beep" };
    case "beside":
      return { sign: "⇄", text: `${heard.what.replaceAll("_", " ")} ${heard.on ? "begins" : "ends"}` };
    default:
      return { sign: "!", text: heard.code > 0 ? `${heard.why} (${heard.code})` : heard.why };
  }
}

/** A sound by the name of its file. */
function soundOf(url: string): string {
  const file = url.split(/[?#]/)[0]?.split("/").at(-1);
  return file ? `Music: ${decode(file)}` : "Music";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What can be ordered to go wrong. */
export const DISORDERS: readonly { phones: string; words: string; explained: string }[] = [
  { phones: "busy", words: "Busy", explained: "The next phone that is called is engaged." },
  { phones: "no_answer", words: "No answer", explained: "Nobody takes the next call." },
  { phones: "failed", words: "Unreachable", explained: "The next phone cannot be reached." },
  { phones: "machine", words: "A machine", explained: "A machine answers the next call." },
  { phones: "callback_late", words: "News late", explained: "The next callback comes three seconds late." },
  { phones: "callback_twice", words: "News twice", explained: "The next callback comes twice." },
  {
    phones: "callbacks_reversed",
    words: "News reversed",
    explained: "What is told at once is told from its end.",
  },
  {
    phones: "document_late",
    words: "Answer too late",
    explained: "Our next answer takes over 15 seconds: the network gives up and asks the fallback.",
  },
  {
    phones: "document_malformed",
    words: "Broken XML",
    explained: "Our next answer cannot be read: the network asks the fallback.",
  },
  { phones: "media_missing", words: "Sound missing", explained: "A recording's sound is not there yet." },
  { phones: "queue_error", words: "Queue breaks", explained: "The next caller who is to wait cannot." },
];

/** The calls of one account, looked at again and again. */
export class Calls {
  calls: api.Call[] = [];
  ordered: api.PhoneFault[] = [];
  /** Why the last thing could not be done. */
  problem = "";
  #seen = "";

  constructor(
    readonly account: string,
    private readonly changed: () => void,
  ) {}

  async look(): Promise<void> {
    const [calls, ordered] = await Promise.all([api.calls(this.account), api.phoneFaults(this.account)]);
    const seen = JSON.stringify([calls, ordered]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    [this.calls, this.ordered] = [calls, ordered];
    this.changed();
  }

  dial(from: string): Promise<void> {
    return this.#try(() => api.dial(this.account, from));
  }

  act(call: api.Call, act: api.PhoneAct): Promise<void> {
    return this.#try(() => api.does(this.account, call.sid, act));
  }

  order(phones: string, next: number): Promise<void> {
    return this.#try(() => api.orderPhones(this.account, { phones, next }));
  }

  async #try(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
      this.problem = "";
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    // What it led to is seen at once, not at the next look. One that fails is noticed there.
    await this.look().catch(() => undefined);
    this.changed();
  }
}
