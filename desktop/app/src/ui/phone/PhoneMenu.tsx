/** The telephone in the header: how it stands, and a pad to call somebody. */

import {
  ActionIcon,
  Button,
  Group,
  NativeSelect,
  Popover,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconPhone, IconPhoneOff, IconPhoneOutgoing } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { dialled } from "../../model/calls.ts";
import { isOpen } from "../../phone/machine.ts";
import { Keys } from "../call/Keypad.tsx";
import { useTried } from "../call/useCall.ts";
import { useDesk, usePhone } from "../context.ts";
import { useDeskSettings } from "../queries.ts";
import { ariaKeys } from "../shortcuts.ts";
import { useLineText } from "./PhoneBar.tsx";
import css from "./PhoneMenu.module.css";

interface Props {
  opened: boolean;
  setOpened: (opened: boolean) => void;
}

export function PhoneMenu({ opened, setOpened }: Props) {
  const { t } = useTranslation();
  const { voice_accounts } = useDeskSettings();
  const line = useStore(usePhone().store, ({ line }) => line);
  const text = useLineText(line);
  if (voice_accounts.length === 0 && line.at === "none") return null;
  const isHere = line.at !== "none";
  const Mark = isHere && !isOpen(line) ? IconPhoneOff : IconPhone;
  const label = isHere ? `${t("phone.label")}: ${text}` : t("phone.label");
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={280}
      trapFocus
      returnFocus
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <Tooltip label={label} disabled={opened}>
          <ActionIcon
            variant="subtle"
            color={isHere && !isOpen(line) ? "orange" : "gray"}
            size="lg"
            className={css.phone}
            data-line={line.at}
            aria-label={label}
            aria-keyshortcuts={ariaKeys("dial")}
            onClick={() => setOpened(!opened)}
          >
            <Mark size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("phone.label")}>
        <Stack gap="sm">
          {isHere && <Taken />}
          {voice_accounts.length > 0 && <DialPad accounts={voice_accounts} done={() => setOpened(false)} />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The telephone in the browser: taken up or put down. */
function Taken() {
  const { t } = useTranslation();
  const phone = usePhone();
  const line = useStore(phone.store, ({ line }) => line);
  const open = isOpen(line);
  return (
    <Group gap="sm" justify="space-between" wrap="nowrap">
      <Text size="sm">{useLineText(line)}</Text>
      <Button
        size="compact-sm"
        variant="default"
        flex="none"
        onClick={() => (open ? phone.putDown() : phone.takeUp())}
      >
        {t(open ? "phone.putDown" : "phone.takeUp")}
      </Button>
    </Group>
  );
}

function DialPad({ accounts, done }: { accounts: readonly string[]; done: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const tried = useTried();
  const [typed, setTyped] = useState("");
  const [account, setAccount] = useState(accounts[0] ?? "");
  const number = dialled(typed);
  const call = async () => {
    if (number && (await tried(() => desk.tasks.call({ to: number, account })))) done();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void call();
      }}
    >
      <Stack gap="sm">
        <TextInput
          data-autofocus
          type="tel"
          dir="ltr"
          label={t("phone.number")}
          description={t("call.numberHint")}
          value={typed}
          onChange={({ currentTarget: { value } }) => setTyped(value)}
        />
        {accounts.length > 1 && (
          <NativeSelect
            label={t("phone.account")}
            value={account}
            onChange={({ currentTarget: { value } }) => setAccount(value)}
            data={[...accounts]}
          />
        )}
        <Keys press={(key) => setTyped(typed + key)} />
        <Button type="submit" disabled={!number} leftSection={<IconPhoneOutgoing size={16} aria-hidden />}>
          {t("phone.call")}
        </Button>
      </Stack>
    </form>
  );
}
