/** Why a task is where it is: its way through the workflow, and how its worker was found. */

import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FloorTask } from "../../floor/types.ts";
import { duration } from "../format.ts";
import { useWorkers } from "../queries.ts";

export function Why({ task }: { task: FloorTask }) {
  const { t } = useTranslation();
  const { data: workers = [] } = useWorkers(true);
  const nameOf = (sid: string) => workers.find((worker) => worker.sid === sid)?.friendly_name ?? sid;
  return (
    <section aria-label={t("why.title")}>
      {task.way && (
        <Text size="xs" c="dimmed" dir="auto">
          {t("why.way", { queue: task.queue_name ?? "–", way: task.way })}
        </Text>
      )}
      {task.reservations.map(({ sid, worker_sid, chosen }) => (
        <Text key={sid} size="xs" c="dimmed" dir="auto">
          {chosen &&
            t(`why.${chosen.how}`, {
              name: nameOf(worker_sid),
              idle: duration(chosen.idle_ms),
              free: chosen.free,
              assigned: chosen.assigned,
              capacity: chosen.capacity,
            })}
        </Text>
      ))}
    </section>
  );
}
