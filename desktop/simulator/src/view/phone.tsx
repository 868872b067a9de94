/** A customer's phone on one channel. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Account, Delivery, Told } from "../api.ts";
import { lookOf } from "../channels.ts";
import type { Line, Sent, Simulator } from "../model.ts";
import { Composer } from "./composer.tsx";
import { Faults } from "./faults.tsx";

interface Props {
  simulator: Simulator;
  account: Account;
  onInspect(delivery: Delivery): void;
}

export function Phone({ simulator, account, onInspect }: Props) {
  const look = lookOf(account.channel);
  const phone = useRef<HTMLElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const [isDisturbing, disturb] = useState(false);
  const lines = simulator.lines(account);
  const name = account.account === "default" ? look.name : `${look.name} · ${account.account}`;
  // Colours by the style's own interface: the page's policy forbids style attributes.
  useLayoutEffect(() => {
    const style = phone.current?.style;
    for (const [property, value] of [
      ["--channel", look.color],
      ["--on-channel", look.on],
      ["--mine", look.mine],
      ["--on-mine", look.onMine],
    ] as const) {
      style?.setProperty(property, value);
    }
  }, [look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the reason to scroll
  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [lines.length]);
  return (
    <section
      class="phone"
      ref={phone}
      aria-label={`${name}: ${simulator.person.name}`}
      data-channel={account.channel}
    >
      <header>
        <span class="mark" aria-hidden="true">
          {look.mark}
        </span>
        <div>
          <h2>{name}</h2>
          <p title={simulator.address(account)}>
            {simulator.person.name} · {short(simulator.address(account))}
          </p>
        </div>
        <button
          type="button"
          class="tool"
          aria-expanded={isDisturbing}
          onClick={() => disturb(!isDisturbing)}
        >
          Break things
        </button>
      </header>
      {isDisturbing && <Faults simulator={simulator} account={account} />}
      {/* What scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <div class="log" role="log" aria-label={`${name}, messages`} tabIndex={0} ref={log}>
        {lines.length === 0 && <p class="empty">Nothing was said yet</p>}
        {lines.map((line, at) => (
          <Row
            key={line.key}
            line={line}
            isLast={at === lines.length - 1}
            onInspect={onInspect}
            told={"shown" in line ? simulator.told[line.shown.id] : undefined}
            onTell={(act, id) => void simulator.tell(account, act, id)}
            onChoose={(data, text) => void simulator.write(account, { kind: "choice", data, text })}
          />
        ))}
        {simulator.isTyping(account) && <p class="typing">typing…</p>}
      </div>
      <Composer simulator={simulator} account={account} isFresh={lines.length === 0} />
    </section>
  );
}

/** Characters of an address that are shown. */
const ADDRESS_CHARS_MAX = 16;

/** A long address by its end: that is what tells people apart. */
function short(address: string): string {
  return address.length <= ADDRESS_CHARS_MAX ? address : `…${address.slice(-8)}`;
}

interface RowProps {
  line: Line;
  isLast: boolean;
  onInspect(delivery: Delivery): void;
  told: string | undefined;
  onTell(act: Told, id: string): void;
  onChoose(data: string, text: string): void;
}

function Row({ line, isLast, onInspect, told, onTell, onChoose }: RowProps) {
  const time = new Date(line.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if ("sent" in line) {
    const { sent } = line;
    return (
      <div class={`row mine ${sent.state}`}>
        <div class="bubble" dir="auto">
          {said(sent)}
        </div>
        <div class="meta">
          {time}
          {sent.state === "sending" && " · sending"}
          {sent.state === "refused" && ` · ${sent.why ?? "refused"}`}
          {sent.times > 1 && ` · delivered ${sent.times} times`}
        </div>
      </div>
    );
  }
  const { shown } = line;
  return (
    <div class="row">
      <div class="bubble" dir="auto">
        {shown.signal === "reaction" ? (shown.emoji ?? "took the reaction back") : shown.text}
        {shown.media?.map((url) => (
          <Media key={url} url={url} />
        ))}
      </div>
      {isLast && shown.choices && shown.choices.length > 0 && (
        <div class="choices">
          {shown.choices.map(({ data, text }) => (
            <button type="button" key={data} onClick={() => onChoose(data, text)}>
              {text}
            </button>
          ))}
        </div>
      )}
      <div class="meta">
        {time}{" "}
        <button type="button" class="link" onClick={() => onInspect(shown)}>
          What was sent
        </button>
        {told === undefined && shown.signal === undefined ? (
          <>
            {" "}
            <button type="button" class="link" onClick={() => onTell("read", shown.id)}>
              Read it
            </button>{" "}
            <button type="button" class="link" onClick={() => onTell("failed", shown.id)}>
              Fail it
            </button>
          </>
        ) : (
          told && ` · ${told}`
        )}
      </div>
    </div>
  );
}

function Media({ url }: { url: string }) {
  if (!/^https?:\/\//.test(url)) return <span class="file">{url}</span>;
  return (
    <a class="file" href={url} target="_blank" rel="noopener noreferrer">
      {decodeURIComponent(url.split(/[?#]/)[0]?.split("/").at(-1) ?? "") || url}
    </a>
  );
}

function said({ message }: Sent): string {
  switch (message.kind) {
    case "text":
      return String(message.text ?? "");
    case "choice":
      return String(message.text ?? message.data ?? "");
    case "location":
      return `📍 ${message.latitude}, ${message.longitude}`;
    case "media":
      return `🖼️ ${message.text ?? "A picture"}`;
    case "sticker":
      return "🙂 A sticker";
    default:
      return String(message.kind);
  }
}
