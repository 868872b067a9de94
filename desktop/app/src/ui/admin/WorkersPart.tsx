/** Workers: skills and other attributes, and how much each may hold. */

import { Button, Group, Modal, NumberInput, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAdminApi, useAdminQuery } from "../../admin/api.ts";
import { useDraft } from "../../admin/draft.ts";
import type { WorkerDocument } from "../../admin/types.ts";
import { useAttempt } from "../attempt.ts";
import css from "./AdminPage.module.css";
import { JsonField } from "./JsonField.tsx";

/** Names that are listed; who looks for others types. */
const SHOWN_MAX = 100;

export function WorkersPart() {
  const { t } = useTranslation();
  const api = useAdminApi();
  const attempt = useAttempt();
  const { data = [] } = useAdminQuery(["workers"], (api) => api.workers());
  const { workers, setWorker } = useDraft();
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState<string | null>(null);
  const fits = data.filter(({ friendly_name }) =>
    friendly_name.toLowerCase().includes(typed.trim().toLowerCase()),
  );
  const open = (sid: string) =>
    attempt(
      async () => {
        if (!(sid in workers)) {
          const { friendly_name, attributes, channels } = await api.worker(sid);
          const before: WorkerDocument = { sid, friendly_name, attributes, channels: capacities(channels) };
          setWorker(sid, { before, after: before });
        }
        setOpened(sid);
      },
      (why) => t("admin.failed", { why }),
    );
  const add = () => {
    const key = crypto.randomUUID();
    setWorker(key, { before: null, after: { friendly_name: "", attributes: {}, channels: {} } });
    setOpened(key);
  };
  const edited = Object.entries(workers).filter(([, { before }]) => before === null);
  return (
    <>
      <Group>
        <TextInput
          flex={1}
          aria-label={t("signIn.search")}
          placeholder={t("signIn.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          {t("admin.addWorker")}
        </Button>
      </Group>
      <ul className={css.list}>
        {edited.map(([key, { after }]) => (
          <li key={key}>
            <UnstyledButton className={css.entry} onClick={() => setOpened(key)}>
              {after.friendly_name || t("admin.newWorker")}
            </UnstyledButton>
          </li>
        ))}
        {fits.slice(0, SHOWN_MAX).map(({ sid, friendly_name }) => (
          <li key={sid}>
            <UnstyledButton className={css.entry} onClick={() => void open(sid)}>
              <bdi>{friendly_name}</bdi>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <Modal
        opened={opened !== null && opened in workers}
        onClose={() => setOpened(null)}
        size="lg"
        title={t("admin.worker")}
        lockScroll={false}
        closeButtonProps={{ "aria-label": t("help.close") }}
      >
        {opened !== null && <WorkerForm key={opened} name={opened} close={() => setOpened(null)} />}
      </Modal>
    </>
  );
}

/** What a document has of the channels; how much is held there now is not the document's. */
function capacities(channels: WorkerDocument["channels"]): WorkerDocument["channels"] {
  return Object.fromEntries(
    Object.entries(channels).map(([name, { capacity, available }]) => [name, { capacity, available }]),
  );
}

function WorkerForm({ name, close }: { name: string; close: () => void }) {
  const { t } = useTranslation();
  const { workers, documents, setWorker, forgetWorker } = useDraft();
  const edited = workers[name];
  if (!edited) return null;
  const { before, after } = edited;
  const channels = documents?.workspace.task_channels.map(({ unique_name }) => unique_name) ?? [];
  const put = (change: Partial<WorkerDocument>) =>
    setWorker(name, { before, after: { ...after, ...change } });
  return (
    <div className={css.list}>
      <TextInput
        label={t("admin.name")}
        dir="auto"
        data-autofocus
        value={after.friendly_name}
        onChange={(event) => put({ friendly_name: event.currentTarget.value })}
      />
      <JsonField
        label={t("admin.attributes")}
        object
        value={after.attributes}
        change={(attributes) => put({ attributes: attributes as WorkerDocument["attributes"] })}
      />
      <Group grow>
        {[...new Set([...channels, ...Object.keys(after.channels)])].map((channel) => (
          <NumberInput
            key={channel}
            label={t("admin.capacity", { name: channel })}
            min={0}
            max={100}
            allowDecimal={false}
            value={after.channels[channel]?.capacity ?? 1}
            onChange={(value) => {
              const { available = true } = after.channels[channel] ?? {};
              put({
                channels: { ...after.channels, [channel]: { capacity: Number(value) || 0, available } },
              });
            }}
          />
        ))}
      </Group>
      <Text size="xs" c="dimmed">
        {t("admin.workerHint")}
      </Text>
      <Group justify="flex-end">
        <Button
          variant="default"
          onClick={() => {
            close();
            forgetWorker(name);
          }}
        >
          {t("contact.cancel")}
        </Button>
        <Button onClick={close}>{t("admin.keep")}</Button>
      </Group>
    </div>
  );
}
