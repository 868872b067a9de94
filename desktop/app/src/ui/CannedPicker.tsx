/** Canned replies that fit what was typed after `/`. The focus stays in the text field, which has the keys. */

import { Text } from "@mantine/core";
import { type RefObject, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CannedReply, matching } from "../model/canned.ts";
import type { Contact } from "../protocol/generated.ts";
import css from "./CannedPicker.module.css";
import { useDeskSettings } from "./queries.ts";

const SHOWN_MAX = 8;

interface Props {
  typed: string;
  contact: Contact | undefined;
  field: RefObject<HTMLTextAreaElement | null>;
  choose: (reply: CannedReply) => void;
  close: () => void;
}

export function CannedPicker({ typed, contact, field, choose, close }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { canned_replies } = useDeskSettings();
  const [index, setIndex] = useState(0);
  const language = contact?.attributes.language;
  const fits = matching(canned_replies, typed, typeof language === "string" ? language : null).slice(
    0,
    SHOWN_MAX,
  );
  const active = Math.min(index, Math.max(0, fits.length - 1));

  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const reply = fits[active];
      if (event.key === "ArrowDown") setIndex((active + 1) % Math.max(1, fits.length));
      else if (event.key === "ArrowUp") setIndex((active + fits.length - 1) % Math.max(1, fits.length));
      else if ((event.key === "Enter" || event.key === "Tab") && reply) choose(reply);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    element.setAttribute("aria-controls", id);
    element.setAttribute("aria-activedescendant", fits[active] ? `${id}-${active}` : "");
    element.addEventListener("keydown", onKeyDown);
    return () => {
      element.removeEventListener("keydown", onKeyDown);
      element.removeAttribute("aria-controls");
      element.removeAttribute("aria-activedescendant");
    };
  });

  return (
    <div className={css.picker} id={id} role="listbox" aria-label={t("composer.canned")}>
      {fits.length === 0 && (
        <Text size="sm" c="dimmed" p={8} role="status">
          {t("composer.cannedNone")}
        </Text>
      )}
      {fits.map((reply, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys
        <div
          key={`${reply.shortcut} ${reply.language ?? ""}`}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          className={css.option}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(reply)}
        >
          <Text size="sm" fw={600}>
            /{reply.shortcut}
          </Text>
          <Text size="sm" truncate dir="auto">
            {[reply.text, ...(reply.choices ?? [])].join(" · ")}
          </Text>
        </div>
      ))}
    </div>
  );
}
