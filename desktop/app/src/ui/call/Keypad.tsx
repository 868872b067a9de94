/** Twelve keys, pressed into a call. */

import { Button, Popover, Text, UnstyledButton } from "@mantine/core";
import { IconDialpad } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ariaKeys } from "../shortcuts.ts";
import css from "./Keypad.module.css";

const KEYS = "123456789*0#".split("");
/** What was pressed is shown, as far as there is room. */
const SHOWN_MAX = 24;

interface Props {
  opened: boolean;
  setOpened: (opened: boolean) => void;
  press: (digits: string) => void;
}

export function Keypad({ opened, setOpened, press }: Props) {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState("");
  const add = (key: string) => {
    setPressed((before) => (before + key).slice(-SHOWN_MAX));
    press(key);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom"
      trapFocus
      returnFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <Button
          size="compact-sm"
          variant={opened ? "light" : "default"}
          leftSection={<IconDialpad size={16} aria-hidden />}
          aria-expanded={opened}
          aria-keyshortcuts={ariaKeys("keypad")}
          onClick={() => setOpened(!opened)}
        >
          {t("call.keypad")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown
        aria-label={t("call.keypad")}
        onKeyDown={(event) => {
          if (KEYS.includes(event.key) && !event.altKey && !event.ctrlKey && !event.metaKey) add(event.key);
        }}
      >
        <Text className={css.pressed} dir="ltr" role="status" aria-label={t("call.pressed")}>
          {pressed || "\u00a0"}
        </Text>
        <Keys press={add} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** The keys alone, from left to right in every language. */
export function Keys({ press }: { press: (key: string) => void }) {
  return (
    <div className={css.keys} dir="ltr">
      {KEYS.map((key) => (
        <UnstyledButton key={key} className={css.key} onClick={() => press(key)}>
          {key}
        </UnstyledButton>
      ))}
    </div>
  );
}
