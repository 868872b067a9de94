/** Where the customer writes. */
import { useState } from "preact/hooks";
import type { Account } from "../api.ts";
import type { Simulator } from "../model.ts";

interface Props {
  simulator: Simulator;
  account: Account;
  isFresh: boolean;
}

const FIRST_WORDS = ["hello", "When do you open?", "live agent"];
const LATER_WORDS = ["live agent", "English"];

/** What a customer can send besides text, by kind. */
const OTHERS: Readonly<
  Record<string, { label: string; content: { kind: string; [field: string]: unknown } }>
> = {
  media: {
    label: "Picture",
    content: {
      kind: "media",
      text: "My lamp",
      media: [
        {
          url: "https://picsum.photos/seed/lamp/480/320.jpg",
          content_type: "image/jpeg",
          file_name: "lamp.jpg",
        },
      ],
    },
  },
  location: {
    label: "Place",
    content: { kind: "location", latitude: 48.85837, longitude: 2.294481, name: "Tour Eiffel" },
  },
  sticker: { label: "Sticker", content: { kind: "sticker", package_id: "446", sticker_id: "1988" } },
};

export function Composer({ simulator, account, isFresh }: Props) {
  const [text, setText] = useState("");
  const [isMore, setMore] = useState(false);
  const others = account.kinds.filter((kind) => kind in OTHERS);
  const send = (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    void simulator.write(account, { kind: "text", text });
    setText("");
  };
  return (
    <form class="composer" onSubmit={send}>
      <div class="words">
        {(isFresh ? FIRST_WORDS : LATER_WORDS).map((words) => (
          <button
            type="button"
            key={words}
            onClick={() => void simulator.write(account, { kind: "text", text: words })}
          >
            {words}
          </button>
        ))}
        {isMore &&
          others.map((kind) => (
            <button
              type="button"
              key={kind}
              onClick={() => {
                const content = OTHERS[kind]?.content;
                if (content) void simulator.write(account, content);
              }}
            >
              {OTHERS[kind]?.label}
            </button>
          ))}
      </div>
      <div class="write">
        {others.length > 0 && (
          <button
            type="button"
            class="round"
            aria-label="More to send"
            aria-expanded={isMore}
            onClick={() => setMore(!isMore)}
          >
            +
          </button>
        )}
        <input
          type="text"
          value={text}
          dir="auto"
          autocomplete="off"
          aria-label="Write as the customer"
          placeholder="Write as the customer"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="round go" aria-label="Send" disabled={!text.trim()}>
          ↑
        </button>
      </div>
    </form>
  );
}
