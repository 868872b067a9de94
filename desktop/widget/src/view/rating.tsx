/** How the conversation was, once it has ended. */
import { useState } from "preact/hooks";
import type { Widget } from "../model.ts";
import { StarIcon } from "./icons.tsx";

const SCORES = [1, 2, 3, 4, 5];

export function Rating({ widget }: { widget: Widget }) {
  const { texts } = widget.language;
  const [score, setScore] = useState(0);
  const [text, setText] = useState("");
  if (!widget.chat.toRate || !widget.look.rating) {
    const isThanked = widget.wasRated && widget.chat.standing.state === "closed";
    return (
      <div class="thanks" role="status" hidden={!isThanked}>
        {isThanked && texts.rated}
      </div>
    );
  }
  const send = (event: Event) => {
    event.preventDefault();
    widget.rate(score, text);
    setScore(0);
    setText("");
  };
  return (
    <form class="rating" onSubmit={send}>
      <fieldset>
        <legend>{texts.rate}</legend>
        <div class="stars">
          {SCORES.map((stars) => (
            <label key={stars} class={stars <= score ? "on" : ""}>
              <input
                type="radio"
                name="score"
                value={stars}
                checked={stars === score}
                aria-label={texts.stars(stars)}
                onChange={() => setScore(stars)}
              />
              <StarIcon />
            </label>
          ))}
        </div>
      </fieldset>
      {score > 0 && (
        <textarea
          rows={2}
          dir="auto"
          maxLength={2_000}
          value={text}
          placeholder={texts.rateComment}
          aria-label={texts.rateComment}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <div class="row">
        <button type="submit" class="primary" disabled={score === 0}>
          {texts.rateSend}
        </button>
        <button type="button" class="plain" onClick={() => widget.skipRating()}>
          {texts.rateSkip}
        </button>
      </div>
    </form>
  );
}
