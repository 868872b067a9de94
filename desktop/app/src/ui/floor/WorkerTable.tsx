/** The workers: what each does, since when, and how much it holds. */

import { Badge, Button, Group, NativeSelect, Table, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Order, STANDINGS, type Standing, standing, type View, viewOf } from "../../floor/model.ts";
import type { FloorWorker, FloorWorkers } from "../../floor/types.ts";
import { useAttempt } from "../attempt.ts";
import { useCenterNow, useDesk, useDeskState } from "../context.ts";
import { duration } from "../format.ts";
import css from "./FloorTable.module.css";
import { TaskRows } from "./TaskRows.tsx";

const ORDERS = ["standing", "name", "since", "load"] as const satisfies readonly Order[];
const COLORS: Record<Standing, string> = {
  free: "teal",
  busy: "indigo",
  full: "orange",
  unavailable: "gray",
  away: "gray",
};

export function WorkerTable({ workers: { workers, more } }: { workers: FloorWorkers }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>({ typed: "", standing: null, order: "standing" });
  const [open, setOpen] = useState<string | null>(null);
  const shown = viewOf(workers, view);
  return (
    <section className={css.section} aria-label={t("floor.workers")}>
      <Group justify="space-between">
        <Title order={3} size="h4">
          {t("floor.workers")}
        </Title>
        <Group gap="xs">
          <TextInput
            size="xs"
            aria-label={t("signIn.search")}
            placeholder={t("signIn.search")}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={view.typed}
            onChange={({ currentTarget: { value } }) => setView({ ...view, typed: value })}
          />
          <NativeSelect
            size="xs"
            aria-label={t("floor.standing")}
            value={view.standing ?? ""}
            onChange={({ currentTarget: { value } }) =>
              setView({ ...view, standing: STANDINGS.find((known) => known === value) ?? null })
            }
            data={[
              { value: "", label: t("floor.everybody") },
              ...STANDINGS.map((value) => ({ value, label: t(`standing.${value}`) })),
            ]}
          />
          <NativeSelect
            size="xs"
            aria-label={t("floor.order")}
            value={view.order}
            onChange={({ currentTarget: { value } }) =>
              setView({ ...view, order: ORDERS.find((known) => known === value) ?? "name" })
            }
            data={ORDERS.map((value) => ({ value, label: t(`order.${value}`) }))}
          />
        </Group>
      </Group>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={t("floor.workers")}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("floor.worker")}</Table.Th>
              <Table.Th>{t("floor.standing")}</Table.Th>
              <Table.Th>{t("activity.label")}</Table.Th>
              <Table.Th>{t("floor.since")}</Table.Th>
              <Table.Th>{t("floor.load")}</Table.Th>
              <Table.Th>{t("floor.direct")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((worker) => (
              <WorkerRow
                key={worker.sid}
                worker={worker}
                open={open === worker.sid}
                toggle={() => setOpen(open === worker.sid ? null : worker.sid)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {shown.length === 0 && <Text c="dimmed">{t("floor.none")}</Text>}
      {more && <Text c="dimmed">{t("floor.moreWorkers", { count: workers.length })}</Text>}
    </section>
  );
}

function WorkerRow({ worker, open, toggle }: { worker: FloorWorker; open: boolean; toggle: () => void }) {
  const { t } = useTranslation();
  const now = useCenterNow();
  const its = standing(worker);
  const loads = Object.entries(worker.channels).filter(
    ([, { capacity, assigned }]) => capacity + assigned > 0,
  );
  return (
    <>
      <Table.Tr data-worker={worker.friendly_name}>
        <Table.Td>
          <Button variant="transparent" size="compact-sm" aria-expanded={open} onClick={toggle}>
            <bdi>{worker.friendly_name}</bdi>
          </Button>
        </Table.Td>
        <Table.Td>
          <Badge variant="light" color={COLORS[its]} tt="none">
            {t(`standing.${its}`)}
          </Badge>
        </Table.Td>
        <Table.Td>
          <ActivityChoice worker={worker} />
        </Table.Td>
        <Table.Td>{duration(now - worker.activity_since)}</Table.Td>
        <Table.Td>
          <div className={css.loads}>
            {loads.map(([channel, { capacity, assigned }]) => (
              <Badge
                key={channel}
                variant="light"
                tt="none"
                color={assigned >= capacity ? "orange" : assigned > 0 ? "indigo" : "gray"}
                aria-label={t("floor.loadOf", { channel, assigned, capacity })}
              >
                {channel} {assigned}/{capacity}
              </Badge>
            ))}
          </div>
        </Table.Td>
        <Table.Td>{worker.direct_waiting}</Table.Td>
      </Table.Tr>
      {open && (
        <Table.Tr>
          <Table.Td colSpan={6}>
            <TaskRows of={{ worker: worker.sid }} none={t("floor.noTasks")} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function ActivityChoice({ worker }: { worker: FloorWorker }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const queries = useQueryClient();
  const attempt = useAttempt();
  const activities = useDeskState((state) => state.activities);
  const change = async (activity: string) => {
    await attempt(
      () => desk.setActivityOf(worker.sid, activity),
      (why) => t("conversation.failed", { why }),
    );
    await queries.invalidateQueries({ queryKey: ["floor"] });
  };
  return (
    <NativeSelect
      size="xs"
      aria-label={t("floor.activityOf", { name: worker.friendly_name })}
      value={worker.activity_sid}
      onChange={({ currentTarget: { value } }) => void change(value)}
      data={activities.map(({ sid, friendly_name }) => ({ value: sid, label: friendly_name }))}
    />
  );
}
