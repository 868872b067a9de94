/** A telephone: whose it is, where its call is, what is heard, and what can be done. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Call, PhoneAct } from "../api.ts";
import {
  type Calls,
  heardAs,
  isOn,
  isOver,
  nameOf,
  type Phone,
  rings,
  standingOf,
  whatHas,
  whereIs,
} from "../calls.ts";
import { Disorders } from "./disorders.tsx";
import { Keypad } from "./keypad.tsx";

interface Props {
  calls: Calls;
  phone: Phone;
  /** Whose it is. */
  name: string;
}

export function Telephone({ calls, phone, name }: Props) {
  const log = useRef<HTMLDivElement>(null);
  const [isDisturbing, disturb] = useState(false);
  const { call } = phone;
  const heard = call?.heard ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is heard anew is the reason to scroll
  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [heard.length]);
  const act = (what: PhoneAct) => {
    if (call) void calls.act(call, what);
  };
  return (
    <section class="phone telephone" aria-label={`Telephone: ${name}`} data-phone={phone.person}>
      <header>
        <span class="mark" aria-hidden="true">
          ☎
        </span>
        <div>
          <h2>{name}</h2>
          {name !== phone.person && <p title={phone.person}>{phone.person}</p>}
        </div>
        {phone.own && (
          <button
            type="button"
            class="tool"
            aria-expanded={isDisturbing}
            onClick={() => disturb(!isDisturbing)}
          >
            Break things
          </button>
        )}
      </header>
      {isDisturbing && <Disorders calls={calls} />}
      <p class="where" role="status">
        {whereIs(call, calls.calls)}
        {call?.recording === "in-progress" && <span class="recorded"> · recorded</span>}
        {call?.recording === "paused" && <span class="recorded"> · recording paused</span>}
      </p>
      {call?.members && <Room call={call} />}
      {/* What scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <div class="log" role="log" aria-label={`${name}, heard`} tabIndex={0} ref={log}>
        {heard.length === 0 && <p class="empty">Nothing was heard yet</p>}
        {heard.map((one, at) => (
          <HeardLine key={at} {...heardAs(one)} />
        ))}
      </div>
      {calls.problem && phone.own && (
        <p class="problem" role="alert">
          {calls.problem}
        </p>
      )}
      <div class="handset">
        {call && isOn(call) && (
          <>
            <Keypad onKey={(digits) => act({ act: "keys", digits })} />
            <Speech onSay={(text) => act({ act: "say", text })} />
            {whatHas(call) && <Finish has={whatHas(call) ?? ""} onFinish={act} />}
          </>
        )}
        <div class="hooks">
          {call && rings(call) && (
            <>
              <button type="button" class="hook take" onClick={() => act({ act: "answer" })}>
                Answer
              </button>
              <button type="button" class="hook leave" onClick={() => act({ act: "decline" })}>
                Decline
              </button>
              <button type="button" class="hook wide" onClick={() => act({ act: "machine" })}>
                A machine answers
              </button>
            </>
          )}
          {call && !isOver(call) && !rings(call) && (
            <button type="button" class="hook leave" onClick={() => act({ act: "hangup" })}>
              Hang up
            </button>
          )}
          {phone.own && (!call || isOver(call)) && (
            <button type="button" class="hook take" onClick={() => void calls.dial(phone.person)}>
              Call the center
            </button>
          )}
        </div>
      </div>
    </section>
  );
}

function HeardLine({ sign, text, said }: { sign: string; text: string; said?: boolean }) {
  return (
    <div class={said ? "heard said" : "heard"}>
      <span class="sign">{sign}</span>
      <span dir="auto">{text}</span>
    </div>
  );
}

/** Who is in the conference, and who hears whom. */
function Room({ call }: { call: Call }) {
  const members = call.members ?? [];
  return (
    <ul class="room" aria-label="In the conference">
      {members.map((member) => (
        <li key={member.call}>
          <b>{nameOf(member.person)}</b>
          {member.label && <i> {member.label}</i>}
          <span>{standingOf(member, members)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Where somebody says something. */
function Speech({ onSay }: { onSay(text: string): void }) {
  const [text, setText] = useState("");
  const say = (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    onSay(text);
    setText("");
  };
  return (
    <form class="write" onSubmit={say}>
      <input
        type="text"
        value={text}
        dir="auto"
        autocomplete="off"
        aria-label="Say something"
        placeholder="Say something"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="round go" aria-label="Say it" disabled={!text.trim()}>
        ↑
      </button>
    </form>
  );
}

/** What came of a payment or a virtual agent is for the tester to say. */
function Finish({ has, onFinish }: { has: string; onFinish(act: PhoneAct): void }) {
  const outcomes: [string, Record<string, string>][] =
    has === "payment"
      ? [
          ["It is paid", { Result: "success", PaymentToken: "played" }],
          ["It fails", { Result: "payment-connector-error" }],
        ]
      : [["It is done", { VirtualAgentStatus: "completed", Status: "completed" }]];
  return (
    <div class="hooks">
      {outcomes.map(([words, result]) => (
        <button type="button" class="hook" key={words} onClick={() => onFinish({ act: "finish", result })}>
          {words}
        </button>
      ))}
    </div>
  );
}
