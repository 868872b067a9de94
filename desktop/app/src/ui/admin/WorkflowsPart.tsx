/** Workflows: which tasks wait in which queues, as a form or as the document, and a trial of what would come of a task. */

import { ActionIcon, Button, Group, NumberInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDraft } from "../../admin/draft.ts";
import { type Faults, useFaults } from "../../admin/faults.ts";
import type { WorkflowDocument } from "../../admin/types.ts";
import { formOf, routingPointer, withForm } from "../../admin/workflow.ts";
import css from "./AdminPage.module.css";
import { ExpressionHelp } from "./ExpressionHelp.tsx";
import { JsonField } from "./JsonField.tsx";
import { MatchTester } from "./MatchTester.tsx";
import { WorkflowForm } from "./WorkflowForm.tsx";

const NEW: WorkflowDocument = {
  friendly_name: "",
  task_reservation_timeout: 120,
  configuration: { task_routing: { filters: [] } },
};

export function WorkflowsPart() {
  const { t } = useTranslation();
  const workflows = useDraft((draft) => draft.documents?.workspace.workflows) ?? [];
  const edit = useDraft((draft) => draft.edit);
  const faults = useFaults("/workflows");
  return (
    <>
      <MatchTester />
      <ExpressionHelp />
      {workflows.map((workflow, at) => (
        <WorkflowCard
          key={at}
          workflow={workflow}
          faults={faults.below(`/${at}`)}
          put={(change) => edit({ workflows: workflows.with(at, { ...workflow, ...change }) })}
          remove={() => edit({ workflows: workflows.toSpliced(at, 1) })}
        />
      ))}
      <Button
        variant="default"
        justify="start"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => edit({ workflows: [...workflows, NEW] })}
      >
        {t("admin.addWorkflow")}
      </Button>
    </>
  );
}

interface Props {
  workflow: WorkflowDocument;
  faults: Faults;
  put: (change: Partial<WorkflowDocument>) => void;
  remove: () => void;
}

function WorkflowCard({ workflow, faults, put, remove }: Props) {
  const { t } = useTranslation();
  const { friendly_name, task_reservation_timeout, configuration } = workflow;
  const [asJson, setAsJson] = useState(false);
  const form = formOf(configuration);
  const isForm = form !== null && !asJson;
  const inner = faults.below("/configuration");
  // The form says what is wrong beneath the routing; of the document as a whole, this card does.
  const routing = routingPointer(configuration);
  const beside = inner.all.filter(
    ({ position }) => !isForm || !position.startsWith(`${routing}/`) || position === routing,
  );
  return (
    <section className={css.card} aria-label={friendly_name}>
      <div className={css.row}>
        <TextInput
          label={t("admin.name")}
          dir="auto"
          value={friendly_name}
          error={faults.at("/friendly_name") ?? faults.at("")}
          onChange={(event) => put({ friendly_name: event.currentTarget.value })}
        />
        <NumberInput
          label={t("admin.offerStands")}
          min={1}
          max={86_400}
          maw={260}
          allowDecimal={false}
          value={task_reservation_timeout}
          error={faults.at("/task_reservation_timeout")}
          onChange={(value) => put({ task_reservation_timeout: Number(value) || 1 })}
        />
        <ActionIcon
          mt={24}
          size="lg"
          variant="subtle"
          color="gray"
          aria-label={t("contact.remove", { name: friendly_name })}
          onClick={remove}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      </div>
      <Group gap="xs" role="group" aria-label={t("admin.workflow.view")}>
        <Button
          size="compact-sm"
          variant={isForm ? "light" : "default"}
          aria-pressed={isForm}
          disabled={form === null}
          onClick={() => setAsJson(false)}
        >
          {t("admin.workflow.form")}
        </Button>
        <Button
          size="compact-sm"
          variant={isForm ? "default" : "light"}
          aria-pressed={!isForm}
          onClick={() => setAsJson(true)}
        >
          JSON
        </Button>
        {form === null && <Text size="sm">{t("admin.workflow.noForm")}</Text>}
      </Group>
      {beside.map(({ position, reason }) => (
        <Text key={position + reason} size="sm" className={css.fault} role="alert">
          <bdi>{position}</bdi> {reason}
        </Text>
      ))}
      {isForm ? (
        <WorkflowForm
          form={form}
          faults={inner.below(routing)}
          change={(form) => put({ configuration: withForm(configuration, form) })}
        />
      ) : (
        <JsonField
          label={t("admin.configuration")}
          object
          minRows={8}
          value={configuration}
          change={(configuration) => put({ configuration })}
        />
      )}
    </section>
  );
}
