/** Flows: seen as graphs, replaced by a document from Studio, checked, and taken back. */

import { Alert, Button, FileButton, Group, Select, Text, TextInput } from "@mantine/core";
import { IconCopy, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAdminApi, useAdminQuery } from "../../admin/api.ts";
import { useDraft } from "../../admin/draft.ts";
import { same } from "../../admin/plan.ts";
import { useAttempt } from "../attempt.ts";
import { useNotices } from "../notices.ts";
import css from "./AdminPage.module.css";
import { FaultList } from "./FaultList.tsx";
import { FlowGraph } from "./FlowGraph.tsx";

/** Bytes of a flow's document: what the center reads at most of all together. */
const BYTES_MAX = 8 * 1024 * 1024;

export function FlowsPart() {
  const { t } = useTranslation();
  const attempt = useAttempt();
  const notify = useNotices((notices) => notices.add);
  const { base, documents, setFlow } = useDraft();
  const [chosen, setChosen] = useState<string | null>(null);
  const [newName, setNewName] = useState("");
  const flows = documents?.flows ?? {};
  const names = Object.keys(flows);
  const name = chosen !== null && names.includes(chosen) ? chosen : (names[0] ?? null);
  const definition = name === null ? null : flows[name];
  const isChanged = name !== null && !same(definition, base?.documents.flows[name]);
  const checked = useAdminQuery(
    ["faults", name, JSON.stringify(definition)],
    async (api) => {
      const found = documents ? await api.check(documents) : [];
      return found.filter(({ document }) => document === `flow/${name}`);
    },
    isChanged,
  );
  const faults = isChanged ? (checked.data ?? []) : [];
  const upload = (file: File | null) => {
    const target = newName.trim() || name;
    if (!file || !target) return;
    return attempt(
      async () => {
        if (file.size > BYTES_MAX) throw new Error(t("admin.tooLarge"));
        setFlow(target, JSON.parse(await file.text()));
        setChosen(target);
        setNewName("");
      },
      (why) => t("admin.failed", { why }),
    );
  };
  return (
    <section className={css.card}>
      <Group align="end">
        <Select
          label={t("admin.flow")}
          data={names}
          value={name}
          onChange={setChosen}
          allowDeselect={false}
        />
        <TextInput
          label={t("admin.newFlow")}
          value={newName}
          onChange={(event) => setNewName(event.currentTarget.value)}
        />
        <FileButton accept="application/json,.json" onChange={(file) => void upload(file)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
              {t("admin.upload")}
            </Button>
          )}
        </FileButton>
        {name !== null && <Earlier key={`${name} ${base?.version}`} name={name} />}
        {name !== null && (
          <Button
            variant="default"
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() =>
              void attempt(
                async () => {
                  await navigator.clipboard.writeText(JSON.stringify(definition, null, 2));
                  notify({ tone: "good", text: t("contact.copied") });
                },
                (why) => t("admin.failed", { why }),
              )
            }
          >
            {t("admin.copyFlow")}
          </Button>
        )}
      </Group>
      {isChanged && checked.isSuccess && faults.length === 0 && (
        <Alert color="teal" variant="light">
          {t("admin.flowFits")}
        </Alert>
      )}
      {checked.error && <Alert color="red">{checked.error.message}</Alert>}
      <FaultList faults={faults} />
      {name === null ? (
        <Text size="sm">{t("admin.noFlow")}</Text>
      ) : (
        <FlowGraph key={name} name={name} definition={definition} faults={faults} />
      )}
    </section>
  );
}

/** The same flow as it was in an earlier version. */
function Earlier({ name }: { name: string }) {
  const { t } = useTranslation();
  const api = useAdminApi();
  const attempt = useAttempt();
  const { base, setFlow } = useDraft();
  const { data = [] } = useAdminQuery(["versions", base?.version], (api) => api.versions());
  const others = data.filter(({ version }) => version !== base?.version);
  if (others.length === 0) return null;
  const choose = (version: string | null) =>
    version !== null &&
    void attempt(
      async () => {
        const earlier = (await api.version(Number(version))).documents.flows[name];
        if (earlier === undefined) throw new Error(t("admin.noFlow"));
        setFlow(name, earlier);
      },
      (why) => t("admin.failed", { why }),
    );
  return (
    <Select
      label={t("admin.earlier")}
      data={others.map(({ version }) => ({
        value: String(version),
        label: t("admin.version", { version }),
      }))}
      value={null}
      onChange={choose}
    />
  );
}
