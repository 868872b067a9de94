/** When a message is to go out: a few moments to choose from, or any. */

import { ActionIcon, Button, Checkbox, Popover, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { asField, isPossible, ofField, presets } from "../model/later.ts";
import { LATER_ID } from "./composerIds.ts";
import { useCenterNow } from "./context.ts";
import { shortDate } from "./format.ts";
import { ariaKeys } from "./shortcuts.ts";

export interface When {
  send_at: number;
  unless_answered: boolean;
}

interface Props {
  disabled: boolean;
  /** The last moment of the channel's window, where it has one. */
  window_until: number | null;
  choose: (when: When) => void;
}

export function LaterMenu({ disabled, window_until, choose }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="top-end"
      width={320}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Tooltip label={t("later.button")} disabled={open}>
          <ActionIcon
            id={LATER_ID}
            variant="light"
            size="lg"
            disabled={disabled}
            aria-label={t("later.button")}
            aria-expanded={open}
            aria-keyshortcuts={ariaKeys("later")}
            onClick={() => setOpen(!open)}
          >
            <IconClock size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("later.button")}>
        <Moments
          window_until={window_until}
          choose={(when) => {
            setOpen(false);
            choose(when);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function Moments({ window_until, choose }: Omit<Props, "disabled">) {
  const { t } = useTranslation();
  const now = useCenterNow();
  const [unless_answered, setUnless] = useState(true);
  const [field, setField] = useState(() => asField(now + 3_600_000));
  const at = ofField(field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (isPossible(at, now)) choose({ send_at: at, unless_answered });
  };
  return (
    <Stack gap="xs">
      <Stack gap={4}>
        {presets(now).map((preset) => (
          <Button
            key={preset.preset}
            variant="default"
            size="compact-md"
            justify="space-between"
            rightSection={<Text size="xs">{shortDate(preset.at)}</Text>}
            onClick={() => choose({ send_at: preset.at, unless_answered })}
          >
            {t(`later.${preset.preset}`)}
          </Button>
        ))}
      </Stack>
      <form onSubmit={submit}>
        <Stack gap={6}>
          <TextInput
            type="datetime-local"
            step={1}
            size="xs"
            label={t("later.own")}
            description={t("later.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
            value={field}
            error={at !== null && !isPossible(at, now) && t("later.impossible")}
            onChange={({ currentTarget: { value } }) => setField(value)}
          />
          <Button type="submit" size="compact-md" disabled={!isPossible(at, now)}>
            {t("later.schedule")}
          </Button>
        </Stack>
      </form>
      <Checkbox
        size="xs"
        label={t("later.unless")}
        checked={unless_answered}
        onChange={({ currentTarget: { checked } }) => setUnless(checked)}
      />
      {window_until !== null && at !== null && at > window_until && (
        <Text size="xs" role="status">
          {t("later.window", { time: shortDate(window_until) })}
        </Text>
      )}
    </Stack>
  );
}
