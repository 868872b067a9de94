/** Tasks of a queue or a worker: for whom, since when, at whom. */

import { Badge, Button, Loader, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFloorTasks } from "../../floor/queries.ts";
import type { FloorTask, TasksOf } from "../../floor/types.ts";
import { isCall } from "../../model/calls.ts";
import { customerOf } from "../../model/tasks.ts";
import { ChannelIcon } from "../ChannelIcon.tsx";
import { Monitor } from "../call/Monitor.tsx";
import { Elapsed } from "../Elapsed.tsx";
import { useDeskSettings } from "../queries.ts";
import { ConversationDrawer } from "./ConversationDrawer.tsx";
import css from "./FloorTable.module.css";

export function TaskRows({ of, none }: { of: TasksOf; none: string }) {
  const { t } = useTranslation();
  const [watched, watch] = useState<FloorTask | null>(null);
  const { data, error } = useFloorTasks(of);
  return (
    <>
      {error && <Text c="red">{t("floor.failed", { why: error.message })}</Text>}
      {!data && !error && <Loader size="sm" />}
      {data?.tasks.length === 0 && <Text c="dimmed">{none}</Text>}
      <ul className={css.tasks}>
        {data?.tasks.map((task) => (
          <li key={task.sid} className={css.task}>
            <TaskRow task={task} watch={() => watch(task)} />
          </li>
        ))}
      </ul>
      {data?.more && <Text c="dimmed">{t("floor.moreTasks")}</Text>}
      <ConversationDrawer
        conversation_sid={watched?.conversation_sid ?? null}
        name={(watched && customerOf(watched).name) ?? t("contact.unnamed")}
        close={() => watch(null)}
      />
    </>
  );
}

function TaskRow({ task, watch }: { task: FloorTask; watch: () => void }) {
  const { t } = useTranslation();
  const { answer_s_target } = useDeskSettings();
  const { name, channel } = customerOf(task);
  return (
    <>
      <ChannelIcon channel={channel} size={16} />
      <Text span className={css.grow} dir="auto">
        {name ?? t("contact.unnamed")}
      </Text>
      {task.queue_name && (
        <Badge variant="light" color="gray" tt="none">
          {task.queue_name}
        </Badge>
      )}
      <Badge variant="light" tt="none">
        {t(`taskStatus.${task.assignment_status}`)}
      </Badge>
      {task.assignment_status === "assigned" && isCall(task) && <Monitor task={task} />}
      {task.conversation_sid && (
        <Button size="compact-sm" variant="default" onClick={watch}>
          {t("look.open")}
        </Button>
      )}
      {(task.assignment_status === "pending" || task.assignment_status === "reserved") && (
        <Elapsed
          since={task.virtual_start_time * 1000}
          target_s={answer_s_target}
          label={(time) => t("floor.waitsFor", { time })}
        />
      )}
    </>
  );
}
