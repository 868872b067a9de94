/** The floor as it is now: queues, workers, and how both have moved. */

import { Alert, Badge, Group, Loader, Stack, Title } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { averages, total } from "../../floor/history.ts";
import { append, counts, type Sample, sum, waitingOf } from "../../floor/model.ts";
import { useFloorQueues, useFloorWorkers, useLately } from "../../floor/queries.ts";
import type { FloorQueues, FloorWorkers } from "../../floor/types.ts";
import { useCenterNow } from "../context.ts";
import { Elapsed } from "../Elapsed.tsx";
import { percent, timeOfDay } from "../format.ts";
import { LineChart } from "./LineChart.tsx";
import css from "./LiveFloor.module.css";
import { QueueTable } from "./QueueTable.tsx";
import { WorkerTable } from "./WorkerTable.tsx";

/** What was seen since the page was opened; it stays while other sections are looked at. */
const useSamples = create<{ samples: readonly Sample[]; add: (sample: Sample) => void }>((set, get) => ({
  samples: [],
  add: (sample) => set({ samples: append(get().samples, sample) }),
}));

export function LiveFloor() {
  const { t } = useTranslation();
  const queues = useFloorQueues();
  const workers = useFloorWorkers();
  const add = useSamples((state) => state.add);
  useEffect(() => {
    if (!queues.data || !workers.data) return;
    const { free, busy, full } = counts(workers.data.workers);
    const waiting = sum(queues.data.queues.map(waitingOf)).tasks;
    add({ at: queues.data.at, waiting, available: free + busy + full });
  }, [queues.data, workers.data, add]);
  const failure = queues.error ?? workers.error;
  return (
    <Stack gap="md" className={css.live}>
      <Group gap="sm">
        <Title order={2} size="h3">
          {t("floor.live")}
        </Title>
        {failure && <Badge color="red">{t("floor.stale")}</Badge>}
      </Group>
      {failure && !queues.data && <Alert color="red">{t("floor.failed", { why: failure.message })}</Alert>}
      {queues.data && workers.data ? (
        <Numbers queues={queues.data} workers={workers.data} />
      ) : (
        !failure && <Loader mx="auto" />
      )}
    </Stack>
  );
}

function Numbers({ queues, workers }: { queues: FloorQueues; workers: FloorWorkers }) {
  const { t } = useTranslation();
  const samples = useSamples((state) => state.samples);
  const waiting = sum(queues.queues.map(waitingOf));
  const { free, busy, full, unavailable } = counts(workers.workers);
  return (
    <>
      <dl className={css.tiles}>
        <Tile name={t("floor.waiting")} value={`${waiting.tasks}${waiting.more ? "+" : ""}`} />
        <div className={css.tile}>
          <dt>{t("floor.longest")}</dt>
          <dd>
            {waiting.since === undefined ? (
              "–"
            ) : (
              <Elapsed
                since={waiting.since}
                target_s={queues.answer_s_target}
                label={(time) => t("floor.waitsFor", { time })}
              />
            )}
          </dd>
        </div>
        <Tile name={t("floor.late")} value={waiting.late} bad={waiting.late > 0} />
        <ServiceLevel />
        <Tile name={t("floor.available")} value={free + busy + full} />
        <Tile name={t("standing.free")} value={free} />
        <Tile name={t("standing.unavailable")} value={unavailable} />
      </dl>
      <LineChart
        title={t("floor.lately")}
        labels={samples.map(({ at }) => timeOfDay(at))}
        lines={[
          { name: t("floor.waiting"), values: samples.map(({ waiting }) => waiting) },
          { name: t("floor.available"), values: samples.map(({ available }) => available) },
        ]}
      />
      <QueueTable queues={queues} />
      <WorkerTable workers={workers} />
    </>
  );
}

/** Of the tasks that ended in the last half hour. */
function ServiceLevel() {
  const { t } = useTranslation();
  const { data } = useLately(useCenterNow());
  const level = data ? averages(total(data.rows)).service_level : null;
  return <Tile name={t("history.serviceLevel")} value={level === null ? "–" : percent(level)} />;
}

function Tile({ name, value, bad = false }: { name: string; value: string | number; bad?: boolean }) {
  return (
    <div className={css.tile} data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
