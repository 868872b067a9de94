/** From when to when, by the clock of the place. */

import { ActionIcon, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Faults } from "../../admin/faults.ts";
import type { Span } from "../../admin/types.ts";
import css from "./Hours.module.css";

interface Props {
  /** Of what it is a span: a day. */
  of: string;
  span: Span;
  faults: Faults;
  change: (span: Span) => void;
  remove: () => void;
}

export function SpanFields({ of, span, faults, change, remove }: Props) {
  const { t } = useTranslation();
  const { from, to } = span;
  const field = (key: keyof Span, label: string) => (
    <TextInput
      className={css.time}
      size="xs"
      dir="ltr"
      inputMode="numeric"
      placeholder={key === "from" ? "09:00" : "17:00"}
      aria-label={`${of}: ${label}`}
      value={span[key]}
      error={faults.at(`/${key}`)}
      onChange={(event) => change({ from, to, [key]: event.currentTarget.value })}
    />
  );
  return (
    <div className={css.span} role="group" aria-label={`${of}: ${from}–${to}`}>
      {field("from", t("admin.hours.from"))}
      <span aria-hidden>–</span>
      {field("to", t("admin.hours.to"))}
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("contact.remove", { name: `${of} ${from}–${to}` })}
        onClick={remove}
      >
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </div>
  );
}
