/** One target of a filter: for how long a task waits for whom, and with what priority. */

import { NumberInput, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Faults } from "../../admin/faults.ts";
import {
  type Fields,
  type KnownWorkerKey,
  knownWorker,
  set,
  text,
  withKnownWorker,
} from "../../admin/workflow.ts";
import own from "./WorkflowForm.module.css";
import { useQueueNames, withUnknown } from "./WorkflowForm.tsx";

interface Props {
  target: Fields;
  number: number;
  faults: Faults;
  put: (target: Fields) => void;
  order: React.ReactNode;
}

export function TargetFields({ target, number, faults, put, order }: Props) {
  const { t } = useTranslation();
  const queues = useQueueNames();
  const queue = text(target, "queue");
  const known = knownWorker(target);
  const line = (key: string, label: string, placeholder: string) => (
    <TextInput
      size="xs"
      className={own.wide}
      dir="ltr"
      label={label}
      placeholder={placeholder}
      value={text(target, key)}
      error={faults.at(`/${key}`)}
      onChange={(event) => put(set(target, key, event.currentTarget.value))}
    />
  );
  const number_of = (key: string, label: string) => (
    <NumberInput
      size="xs"
      className={own.number}
      label={label}
      min={0}
      allowDecimal={false}
      value={text(target, key)}
      error={faults.at(`/${key}`)}
      onChange={(value) => put(set(target, key, value === "" ? undefined : Number(value)))}
    />
  );
  return (
    <div role="group" aria-label={t("admin.workflow.target", { n: number })}>
      <div className={own.fields}>
        <Select
          size="xs"
          label={t("admin.workflow.queue")}
          data={withUnknown(queues, queue)}
          value={queue || null}
          allowDeselect={false}
          error={faults.at("/queue")}
          onChange={(queue) => put(set(target, "queue", queue))}
        />
        {line("expression", t("admin.workflow.workers"), "worker.languages HAS task.language")}
        {number_of("priority", t("contact.priority"))}
        {number_of("timeout", t("admin.workflow.timeout_s"))}
        {order}
      </div>
      <div className={own.fields}>
        {line("skip_if", t("admin.workflow.skipIf"), "workers.available == 0")}
        {line("order_by", t("admin.workflow.orderBy"), "worker.level DESC")}
        <Select
          size="xs"
          label={t("admin.workflow.knownWorker")}
          data={[
            { value: "none", label: t("admin.workflow.anybody") },
            { value: "known_worker_sid", label: t("admin.workflow.bySid") },
            { value: "known_worker_friendly_name", label: t("admin.workflow.byName") },
          ]}
          allowDeselect={false}
          value={known?.key ?? "none"}
          onChange={(key) =>
            put(
              withKnownWorker(
                target,
                key === "none" ? null : { key: key as KnownWorkerKey, path: known?.path ?? "task." },
              ),
            )
          }
        />
        {known && (
          <TextInput
            size="xs"
            dir="ltr"
            label={t("admin.workflow.attribute")}
            value={known.path}
            error={faults.at(`/${known.key}`)}
            onChange={(event) => put(withKnownWorker(target, { ...known, path: event.currentTarget.value }))}
          />
        )}
      </div>
    </div>
  );
}
