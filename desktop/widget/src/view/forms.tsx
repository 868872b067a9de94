/** What is asked before a conversation, and outside the opening hours. */
import type { TargetedSubmitEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { openingText } from "../hours.ts";
import type { Widget } from "../model.ts";
import type { FieldName, PreChatField } from "../settings.ts";

type Answers = Partial<Record<FieldName | "message", string>>;

/** The browser's own idea of an e-mail address is good enough: whoever answers will see. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const INPUT: Record<
  FieldName,
  { type: "text" | "email" | "tel"; autocomplete: "name" | "email" | "tel" | "off" }
> = {
  name: { type: "text", autocomplete: "name" },
  email: { type: "email", autocomplete: "email" },
  phone: { type: "tel", autocomplete: "tel" },
  topic: { type: "text", autocomplete: "off" },
};
const CHARS_MAX: Record<FieldName, number> = { name: 128, email: 254, phone: 32, topic: 256 };

export function PreChat({ widget }: { widget: Widget }) {
  const { texts } = widget.language;
  return (
    <Form
      widget={widget}
      title={texts.preChat}
      text={widget.look.greeting ?? texts.greeting}
      fields={widget.look.pre_chat}
      button={texts.start}
      onFilled={(answers) => widget.introduce(answers)}
    />
  );
}

export function OfflineForm({ widget }: { widget: Widget }) {
  const { texts, tag } = widget.language;
  const { opensAt } = widget;
  return (
    <Form
      widget={widget}
      title={texts.closedTitle}
      text={widget.look.offline_text ?? texts.closedText}
      {...(opensAt === undefined ? {} : { when: texts.opensAt(openingText(opensAt, tag)) })}
      fields={[
        { name: "name", required: false },
        { name: "email", required: true },
      ]}
      button={texts.leave}
      hasMessage
      onFilled={({ message = "", ...answers }) => widget.leaveMessage(answers, message)}
    />
  );
}

interface Props {
  widget: Widget;
  title: string;
  text: string;
  /** When somebody is there again. */
  when?: string;
  fields: readonly PreChatField[];
  hasMessage?: boolean;
  button: string;
  onFilled(answers: Answers): Promise<void>;
}

function Form({ widget, title, text, when, fields, hasMessage = false, button, onFilled }: Props) {
  const { texts } = widget.language;
  const [wrong, setWrong] = useState<Answers>({});
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const asked = hasMessage ? [...fields, { name: "message" as const, required: true }] : fields;
    const answers: Answers = {};
    const found: Answers = {};
    for (const { name, required } of asked) {
      const answer = String(data.get(name) ?? "").trim();
      if (answer) answers[name] = answer;
      if (required && !answer) found[name] = texts.required;
      else if (name === "email" && answer && !EMAIL.test(answer)) found[name] = texts.badEmail;
    }
    setWrong(found);
    const first = Object.keys(found)[0];
    if (first) return form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    setBusy(true);
    await onFilled(answers).finally(() => setBusy(false));
  };
  return (
    <form class="form" ref={form} noValidate onSubmit={(event) => void submit(event)}>
      <h3>{title}</h3>
      <p dir="auto">{text}</p>
      {when && <p class="when">{when}</p>}
      {fields.map(({ name, required }) => (
        <div class="field" key={name}>
          <label for={`field-${name}`}>
            {texts.fields[name]} {!required && <small>({texts.optional})</small>}
          </label>
          <input
            id={`field-${name}`}
            name={name}
            dir="auto"
            type={INPUT[name].type}
            list={undefined}
            autocomplete={INPUT[name].autocomplete}
            maxLength={CHARS_MAX[name]}
            aria-required={required}
            aria-invalid={wrong[name] !== undefined}
            aria-describedby={`why-${name}`}
          />
          <span class="why" id={`why-${name}`} role="alert">
            {wrong[name]}
          </span>
        </div>
      ))}
      {hasMessage && (
        <div class="field">
          <label for="field-message">{texts.message}</label>
          <textarea
            id="field-message"
            name="message"
            rows={4}
            dir="auto"
            maxLength={4_000}
            aria-required
            aria-invalid={wrong.message !== undefined}
            aria-describedby="why-message"
          />
          <span class="why" id="why-message" role="alert">
            {wrong.message}
          </span>
        </div>
      )}
      <button type="submit" class="primary" disabled={isBusy}>
        {button}
      </button>
    </form>
  );
}
