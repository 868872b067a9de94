/** Holidays and other days that are not like their week. */

import { ActionIcon, Button, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Faults } from "../../admin/faults.ts";
import { nextSpan } from "../../admin/hours.ts";
import type { ExceptionDocument, Span } from "../../admin/types.ts";
import css from "./Hours.module.css";
import { SpanFields } from "./SpanFields.tsx";

interface Props {
  exceptions: readonly ExceptionDocument[];
  faults: Faults;
  change: (exceptions: ExceptionDocument[]) => void;
}

export function ExceptionRows({ exceptions, faults, change }: Props) {
  const { t } = useTranslation();
  const put = (at: number, exception: ExceptionDocument) => change(exceptions.with(at, exception));
  return (
    <div className={css.rows} role="group" aria-label={t("admin.hours.exceptions")}>
      <Title order={3} size="h6">
        {t("admin.hours.exceptions")}
      </Title>
      {exceptions.map((exception, at) => (
        <ExceptionRow
          key={at}
          exception={exception}
          faults={faults.below(`/${at}`)}
          put={(exception) => put(at, exception)}
          remove={() => change(exceptions.toSpliced(at, 1))}
        />
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        justify="start"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => change([...exceptions, { date: "", open: [] }])}
      >
        {t("admin.hours.addException")}
      </Button>
    </div>
  );
}

interface RowProps {
  exception: ExceptionDocument;
  faults: Faults;
  put: (exception: ExceptionDocument) => void;
  remove: () => void;
}

function ExceptionRow({ exception, faults, put, remove }: RowProps) {
  const { t } = useTranslation();
  const { date, last = "", reason = "", open } = exception;
  const putSpans = (open: Span[]) => put({ ...exception, open });
  const optional = (key: "last" | "reason", value: string) => {
    const { [key]: before, ...rest } = exception;
    put(value === "" ? rest : { ...rest, [key]: value });
  };
  return (
    <div className={css.exception} role="group" aria-label={date}>
      <TextInput
        size="xs"
        type="date"
        label={t("admin.hours.date")}
        value={date}
        error={faults.at("/date")}
        onChange={(event) => put({ ...exception, date: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        label={t("admin.hours.last")}
        value={last}
        error={faults.at("/last")}
        onChange={(event) => optional("last", event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        className={css.reason}
        dir="auto"
        label={t("admin.hours.reason")}
        value={reason}
        error={faults.at("/reason")}
        onChange={(event) => optional("reason", event.currentTarget.value)}
      />
      <div className={css.spans}>
        {open.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("admin.hours.closed")}
          </Text>
        )}
        {open.map((span, number) => (
          <SpanFields
            key={number}
            of={date}
            span={span}
            faults={faults.below(`/open/${number}`)}
            change={(span) => putSpans(open.with(number, span))}
            remove={() => putSpans(open.toSpliced(number, 1))}
          />
        ))}
        <ActionIcon
          variant="subtle"
          aria-label={t("admin.hours.addSpan", { day: date })}
          onClick={() => putSpans([...open, nextSpan(open)])}
        >
          <IconPlus size={14} aria-hidden />
        </ActionIcon>
      </div>
      <ActionIcon
        mt={22}
        variant="subtle"
        color="gray"
        aria-label={t("contact.remove", { name: date })}
        onClick={remove}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}
