/** Task queues: whose workers, in which order. */

import { ActionIcon, Button, NumberInput, Select, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDraft } from "../../admin/draft.ts";
import type { QueueDocument } from "../../admin/types.ts";
import css from "./AdminPage.module.css";

const NEW: QueueDocument = {
  friendly_name: "",
  target_workers: "1==1",
  task_order: "FIFO",
  max_reserved_workers: 1,
};

export function QueuesPart() {
  const { t } = useTranslation();
  const queues = useDraft((draft) => draft.documents?.workspace.task_queues) ?? [];
  const edit = useDraft((draft) => draft.edit);
  const put = (at: number, change: Partial<QueueDocument>) =>
    edit({ task_queues: queues.map((queue, index) => (index === at ? { ...queue, ...change } : queue)) });
  return (
    <>
      {queues.map((queue, at) => (
        <section key={at} className={css.card} aria-label={queue.friendly_name}>
          <div className={css.row}>
            <TextInput
              label={t("admin.name")}
              dir="auto"
              value={queue.friendly_name}
              onChange={(event) => put(at, { friendly_name: event.currentTarget.value })}
            />
            <TextInput
              label={t("admin.targetWorkers")}
              dir="ltr"
              value={queue.target_workers}
              onChange={(event) => put(at, { target_workers: event.currentTarget.value })}
            />
            <ActionIcon
              mt={24}
              size="lg"
              variant="subtle"
              color="gray"
              aria-label={t("contact.remove", { name: queue.friendly_name })}
              onClick={() => edit({ task_queues: queues.filter((_, index) => index !== at) })}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </div>
          <div className={css.row}>
            <Select
              label={t("admin.order")}
              data={[
                { value: "FIFO", label: t("admin.fifo") },
                { value: "LIFO", label: t("admin.lifo") },
              ]}
              value={queue.task_order}
              allowDeselect={false}
              onChange={(order) => put(at, { task_order: order === "LIFO" ? "LIFO" : "FIFO" })}
            />
            <NumberInput
              label={t("admin.reservedWorkers")}
              min={1}
              max={50}
              maw={260}
              allowDecimal={false}
              value={queue.max_reserved_workers}
              onChange={(value) => put(at, { max_reserved_workers: Number(value) || 1 })}
            />
          </div>
        </section>
      ))}
      <Button
        variant="default"
        justify="start"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => edit({ task_queues: [...queues, NEW] })}
      >
        {t("admin.addQueue")}
      </Button>
      <Text size="xs" c="dimmed">
        {t("admin.expressionHint")}
      </Text>
    </>
  );
}
