/** A trial: whom a task with these attributes would be offered to, in the order of time, and why. */

import { Alert, Badge, Button, Group, Select, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAdminApi } from "../../admin/api.ts";
import { useDraft, wanted } from "../../admin/draft.ts";
import type { Matching, MatchStop, Verdict } from "../../admin/types.ts";
import css from "./AdminPage.module.css";
import { JsonField } from "./JsonField.tsx";

const COLORS: Record<Verdict, string> = {
  ready: "teal",
  busy: "orange",
  away: "gray",
  not_in_target: "red",
  not_in_queue: "red",
};

export function MatchTester() {
  const { t } = useTranslation();
  const api = useAdminApi();
  const { documents, workers } = useDraft();
  const names = documents?.workspace.workflows.map(({ friendly_name }) => friendly_name) ?? [];
  const channels = documents?.workspace.task_channels.map(({ unique_name }) => unique_name) ?? [];
  const [workflow, setWorkflow] = useState<string | null>(null);
  const [channel, setChannel] = useState<string | null>(null);
  const [attributes, setAttributes] = useState<unknown>({ department: "sales", language: "en" });
  const [found, setFound] = useState<Matching | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const chosen = workflow !== null && names.includes(workflow) ? workflow : (names[0] ?? null);
  if (!documents) return null;
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) return;
    setAsked(true);
    setFailure(null);
    try {
      const question = {
        attributes: attributes as Record<string, unknown>,
        workflow: chosen,
        task_channel: channel ?? channels[0] ?? "chat",
        documents: wanted(documents, workers),
      };
      setFound(await api.match(question));
    } catch (error) {
      setFound(null);
      setFailure(error instanceof Error ? error.message : String(error));
    }
    setAsked(false);
  };
  return (
    <form className={css.card} aria-label={t("admin.tester")} onSubmit={(event) => void ask(event)}>
      <Title order={2} size="h5">
        {t("admin.tester")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("admin.testerHint")}
      </Text>
      <Group align="start" grow>
        <Select
          label={t("contact.workflow")}
          data={names}
          value={chosen}
          onChange={setWorkflow}
          allowDeselect={false}
        />
        <Select
          label={t("admin.taskChannel")}
          data={channels}
          value={channel ?? channels[0] ?? null}
          onChange={setChannel}
          allowDeselect={false}
        />
      </Group>
      <JsonField label={t("admin.taskAttributes")} object value={attributes} change={setAttributes} />
      <Group justify="flex-end">
        <Button type="submit" loading={asked} disabled={chosen === null}>
          {t("admin.test")}
        </Button>
      </Group>
      {failure && (
        <Alert color="red" role="alert">
          {failure}
        </Alert>
      )}
      {found && <Way found={found} />}
    </form>
  );
}

function Way({ found: { stops, workers, more } }: { found: Matching }) {
  const { t } = useTranslation();
  return (
    <>
      <ol className={css.list} aria-label={t("admin.way")}>
        {stops.map((stop) => (
          <li key={`${stop.from_s} ${stop.why}`} className={css.card}>
            <Stop stop={stop} />
          </li>
        ))}
      </ol>
      <Text size="xs" c="dimmed">
        {t(more ? "admin.lookedAtSome" : "admin.lookedAt", { n: workers })}
      </Text>
    </>
  );
}

function Stop({ stop }: { stop: MatchStop }) {
  const { t } = useTranslation();
  const { from_s, queue, target_workers, expression, priority, why, workers, not_in_queue } = stop;
  return (
    <>
      <Text fw={600} size="sm">
        {t("admin.after_s", { s: from_s })} · <bdi>{queue ?? t("admin.givenUp")}</bdi>
        {queue !== null && ` · ${t("contact.priority")} ${priority}`}
      </Text>
      <Text size="xs" c="dimmed">
        <bdi>{why}</bdi>
      </Text>
      {[target_workers, expression].map(
        (text) =>
          text && (
            <Text key={text} size="xs" ff="monospace" dir="ltr">
              {text}
            </Text>
          ),
      )}
      <Group gap={6}>
        {workers.map((worker) => (
          <Badge key={worker.sid} variant="light" color={COLORS[worker.verdict]} tt="none">
            <bdi>{worker.friendly_name}</bdi> · {t(`admin.verdicts.${worker.verdict}`)}
          </Badge>
        ))}
        {queue !== null && not_in_queue > 0 && (
          <Text size="xs" c="dimmed">
            {t("admin.notInQueue", { n: not_in_queue })}
          </Text>
        )}
      </Group>
    </>
  );
}
