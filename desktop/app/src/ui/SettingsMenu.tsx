/** What an agent likes: language, appearance, sounds. */

import {
  ActionIcon,
  NativeSelect,
  Popover,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  Tooltip,
  useMantineColorScheme,
} from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { UNDO_S, useSettings } from "../desk/settings.ts";
import { choose, currentLanguage, isLanguage, LANGUAGES } from "../i18n/index.ts";
import { DeviceSettings } from "./phone/DeviceSettings.tsx";

export function SettingsMenu() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { sound, undo_s, set } = useSettings();
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={300}
      trapFocus
      returnFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <Tooltip label={t("menu.label")} disabled={open}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("menu.label")}
            onClick={() => setOpen(!open)}
          >
            <IconSettings size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("menu.label")}>
        <Stack gap="md">
          <NativeSelect
            label={t("menu.language")}
            value={currentLanguage()}
            onChange={({ currentTarget: { value } }) => isLanguage(value) && void choose(value)}
            data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          />
          <div>
            <Text size="sm" fw={500} mb={4} id="scheme">
              {t("menu.scheme")}
            </Text>
            <SegmentedControl
              fullWidth
              size="xs"
              aria-labelledby="scheme"
              value={colorScheme}
              onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
              data={(["auto", "light", "dark"] as const).map((value) => ({
                value,
                label: t(`menu.${value}`),
              }))}
            />
          </div>
          <Switch
            label={t("menu.sound")}
            checked={sound}
            onChange={(event) => set({ sound: event.currentTarget.checked })}
          />
          <NotificationSwitch />
          <NativeSelect
            label={t("menu.undo")}
            value={String(undo_s)}
            onChange={({ currentTarget: { value } }) => set({ undo_s: Number(value) })}
            data={UNDO_S.map((s) => ({
              value: String(s),
              label: s === 0 ? t("menu.undoNone") : t("menu.seconds", { count: s }),
            }))}
          />
          <DeviceSettings />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function NotificationSwitch() {
  const { t } = useTranslation();
  const { notifications, set } = useSettings();
  const [permission, setPermission] = useState(() =>
    "Notification" in window ? Notification.permission : "denied",
  );
  const change = async (on: boolean) => {
    if (on && permission === "default") {
      const given = await Notification.requestPermission();
      setPermission(given);
      set({ notifications: given === "granted" });
    } else {
      set({ notifications: on });
    }
  };
  return (
    <Switch
      label={t("menu.notifications")}
      description={permission === "denied" ? t("menu.notificationsDenied") : undefined}
      disabled={permission === "denied"}
      checked={notifications && permission === "granted"}
      onChange={(event) => void change(event.currentTarget.checked)}
    />
  );
}
