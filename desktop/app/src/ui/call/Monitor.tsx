/** A supervisor in somebody else's call: only to hear, to help the agent, to talk with everybody. */

import { Button } from "@mantine/core";
import { IconEar, IconHeadphonesOff, IconMessage2, IconSpeakerphone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ownPart } from "../../model/calls.ts";
import type { ConversationSid, MonitorMode, TaskSid } from "../../protocol/generated.ts";
import { useDesk, useDeskState } from "../context.ts";
import css from "./Monitor.module.css";
import { useCallOf, useTried } from "./useCall.ts";

const MODES = { listen: IconEar, whisper: IconMessage2, barge: IconSpeakerphone } as const satisfies Record<
  MonitorMode,
  unknown
>;

interface Props {
  task: { sid: TaskSid; conversation_sid: ConversationSid | null };
}

export function Monitor({ task }: Props) {
  const { t } = useTranslation();
  const { calls } = useDesk();
  const tried = useTried();
  const me = useDeskState((state) => state.worker?.sid);
  const call = useCallOf(task);
  const own = call && ownPart(call, me);
  // Who talks with the customer themselves does not listen in.
  if (own && own.kind !== "supervisor") return null;
  const mode = own?.mode ?? null;
  return (
    <div className={css.monitor} role="group" aria-label={t("monitor.label")}>
      {(["listen", "whisper", "barge"] as const).map((name) => {
        const Mark = MODES[name];
        return (
          <Button
            key={name}
            size="compact-sm"
            variant={mode === name ? "filled" : "default"}
            aria-pressed={mode === name}
            title={t(`monitor.hint.${name}`)}
            leftSection={<Mark size={14} aria-hidden />}
            onClick={() => void tried(() => calls.monitor(task.sid, name))}
          >
            {t(`monitor.${name}`)}
          </Button>
        );
      })}
      {own && (
        <Button
          size="compact-sm"
          variant="light"
          color="red"
          leftSection={<IconHeadphonesOff size={14} aria-hidden />}
          onClick={() => void tried(() => calls.monitor(task.sid, "off"))}
        >
          {t(own.state === "ringing" ? "monitor.ringing" : "monitor.off")}
        </Button>
      )}
    </div>
  );
}
