/** How long a customer has waited, coloured by how long they should. */

import { IconClock } from "@tabler/icons-react";
import { sla } from "../model/tasks.ts";
import { useCenterNow } from "./context.ts";
import css from "./Elapsed.module.css";
import { duration } from "./format.ts";

interface Props {
  /** Milliseconds since the epoch by the center's clock. */
  since: number;
  target_s: number;
  /** What the time is about: `Waits for 0:42`. */
  label: (time: string) => string;
}

export function Elapsed({ since, target_s, label }: Props) {
  const waited = Math.max(0, useCenterNow() - since);
  const text = label(duration(waited));
  return (
    <span
      className={css.elapsed}
      data-sla={sla(waited / 1000, target_s)}
      title={text}
      role="timer"
      aria-label={text}
    >
      <IconClock size={12} aria-hidden />
      {duration(waited)}
    </span>
  );
}
