/** The filters of a workflow, the first that fits a task wins, and where the others go. */

import { Button, Select, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDraft } from "../../admin/draft.ts";
import type { Faults } from "../../admin/faults.ts";
import {
  type Fields,
  filterName,
  moved,
  set,
  targetsOf,
  text,
  type WorkflowForm as Value,
  withName,
  withTargets,
} from "../../admin/workflow.ts";
import css from "./AdminPage.module.css";
import { OrderButtons } from "./OrderButtons.tsx";
import { TargetFields } from "./TargetFields.tsx";
import own from "./WorkflowForm.module.css";

interface Props {
  form: Value;
  /** Below the routing. */
  faults: Faults;
  change: (form: Value) => void;
}

export function WorkflowForm({ form, faults, change }: Props) {
  const { t } = useTranslation();
  const queues = useQueueNames();
  const { filters, default_filter } = form;
  const put = (filters: readonly Fields[]) => change({ ...form, filters });
  const fallback = text(default_filter, "queue");
  return (
    <>
      <ol className={css.list} aria-label={t("admin.workflow.filters")}>
        {filters.map((filter, at) => (
          <li key={at} className={own.filter}>
            <FilterFields
              filter={filter}
              number={at + 1}
              faults={faults.below(`/filters/${at}`)}
              put={(filter) => put(filters.with(at, filter))}
              order={
                <OrderButtons
                  name={filterName(filter) || t("admin.workflow.filter", { n: at + 1 })}
                  at={at}
                  count={filters.length}
                  move={(by) => put(moved(filters, at, by))}
                  remove={() => put(filters.toSpliced(at, 1))}
                />
              }
            />
          </li>
        ))}
      </ol>
      <Button
        variant="subtle"
        size="compact-sm"
        justify="start"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() =>
          put([...filters, { filter_friendly_name: "", expression: "1==1", targets: [{ queue: queues[0] }] }])
        }
      >
        {t("admin.workflow.addFilter")}
      </Button>
      <Select
        label={t("admin.workflow.defaultQueue")}
        description={t("admin.workflow.defaultHint")}
        maw={420}
        clearable
        clearButtonProps={{ "aria-label": t("contact.remove", { name: fallback }) }}
        data={withUnknown(queues, fallback)}
        value={fallback || null}
        error={faults.at("/default_filter/queue")}
        onChange={(queue) => change({ ...form, default_filter: set(default_filter, "queue", queue) })}
      />
    </>
  );
}

interface FilterProps {
  filter: Fields;
  number: number;
  faults: Faults;
  put: (filter: Fields) => void;
  order: React.ReactNode;
}

function FilterFields({ filter, number, faults, put, order }: FilterProps) {
  const { t } = useTranslation();
  const targets = targetsOf(filter);
  const putTargets = (targets: readonly Fields[]) => put(withTargets(filter, targets));
  const name = filterName(filter) || t("admin.workflow.filter", { n: number });
  const own_fault = faults.at("/targets") ?? faults.at("");
  return (
    <div className={css.list} role="group" aria-label={name}>
      <div className={css.row}>
        <TextInput
          label={t("admin.workflow.filterName")}
          dir="auto"
          value={filterName(filter)}
          error={faults.at("/filter_friendly_name")}
          onChange={(event) => put(withName(filter, event.currentTarget.value))}
        />
        <TextInput
          label={t("admin.workflow.tasks")}
          dir="ltr"
          value={text(filter, "expression")}
          error={faults.at("/expression")}
          onChange={(event) => put(set(filter, "expression", event.currentTarget.value))}
        />
        {order}
      </div>
      {own_fault && (
        <Text size="sm" className={css.fault}>
          {own_fault}
        </Text>
      )}
      <ol className={css.list} aria-label={t("admin.workflow.targets", { name })}>
        {targets.map((target, at) => (
          <li key={at} className={own.target}>
            <TargetFields
              target={target}
              number={at + 1}
              faults={faults.below(`/targets/${at}`)}
              put={(target) => putTargets(targets.with(at, target))}
              order={
                <OrderButtons
                  name={t("admin.workflow.targetOf", { n: at + 1, name })}
                  at={at}
                  count={targets.length}
                  move={(by) => putTargets(moved(targets, at, by))}
                  remove={() => putTargets(targets.toSpliced(at, 1))}
                />
              }
            />
          </li>
        ))}
      </ol>
      <Button
        variant="subtle"
        size="compact-sm"
        justify="start"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => putTargets([...targets, { queue: text(targets.at(-1) ?? {}, "queue") }])}
      >
        {t("admin.workflow.addTarget", { name })}
      </Button>
    </div>
  );
}

/** The draft's task queues. */
export function useQueueNames(): string[] {
  const queues = useDraft((draft) => draft.documents?.workspace.task_queues) ?? [];
  return [...new Set(queues.map(({ friendly_name }) => friendly_name).filter(Boolean))];
}

/** A queue may be named by its SID, or be gone: what is chosen is always shown. */
export function withUnknown(queues: readonly string[], chosen: string): string[] {
  return chosen === "" || queues.includes(chosen) ? [...queues] : [chosen, ...queues];
}
