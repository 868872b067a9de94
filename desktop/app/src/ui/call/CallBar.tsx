/** A phone call of the task at hand: how it stands, who is in it, and what can be done. */

import { Alert, Badge, Text } from "@mantine/core";
import {
  IconPhone,
  IconPhoneCalling,
  IconPhoneOff,
  IconPhonePause,
  IconPhoneRinging,
  IconPlayerPause,
  IconPlayerRecordFilled,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallStanding } from "../../model/calls.ts";
import type { CallEntry } from "../../protocol/frames.ts";
import type { Reservation } from "../../protocol/generated.ts";
import { useCenterNow } from "../context.ts";
import { duration } from "../format.ts";
import { useShortcuts } from "../shortcuts.ts";
import { AddDialog } from "./AddDialog.tsx";
import { CallActions } from "./CallActions.tsx";
import css from "./CallBar.module.css";
import { Participants } from "./Participants.tsx";
import { useCall, useCallOf } from "./useCall.ts";

interface Props {
  reservation: Reservation;
  /** The customer's. */
  name: string;
}

export function CallBar({ reservation, name }: Props) {
  const call = useCallOf(reservation.task);
  return call && <Bar reservation={reservation} call={call} name={name} />;
}

function Bar({ reservation, call, name }: Props & { call: CallEntry }) {
  const { t } = useTranslation();
  const its = useCall(reservation, call);
  const [open, setOpen] = useState<"keypad" | "add" | null>(null);
  const { isOn, isGuest } = its;
  const has = its.standing !== "ended";
  useShortcuts({
    ...(isOn && {
      hold: () => void its.hold(),
      mute: () => void its.mute(),
      keypad: () => setOpen(open === "keypad" ? null : "keypad"),
      record: () => void its.record(call.recording === "on" ? "paused" : "on"),
    }),
    ...(isOn && !isGuest && { addToCall: () => setOpen("add") }),
    ...(has && { endCall: () => void its.end() }),
  });
  return (
    <section className={css.bar} aria-label={t("call.region")} data-standing={its.standing}>
      <div className={css.row}>
        <Standing standing={its.standing} since={call.since} direction={call.direction} />
        <RecordingMark recording={call.recording} />
        {has && (
          <CallActions
            call={call}
            its={its}
            keypad={open === "keypad"}
            setKeypad={(shown) => setOpen(shown ? "keypad" : null)}
            add={() => setOpen("add")}
          />
        )}
      </div>
      {has && call.participants.length > 0 && <Participants call={call} customer={name} />}
      {call.problem && (
        <Alert color="orange" variant="light" p={6} role="alert">
          <Text size="sm" dir="auto">
            {t("call.failed", { why: call.problem })}
          </Text>
        </Alert>
      )}
      <AddDialog call={call} opened={open === "add"} close={() => setOpen(null)} />
    </section>
  );
}

const MARKS: Record<CallStanding, typeof IconPhone> = {
  ended: IconPhoneOff,
  ringing: IconPhoneRinging,
  waiting: IconPhonePause,
  reconnecting: IconPhoneOff,
  calling: IconPhoneCalling,
  on_hold: IconPhonePause,
  held: IconPhonePause,
  connected: IconPhone,
};

/** What changes is said aloud; the time that passes is not. */
function Standing({
  standing,
  since,
  direction,
}: {
  standing: CallStanding;
  since: number;
  direction: CallEntry["direction"];
}) {
  const { t } = useTranslation();
  const now = useCenterNow();
  const Mark = MARKS[standing];
  return (
    <div className={css.standing}>
      <span className={css.mark} aria-hidden>
        <Mark size={18} />
      </span>
      <Text size="sm" fw={600} role="status">
        {t(`call.standing.${standing}`)}
      </Text>
      {standing !== "ended" && (
        <Text size="sm" className={css.time} role="timer" aria-label={t("call.time")}>
          {duration(now - since)}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t(`call.direction.${direction}`)}
      </Text>
    </div>
  );
}

function RecordingMark({ recording }: { recording: CallEntry["recording"] }) {
  const { t } = useTranslation();
  if (recording === "off") return null;
  const Mark = recording === "on" ? IconPlayerRecordFilled : IconPlayerPause;
  return (
    <Badge
      variant="light"
      color={recording === "on" ? "red" : "orange"}
      tt="none"
      leftSection={<Mark size={11} aria-hidden />}
      role="status"
    >
      {t(`call.recorded.${recording}`)}
    </Badge>
  );
}
