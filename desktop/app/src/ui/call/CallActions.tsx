/** The buttons of a call. */

import { Button, Menu } from "@mantine/core";
import {
  IconDoorExit,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconUserPlus,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CallEntry } from "../../protocol/frames.ts";
import { ariaKeys, type Command } from "../shortcuts.ts";
import css from "./CallBar.module.css";
import { Keypad } from "./Keypad.tsx";
import type { useCall } from "./useCall.ts";

interface Props {
  call: CallEntry;
  its: ReturnType<typeof useCall>;
  keypad: boolean;
  setKeypad: (shown: boolean) => void;
  add: () => void;
}

export function CallActions({ call, its, keypad, setKeypad, add }: Props) {
  const { t } = useTranslation();
  const { own, customer, isOn, isGuest, goesOn } = its;
  const isHeld = customer?.on_hold ?? false;
  const isMuted = own?.muted ?? false;
  return (
    <div className={css.actions}>
      {isOn && (
        <>
          <Action
            label={t(isMuted ? "call.unmute" : "call.mute")}
            mark={isMuted ? <IconMicrophoneOff size={16} /> : <IconMicrophone size={16} />}
            pressed={isMuted}
            keys="mute"
            act={() => void its.mute()}
          />
          <Action
            label={t(isHeld ? "call.unhold" : "call.hold")}
            mark={isHeld ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
            pressed={isHeld}
            keys="hold"
            act={() => void its.hold()}
          />
          <Keypad opened={keypad} setOpened={setKeypad} press={its.press} />
          {!isGuest && <RecordMenu recording={call.recording} record={its.record} />}
          {!isGuest && (
            <Action label={t("call.add")} mark={<IconUserPlus size={16} />} keys="addToCall" act={add} />
          )}
          {!isGuest && goesOn && (
            <Action label={t("call.leave")} mark={<IconDoorExit size={16} />} act={() => void its.leave()} />
          )}
        </>
      )}
      <Button
        size="compact-sm"
        color="red.9"
        leftSection={<IconPhoneOff size={16} aria-hidden />}
        onClick={() => void its.end()}
        aria-keyshortcuts={ariaKeys("endCall")}
      >
        {t(isGuest ? "call.leave" : "call.end")}
      </Button>
    </div>
  );
}

interface ActionProps {
  label: string;
  mark: ReactNode;
  act: () => void;
  pressed?: boolean;
  keys?: Command;
}

function Action({ label, mark, act, pressed, keys }: ActionProps) {
  return (
    <Button
      size="compact-sm"
      variant={pressed ? "light" : "default"}
      aria-pressed={pressed}
      leftSection={<span aria-hidden>{mark}</span>}
      onClick={act}
      aria-keyshortcuts={keys && ariaKeys(keys)}
    >
      {label}
    </Button>
  );
}

/** Paused is for card numbers; a recording that was stopped is one of its own. */
function RecordMenu({
  recording,
  record,
}: {
  recording: CallEntry["recording"];
  record: (state: CallEntry["recording"]) => Promise<boolean>;
}) {
  const { t } = useTranslation();
  const choices = { off: ["on"], on: ["paused", "off"], paused: ["on", "off"] } as const;
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant={recording === "off" ? "default" : "light"}
          leftSection={<IconPlayerRecord size={16} aria-hidden />}
          aria-keyshortcuts={ariaKeys("record")}
        >
          {t("call.recording")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices[recording].map((state) => (
          <Menu.Item key={state} onClick={() => void record(state)}>
            {t(recording === "paused" && state === "on" ? "call.recordAgain" : `call.record.${state}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
