/** Workflows: which tasks wait in which queues, and a trial of what would come of a task. */

import { ActionIcon, Button, NumberInput, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDraft } from "../../admin/draft.ts";
import type { WorkflowDocument } from "../../admin/types.ts";
import css from "./AdminPage.module.css";
import { JsonField } from "./JsonField.tsx";
import { MatchTester } from "./MatchTester.tsx";

const NEW: WorkflowDocument = {
  friendly_name: "",
  task_reservation_timeout: 120,
  configuration: { task_routing: { filters: [] } },
};

export function WorkflowsPart() {
  const { t } = useTranslation();
  const workflows = useDraft((draft) => draft.documents?.workspace.workflows) ?? [];
  const edit = useDraft((draft) => draft.edit);
  const put = (at: number, change: Partial<WorkflowDocument>) =>
    edit({
      workflows: workflows.map((workflow, index) => (index === at ? { ...workflow, ...change } : workflow)),
    });
  return (
    <>
      <MatchTester />
      {workflows.map((workflow, at) => (
        <section key={at} className={css.card} aria-label={workflow.friendly_name}>
          <div className={css.row}>
            <TextInput
              label={t("admin.name")}
              dir="auto"
              value={workflow.friendly_name}
              onChange={(event) => put(at, { friendly_name: event.currentTarget.value })}
            />
            <NumberInput
              label={t("admin.offerStands")}
              min={1}
              max={86_400}
              maw={260}
              allowDecimal={false}
              value={workflow.task_reservation_timeout}
              onChange={(value) => put(at, { task_reservation_timeout: Number(value) || 1 })}
            />
            <ActionIcon
              mt={24}
              size="lg"
              variant="subtle"
              color="gray"
              aria-label={t("contact.remove", { name: workflow.friendly_name })}
              onClick={() => edit({ workflows: workflows.filter((_, index) => index !== at) })}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </div>
          <JsonField
            label={t("admin.configuration")}
            object
            minRows={8}
            value={workflow.configuration}
            change={(configuration) => put(at, { configuration })}
          />
        </section>
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
