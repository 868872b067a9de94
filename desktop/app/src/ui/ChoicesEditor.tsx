/** Answers for the customer to choose from: written, put in order, within what the channel can show. */

import { ActionIcon, Button, CloseButton, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconPlus } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { CHOICE_CHARS_MAX, faultOf, isLong, moved } from "../model/choices.ts";
import css from "./ChoicesEditor.module.css";

interface Props {
  texts: readonly string[];
  max: number;
  change: (texts: string[]) => void;
}

export function ChoicesEditor({ texts, max, change }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  // Where the focus goes once the list is as it was asked for.
  const wanted = useRef<number | null>(texts.length === 1 && texts[0] === "" ? 0 : null);
  useEffect(() => {
    if (wanted.current === null) return;
    box.current?.querySelectorAll("input")[wanted.current]?.focus();
    wanted.current = null;
  });
  const put = (at: number, text: string) =>
    change(texts.map((before, index) => (index === at ? text : before)));
  const add = () => {
    if (texts.length >= max) return;
    wanted.current = texts.length;
    change([...texts, ""]);
  };
  const move = (at: number, by: -1 | 1) => {
    if (texts[at + by] === undefined) return;
    wanted.current = at + by;
    change(moved(texts, at, by));
  };
  const remove = (at: number) => {
    wanted.current = Math.max(0, at - 1);
    change(texts.filter((_, index) => index !== at));
  };
  const onKeyDown = (at: number) => (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") add();
    else if (event.altKey && event.key === "ArrowUp") move(at, -1);
    else if (event.altKey && event.key === "ArrowDown") move(at, 1);
    else if (event.key === "Backspace" && texts[at] === "") remove(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const fault = faultOf(texts, max);
  const isWritten = fault === "twice" || fault === "many";
  return (
    <div ref={box} className={css.choices} role="group" aria-label={t("choices.label")}>
      {texts.map((text, at) => (
        <Group key={at} gap={4} wrap="nowrap">
          <TextInput
            flex={1}
            size="xs"
            dir="auto"
            aria-label={t("choices.one", { number: at + 1 })}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
            placeholder={t("choices.one", { number: at + 1 })}
            maxLength={CHOICE_CHARS_MAX}
            value={text}
            onChange={({ currentTarget: { value } }) => put(at, value)}
            onKeyDown={onKeyDown(at)}
          />
          {([-1, 1] as const).map((by) => {
            const label = t(by < 0 ? "choices.up" : "choices.down", { number: at + 1 });
            const Mark = by < 0 ? IconChevronUp : IconChevronDown;
            return (
              <Tooltip key={by} label={label}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={label}
                  disabled={texts[at + by] === undefined}
                  onClick={() => move(at, by)}
                >
                  <Mark size={16} aria-hidden />
                </ActionIcon>
              </Tooltip>
            );
          })}
          <CloseButton
            size="sm"
            aria-label={t("choices.remove", { number: at + 1 })}
            onClick={() => remove(at)}
          />
        </Group>
      ))}
      <Group gap={8}>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={texts.length >= max}
          onClick={add}
        >
          {t("choices.add")}
        </Button>
        <Text size="xs" c="dimmed">
          {t("choices.count", { number: texts.length, max })}
        </Text>
      </Group>
      {(isWritten || isLong(texts)) && (
        <Text size="xs" className={isWritten ? css.problem : css.hint} role="status">
          {t(isWritten ? `choices.${fault}` : "choices.long")}
        </Text>
      )}
    </div>
  );
}
