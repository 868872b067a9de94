/** The top of the page: the connection, the activity, the settings. */

import { ActionIcon, Alert, Avatar, Badge, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import {
  IconChevronDown,
  IconKeyboard,
  IconLogout,
  IconPlugConnected,
  IconPlugConnectedX,
  IconSearch,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Role, signedOut } from "../session/session.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk, useDeskState, useNow } from "./context.ts";
import { initials } from "./format.ts";
import css from "./Header.module.css";
import { PhoneMenu } from "./phone/PhoneMenu.tsx";
import { SectionTabs } from "./SectionTabs.tsx";
import { SettingsMenu } from "./SettingsMenu.tsx";
import { useOpenSearch } from "./search/open.ts";
import type { Section } from "./sections.ts";
import { ariaKeys } from "./shortcuts.ts";

interface Props {
  role: Role;
  section: Section;
  activityOpen: boolean;
  setActivityOpen: (open: boolean) => void;
  phoneOpen: boolean;
  setPhoneOpen: (open: boolean) => void;
  showHelp: () => void;
}

export function Header({
  role,
  section,
  activityOpen,
  setActivityOpen,
  phoneOpen,
  setPhoneOpen,
  showHelp,
}: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const worker = useDeskState((state) => state.worker);
  const search = useOpenSearch((search) => search.open);
  return (
    <header className={css.header}>
      <Group gap="sm" wrap="nowrap">
        <img src="favicon.svg" alt="" width={26} height={26} />
        <Text component="h1" fw={700} className={css.brand}>
          {t("app")}
        </Text>
        <ConnectionBadge />
        <SectionTabs role={role} section={section} />
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Button
          variant="default"
          size="sm"
          leftSection={<IconSearch size={16} aria-hidden />}
          onClick={search}
          aria-label={t("search.button")}
          aria-keyshortcuts={ariaKeys("search")}
        >
          <span className={css.name}>{t("search.button")}</span>
        </Button>
        <PhoneMenu opened={phoneOpen} setOpened={setPhoneOpen} />
        <ActivityMenu open={activityOpen} setOpen={setActivityOpen} />
        <Tooltip label={t("menu.help")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={showHelp}
            aria-label={t("menu.help")}
            aria-keyshortcuts={ariaKeys("help")}
          >
            <IconKeyboard size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <SettingsMenu />
        {worker && (
          <Group gap={8} wrap="nowrap" className={css.me}>
            <Avatar radius="xl" size={30} color="initials" name={worker.friendly_name} aria-hidden>
              {initials(worker.friendly_name)}
            </Avatar>
            <Text size="sm" fw={500} className={css.name}>
              {worker.friendly_name}
            </Text>
          </Group>
        )}
        <Tooltip label={t("menu.signOut")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("menu.signOut")}
            onClick={() => {
              desk.end();
              signedOut(null);
            }}
          >
            <IconLogout size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </header>
  );
}

function ConnectionBadge() {
  const { t } = useTranslation();
  const connection = useDeskState((state) => state.connection);
  const online = connection.phase === "online";
  const Mark = online ? IconPlugConnected : IconPlugConnectedX;
  return (
    <Badge
      variant="light"
      color={online ? "teal" : "orange"}
      leftSection={<Mark size={12} aria-hidden />}
      role="status"
      className={css.connection}
      data-phase={connection.phase}
    >
      {t(online ? "connection.online" : "connection.connecting")}
    </Badge>
  );
}

/** Says that the connection is lost, where nobody can overlook it. */
export function ConnectionBar() {
  const { t } = useTranslation();
  const desk = useDesk();
  const now = useNow();
  const connection = useDeskState((state) => state.connection);
  const waiting = useDeskState((state) => state.sending.filter(({ phase }) => phase === "sending").length);
  if (connection.phase !== "offline") return null;
  const seconds = Math.max(0, Math.ceil((connection.retry_at - now) / 1000));
  return (
    <Alert color="orange" variant="light" radius={0} py={6} role="alert">
      <Group gap="sm">
        <Text size="sm">{t("connection.offline", { seconds })}</Text>
        {waiting > 0 && <Text size="sm">{t("connection.queued", { count: waiting })}</Text>}
        <Button size="compact-sm" variant="default" onClick={() => desk.retryNow()}>
          {t("connection.retry")}
        </Button>
      </Group>
    </Alert>
  );
}

function ActivityMenu({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const worker = useDeskState((state) => state.worker);
  const activities = useDeskState((state) => state.activities);
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          disabled={!worker}
          leftSection={<span className={css.dot} data-available={worker?.available} />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`${t("activity.label")}: ${worker?.activity_name ?? ""}`}
          aria-keyshortcuts={ariaKeys("activity")}
        >
          {worker?.activity_name ?? "–"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("activity.label")}</Menu.Label>
        {activities.map(({ sid, friendly_name, available }) => (
          <Menu.Item
            key={sid}
            leftSection={<span className={css.dot} data-available={available} />}
            aria-current={sid === worker?.activity_sid || undefined}
            onClick={() =>
              void attempt(
                () => desk.setActivity(sid),
                () => t("activity.failed"),
              )
            }
          >
            {friendly_name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
