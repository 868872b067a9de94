/** A grid of emoji that people use in answers, walked with the arrow keys. */

import { ActionIcon, Popover, Tooltip, UnstyledButton } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./EmojiPicker.module.css";
import { ariaKeys } from "./shortcuts.ts";

const COLUMNS = 8;
const EMOJI = [
  ..."😀😃😄😁😅😂🙂😉😊😍😘😎🤔🤗🤩😌😐😕🙁😢😭😳😱😴🤒😤😇🥳😬🙄😮🤝",
  ..."👍👎👏🙌👋🙏💪👌🤞✌👉👈👇👆🔥✨🎉🎁💡⭐✅❌❗❓➡⏳⏰📅📞📧📦🚚",
  ..."🛒💳💰🧾🔒🔑🔧🔍📎📝📷🖨💻📱🏠🏢🌍☀🌧🚗🚲✈🍕☕🍰🐶🐱🌱💐💙💚🧡",
];

interface Props {
  id: string;
  choose: (emoji: string) => void;
}

export function EmojiPicker({ id, choose }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    const cells = [...event.currentTarget.querySelectorAll("button")];
    const at = cells.indexOf(document.activeElement as HTMLButtonElement);
    const mirrored = Math.abs(step) === 1 && document.documentElement.dir === "rtl" ? -step : step;
    cells[Math.min(cells.length - 1, Math.max(0, at + mirrored))]?.focus();
    event.preventDefault();
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={t("composer.emoji")} disabled={open}>
          <ActionIcon
            id={id}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("composer.emoji")}
            aria-keyshortcuts={ariaKeys("emoji")}
            onClick={() => setOpen(!open)}
          >
            <IconMoodSmile size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={8} aria-label={t("composer.emoji")}>
        <div className={css.grid} onKeyDown={walk} role="group" aria-label={t("composer.emoji")}>
          {EMOJI.map((emoji, index) => (
            <UnstyledButton
              key={emoji}
              className={css.cell}
              tabIndex={index === 0 ? 0 : -1}
              onClick={() => {
                setOpen(false);
                choose(emoji);
              }}
            >
              {emoji}
            </UnstyledButton>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
