/** The tasks of the agent: what is new in each, and how long its customer has waited. */

import { Badge, Text, UnstyledButton } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type TaskItem, taskItem } from "../model/tasks.ts";
import { plainText } from "../model/timeline.ts";
import type { Reservation } from "../protocol/generated.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { useDesk, useDeskState } from "./context.ts";
import { Elapsed } from "./Elapsed.tsx";
import { Picture } from "./Picture.tsx";
import { useDeskSettings } from "./queries.ts";
import css from "./TaskList.module.css";

export function TaskList({ tasks }: { tasks: readonly Reservation[] }) {
  const { t } = useTranslation();
  const state = useDeskState((state) => state);
  if (tasks.length === 0) {
    return (
      <div className={css.none}>
        <IconInbox size={32} stroke={1.25} aria-hidden />
        <Text fw={600}>{t("tasks.none")}</Text>
        <Text size="sm" c="dimmed">
          {t(state.worker?.available === false ? "tasks.unavailableHint" : "tasks.noneHint")}
        </Text>
      </div>
    );
  }
  return (
    <ul className={css.tasks}>
      {tasks.map((reservation) => (
        <li key={reservation.sid}>
          <Task item={taskItem(state, reservation)} selected={state.selected === reservation.sid} />
        </li>
      ))}
    </ul>
  );
}

function Task({ item, selected }: { item: TaskItem; selected: boolean }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { answer_s_target } = useDeskSettings();
  const { reservation, name, channel, last, unread, waiting_since } = item;
  const isWrapping = reservation.reservation_status === "wrapping";
  const shown = name ?? t("contact.unnamed");
  return (
    <UnstyledButton
      className={css.task}
      aria-current={selected || undefined}
      onClick={() => desk.tasks.select(reservation.sid)}
    >
      <Picture name={shown} channel={channel} size={38} src={item.contact?.picture} />
      <span className={css.middle}>
        <span className={css.line}>
          <ChannelIcon channel={channel} size={14} />
          <span className={css.name} dir="auto" data-unread={unread > 0 || undefined}>
            {shown}
          </span>
        </span>
        <span className={css.said} dir="auto">
          {last
            ? last.deleted
              ? t("timeline.deleted")
              : plainText(last.edited ?? last) || t("timeline.media")
            : t("tasks.noMessages")}
        </span>
      </span>
      <span className={css.end}>
        {isWrapping ? (
          <Badge size="sm" variant="light" color="gray">
            {t("tasks.wrapping")}
          </Badge>
        ) : (
          waiting_since !== null && (
            <Elapsed
              since={waiting_since}
              target_s={answer_s_target}
              label={(time) => t("tasks.waiting", { time })}
            />
          )
        )}
        {unread > 0 && (
          <Badge size="sm" circle aria-label={t("tasks.unread", { count: unread })}>
            {unread > 99 ? "99" : unread}
          </Badge>
        )}
      </span>
    </UnstyledButton>
  );
}
