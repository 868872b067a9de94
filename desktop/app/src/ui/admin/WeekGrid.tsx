/** The week: its days below each other, each with its spans. */

import { ActionIcon, Button, Text, Title } from "@mantine/core";
import { IconCopy, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Faults } from "../../admin/faults.ts";
import { type Grid, gridOf, nextSpan, weeklyOf } from "../../admin/hours.ts";
import { type Span, WEEKDAYS, type WeeklyHours } from "../../admin/types.ts";
import { weekdayName } from "../format.ts";
import css from "./Hours.module.css";
import { SpanFields } from "./SpanFields.tsx";

interface Props {
  weekly: readonly WeeklyHours[];
  faults: Faults;
  change: (weekly: WeeklyHours[]) => void;
}

export function WeekGrid({ weekly, faults, change }: Props) {
  const { t } = useTranslation();
  const grid = gridOf(weekly);
  const putDay = (day: number, spans: readonly Span[]) =>
    change(weeklyOf(grid.map((other, index) => (index === day ? spans : other))));
  const toWorkdays = (spans: readonly Span[]) => {
    const copied: Grid = grid.map((other, index) => (index < 5 ? spans : other));
    change(weeklyOf(copied));
  };
  return (
    <div role="group" aria-label={t("admin.hours.week")}>
      <Title order={3} size="h6" mb={6}>
        {t("admin.hours.week")}
      </Title>
      <div className={css.grid}>
        {WEEKDAYS.map((day, index) => {
          const spans = grid[index] ?? [];
          const name = weekdayName(index);
          return (
            <div key={day} className={css.day} role="group" aria-label={name}>
              <Text size="sm" className={css.name}>
                {name}
              </Text>
              {spans.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t("admin.hours.closed")}
                </Text>
              )}
              {spans.map((span, number) => (
                <SpanFields
                  key={number}
                  of={name}
                  span={span}
                  faults={faults.below(`/${span.at}`)}
                  change={(span) => putDay(index, spans.with(number, { ...span, at: 0 }))}
                  remove={() => putDay(index, spans.toSpliced(number, 1))}
                />
              ))}
              <ActionIcon
                variant="subtle"
                aria-label={t("admin.hours.addSpan", { day: name })}
                onClick={() => putDay(index, [...spans, nextSpan(spans)])}
              >
                <IconPlus size={14} aria-hidden />
              </ActionIcon>
              {index === 0 && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  leftSection={<IconCopy size={12} aria-hidden />}
                  onClick={() => toWorkdays(spans)}
                >
                  {t("admin.hours.toWorkdays")}
                </Button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
