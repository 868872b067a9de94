/** What became of tasks: how many, how long they waited and took, how they ended. */

import { Alert, Button, Group, Loader, SegmentedControl, Stack, Table, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { axisEnd, bars } from "../../floor/chart.ts";
import {
  averages,
  BYS,
  type By,
  byInterval,
  byKey,
  type Counts,
  SPANS,
  type Span,
  type SpanName,
  type Stats,
  spanOf,
  total,
} from "../../floor/history.ts";
import { useStats } from "../../floor/queries.ts";
import { useAttempt } from "../attempt.ts";
import { useApi } from "../context.ts";
import { duration, percent, shortDay, timeOfDay } from "../format.ts";
import chart from "./Chart.module.css";
import { BOX, Chart, STEPS } from "./Chart.tsx";
import css from "./FloorTable.module.css";
import tiles from "./LiveFloor.module.css";

function midnight(): number {
  return new Date().setHours(0, 0, 0, 0);
}

export function HistoryPage() {
  const { t } = useTranslation();
  const [name, setName] = useState<SpanName>("today");
  const [by, setBy] = useState<By>("queue");
  const span = spanOf(name, midnight());
  const { data, error } = useStats(span, by);
  return (
    <Stack gap="md" className={tiles.live}>
      <Group justify="space-between">
        <Title order={2} size="h3">
          {t("history.title")}
        </Title>
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label={t("history.span")}
            value={name}
            onChange={(value) => setName(SPANS.find((known) => known === value) ?? "today")}
            data={SPANS.map((value) => ({ value, label: t(`history.${value}`) }))}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("history.by")}
            value={by}
            onChange={(value) => setBy(BYS.find((known) => known === value) ?? "queue")}
            data={BYS.map((value) => ({ value, label: t(`history.by_${value}`) }))}
          />
          <Download span={span} by={by} />
        </Group>
      </Group>
      {error && <Alert color="red">{t("floor.failed", { why: error.message })}</Alert>}
      {data ? <Numbers stats={data} span={span} by={by} /> : !error && <Loader mx="auto" />}
    </Stack>
  );
}

function Download({ span, by }: { span: Span; by: By }) {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const save = async () => {
    const text = await api.text("/api/stats", { ...span, by, format: "csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = `patchbay-${new Date(span.from).toISOString().slice(0, 10)}-${by}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden />}
      onClick={() => void attempt(save, (why) => t("conversation.failed", { why }))}
    >
      {t("history.csv")}
    </Button>
  );
}

function Numbers({ stats, span, by }: { stats: Stats; span: Span; by: By }) {
  const { t } = useTranslation();
  const all = total(stats.rows);
  const { wait_ms, handle_ms, service_level } = averages(all);
  const intervals = byInterval(stats.rows, span);
  const label = span.interval_s < 86_400 ? timeOfDay : shortDay;
  const labels = intervals.map(({ start }) => label(start));
  const ends = ["completed", "transferred", "abandoned"] as const;
  const waits = intervals.map(({ counts }) => (averages(counts).wait_ms ?? 0) / 1000);
  return (
    <>
      {stats.more && <Alert color="orange">{t("history.more")}</Alert>}
      <dl className={tiles.tiles}>
        <Tile name={t("history.tasks")} value={String(all.tasks)} />
        <Tile
          name={t("history.serviceLevel")}
          value={service_level === null ? "–" : percent(service_level)}
        />
        <Tile name={t("history.wait")} value={wait_ms === null ? "–" : duration(wait_ms)} />
        <Tile name={t("floor.longest")} value={all.tasks === 0 ? "–" : duration(all.wait_ms_max)} />
        <Tile name={t("history.handle")} value={handle_ms === null ? "–" : duration(handle_ms)} />
        <Tile name={t("history.abandoned")} value={String(all.abandoned)} />
        <Tile name={t("history.transferred")} value={String(all.transferred)} />
      </dl>
      <BarChart
        title={t("history.volume")}
        labels={labels}
        series={ends.map((end) => ({
          name: t(`history.${end}`),
          values: intervals.map(({ counts }) => counts[end]),
        }))}
      />
      <BarChart
        title={t("history.wait")}
        labels={labels}
        series={[{ name: t("history.wait"), values: waits }]}
        format={(s) => duration(s * 1000)}
      />
      <section className={css.section} aria-label={t(`history.by_${by}`)}>
        <div className={css.scroll} tabIndex={0} role="region" aria-label={t(`history.by_${by}`)}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t(`history.by_${by}`)}</Table.Th>
                <Table.Th>{t("history.tasks")}</Table.Th>
                <Table.Th>{t("history.completed")}</Table.Th>
                <Table.Th>{t("history.transferred")}</Table.Th>
                <Table.Th>{t("history.abandoned")}</Table.Th>
                <Table.Th>{t("history.serviceLevel")}</Table.Th>
                <Table.Th>{t("history.wait")}</Table.Th>
                <Table.Th>{t("floor.longest")}</Table.Th>
                <Table.Th>{t("history.handle")}</Table.Th>
                <Table.Th>{t("company.joined")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {byKey(stats.rows).map(({ key, counts }) => (
                <KeyRow key={key} name={stats.names[key] ?? (key || t("history.none"))} counts={counts} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
        {stats.rows.length === 0 && <Text c="dimmed">{t("history.nothing")}</Text>}
      </section>
    </>
  );
}

function KeyRow({ name, counts }: { name: string; counts: Counts }) {
  const { wait_ms, handle_ms, service_level } = averages(counts);
  return (
    <Table.Tr data-key={name}>
      <Table.Th scope="row">
        <bdi>{name}</bdi>
      </Table.Th>
      <Table.Td>{counts.tasks}</Table.Td>
      <Table.Td>{counts.completed}</Table.Td>
      <Table.Td>{counts.transferred}</Table.Td>
      <Table.Td>{counts.abandoned}</Table.Td>
      <Table.Td>{service_level === null ? "–" : percent(service_level)}</Table.Td>
      <Table.Td>{wait_ms === null ? "–" : duration(wait_ms)}</Table.Td>
      <Table.Td>{duration(counts.wait_ms_max)}</Table.Td>
      <Table.Td>{handle_ms === null ? "–" : duration(handle_ms)}</Table.Td>
      <Table.Td>
        {counts.joined} / {counts.invited}
      </Table.Td>
    </Table.Tr>
  );
}

function Tile({ name, value }: { name: string; value: string }) {
  return (
    <div className={tiles.tile}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface BarsProps {
  title: string;
  labels: readonly string[];
  series: readonly { name: string; values: readonly number[] }[];
  format?: (value: number) => string;
}

function BarChart({ title, labels, series, format }: BarsProps) {
  const end = axisEnd(Math.max(0, ...series.flatMap(({ values }) => values)), STEPS);
  const groups = labels.map((_, index) => series.map(({ values }) => values[index] ?? 0));
  return (
    <Chart
      title={title}
      labels={labels}
      series={series}
      end={end}
      places="middles"
      {...(format && { format })}
    >
      {bars(groups, end, BOX).map(({ group, series, ...box }) => (
        <rect key={`${group}-${series}`} className={chart.bar} data-series={series} {...box} />
      ))}
    </Chart>
  );
}
