/** Who is in a call or called into it, and what can be done with each. */

import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconMicrophoneOff, IconPhoneRinging, IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ownPart } from "../../model/calls.ts";
import type { CallEntry } from "../../protocol/frames.ts";
import type { CallParticipant } from "../../protocol/generated.ts";
import { useDesk, useDeskState } from "../context.ts";
import css from "./CallBar.module.css";
import { useTried } from "./useCall.ts";

export function Participants({ call, customer }: { call: CallEntry; customer: string }) {
  const { t } = useTranslation();
  const me = useDeskState((state) => state.worker?.sid);
  const isMine = ownPart(call, me)?.kind === "agent" && call.state === "connected";
  return (
    <ul className={css.people} aria-label={t("call.participants")}>
      {call.participants.map((one) => {
        const isMe = one.worker_sid !== undefined && one.worker_sid === me;
        const name = isMe ? t("timeline.you") : nameOf(one, customer);
        return (
          <li key={one.participant}>
            {isMine && !isMe ? (
              <Person call={call} one={one} name={name ?? t(`call.kind.${one.kind}`)} />
            ) : (
              <span className={css.person} data-state={one.state}>
                <Named one={one} name={name ?? t(`call.kind.${one.kind}`)} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function nameOf({ kind, name }: CallParticipant, customer: string): string | null {
  return kind === "customer" ? customer : (name ?? null);
}

/** A name with what there is to know about whose it is. */
function Named({ one, name }: { one: CallParticipant; name: string }) {
  const { t } = useTranslation();
  const { kind, state, muted, on_hold, mode } = one;
  const marks = [
    state === "ringing" && ([t("call.mark.ringing"), IconPhoneRinging] as const),
    muted && ([t("call.mark.muted"), IconMicrophoneOff] as const),
    on_hold && ([t("call.mark.onHold"), IconPlayerPause] as const),
  ].filter((mark) => mark !== false);
  const role = mode
    ? t(`monitor.${mode}`)
    : kind === "customer" || kind === "agent"
      ? null
      : t(`call.kind.${kind}`);
  return (
    <>
      <bdi>{name}</bdi>
      {role && role !== name && <span>· {role}</span>}
      {marks.length > 0 && (
        <span className={css.marks}>
          {marks.map(([label, Mark]) => (
            <span key={label} role="img" aria-label={label} title={label}>
              <Mark size={14} aria-hidden />
            </span>
          ))}
        </span>
      )}
    </>
  );
}

/** Somebody else, with a menu. */
function Person({ call, one, name }: { call: CallEntry; one: CallParticipant; name: string }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { calls } = desk;
  const tried = useTried();
  const { task_sid } = call;
  const { participant, kind, state, muted, on_hold, worker_sid } = one;
  const isIn = state === "joined" && kind !== "supervisor";
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={css.person} data-state={state}>
          <Named one={one} name={name} />
          <IconChevronDown size={13} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {isIn && (
          <>
            <Menu.Item onClick={() => void tried(() => calls.hold(task_sid, !on_hold, participant))}>
              {t(on_hold ? "call.unhold" : "call.hold")}
            </Menu.Item>
            <Menu.Item onClick={() => void tried(() => calls.mute(task_sid, !muted, participant))}>
              {t(muted ? "call.unmuteOther" : "call.muteOther")}
            </Menu.Item>
          </>
        )}
        {isIn && kind === "colleague" && worker_sid && (
          <Menu.Item onClick={() => void tried(() => desk.tasks.handOver(task_sid, worker_sid))}>
            {t("call.handOver")}
          </Menu.Item>
        )}
        <Menu.Item color="red" onClick={() => void tried(() => calls.remove(task_sid, participant))}>
          {t("call.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
