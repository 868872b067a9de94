/** The task queues: who waits in each, and who could serve them. */

import { Badge, Button, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { averages, total } from "../../floor/history.ts";
import { waitingOf } from "../../floor/model.ts";
import { useLately } from "../../floor/queries.ts";
import type { FloorQueue, FloorQueues } from "../../floor/types.ts";
import { useCenterNow } from "../context.ts";
import { Elapsed } from "../Elapsed.tsx";
import { percent } from "../format.ts";
import css from "./FloorTable.module.css";
import { TaskRows } from "./TaskRows.tsx";

export function QueueTable({ queues: { queues, answer_s_target } }: { queues: FloorQueues }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const { data: lately } = useLately(useCenterNow());
  const levelOf = (sid: string) =>
    averages(total(lately?.rows.filter(({ key }) => key === sid) ?? [])).service_level;
  return (
    <section className={css.section} aria-label={t("floor.queues")}>
      <Title order={3} size="h4">
        {t("floor.queues")}
      </Title>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={t("floor.queues")}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("floor.queue")}</Table.Th>
              <Table.Th>{t("floor.waiting")}</Table.Th>
              <Table.Th>{t("floor.longest")}</Table.Th>
              <Table.Th>{t("floor.late")}</Table.Th>
              <Table.Th>{t("history.serviceLevel")}</Table.Th>
              <Table.Th>{t("floor.available")}</Table.Th>
              <Table.Th>{t("floor.withRoom")}</Table.Th>
              <Table.Th>{t("floor.eligible")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {queues.map((queue) => (
              <QueueRow
                key={queue.sid}
                queue={queue}
                target_s={answer_s_target}
                level={levelOf(queue.sid)}
                open={open === queue.sid}
                toggle={() => setOpen(open === queue.sid ? null : queue.sid)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {queues.length === 0 && <Text c="dimmed">{t("floor.none")}</Text>}
    </section>
  );
}

interface RowProps {
  queue: FloorQueue;
  target_s: number;
  /** The service level of the last half hour; null where no task has ended. */
  level: number | null;
  open: boolean;
  toggle: () => void;
}

function QueueRow({ queue, target_s, level, open, toggle }: RowProps) {
  const { t } = useTranslation();
  const waiting = waitingOf(queue);
  const more = queue.more_workers ? "+" : "";
  const room = Object.entries(queue.with_room).filter(([, count]) => count > 0);
  return (
    <>
      <Table.Tr data-queue={queue.friendly_name}>
        <Table.Td>
          <Button variant="transparent" size="compact-sm" aria-expanded={open} onClick={toggle}>
            <bdi>{queue.friendly_name}</bdi>
          </Button>
        </Table.Td>
        <Table.Td data-column="waiting">
          {waiting.tasks}
          {waiting.more && "+"}
        </Table.Td>
        <Table.Td>
          {waiting.since === undefined ? (
            "–"
          ) : (
            <Elapsed
              since={waiting.since}
              target_s={target_s}
              label={(time) => t("floor.waitsFor", { time })}
            />
          )}
        </Table.Td>
        <Table.Td>{waiting.late > 0 ? <Badge color="red">{waiting.late}</Badge> : 0}</Table.Td>
        <Table.Td>{level === null ? "–" : percent(level)}</Table.Td>
        <Table.Td>
          {queue.available}
          {more}
        </Table.Td>
        <Table.Td>
          {room.length === 0 ? "–" : room.map(([channel, count]) => `${channel} ${count}${more}`).join(", ")}
        </Table.Td>
        <Table.Td>{queue.eligible > 0 ? `${queue.eligible}${more}` : "–"}</Table.Td>
      </Table.Tr>
      {open && (
        <Table.Tr>
          <Table.Td colSpan={8}>
            <TaskRows of={{ queue: queue.sid }} none={t("floor.nobodyWaits")} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
