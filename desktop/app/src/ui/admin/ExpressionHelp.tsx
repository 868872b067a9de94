/** What expressions can say: the attributes that there are, and the operators. */

import { Code, Group, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAdminQuery } from "../../admin/api.ts";
import { useDraft } from "../../admin/draft.ts";
import { taskAttributes, workerAttributes } from "../../admin/workflow.ts";
import css from "./AdminPage.module.css";

/** Workers whose attributes are looked at: a read each. */
const LOOKED_AT_MAX = 20;

const OPERATORS = [
  ["== != > >= < <=", "compare"],
  ["HAS", "has"],
  ["IN", "in"],
  ["CONTAINS", "contains"],
  ["AND OR NOT ( )", "logic"],
] as const;

export function ExpressionHelp() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={css.card} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("admin.expressions.title")}</summary>
      {isOpen && <Help />}
    </details>
  );
}

function Help() {
  const { t } = useTranslation();
  const flows = useDraft((draft) => draft.documents?.flows) ?? {};
  const { data: workers = [] } = useAdminQuery(["workers' attributes"], async (api) => {
    const named = (await api.workers()).slice(0, LOOKED_AT_MAX);
    return Promise.all(named.map(({ sid }) => api.worker(sid)));
  });
  return (
    <>
      <Text size="sm">{t("admin.expressions.where")}</Text>
      <Names title={t("admin.taskAttributes")} names={taskAttributes(flows).map((name) => `task.${name}`)} />
      <Names
        title={t("admin.expressions.workers")}
        names={workerAttributes(workers).map(({ name, values }) => `worker.${name}: ${values.join(", ")}`)}
      />
      <Table aria-label={t("admin.expressions.operators")} verticalSpacing={4}>
        <Table.Tbody>
          {OPERATORS.map(([operator, name]) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Code dir="ltr">{operator}</Code>
              </Table.Td>
              <Table.Td>{t(`admin.expressions.${name}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function Names({ title, names }: { title: string; names: readonly string[] }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Group gap={6}>
        {names.map((name) => (
          <Code key={name} dir="ltr">
            {name}
          </Code>
        ))}
      </Group>
    </div>
  );
}
