/** A text in which what was looked for is marked. */

import { createContext, useContext } from "react";
import { highlighted } from "../../model/highlight.ts";
import css from "./Marked.module.css";

const NONE: readonly string[] = [];

/** The words that are looked for in whatever stands below. */
export const MarkedWords = createContext<readonly string[]>(NONE);

export function Marked({ text }: { text: string }) {
  const words = useContext(MarkedWords);
  if (words.length === 0) return text;
  return highlighted(text, words).map(({ text, hit }, index) =>
    hit ? (
      <mark key={index} className={css.hit}>
        {text}
      </mark>
    ) : (
      text
    ),
  );
}
