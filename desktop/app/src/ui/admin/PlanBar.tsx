/** How much is changed, and putting it in force: after everything that would change was shown. */

import { Alert, Badge, Button, Group, Modal, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAdminApi } from "../../admin/api.ts";
import { useDraft, wanted } from "../../admin/draft.ts";
import { type Change, plan } from "../../admin/plan.ts";
import type { Fault, Versioned } from "../../admin/types.ts";
import { ApiError } from "../../session/api.ts";
import { useNotices } from "../notices.ts";
import css from "./AdminPage.module.css";
import { FaultList } from "./FaultList.tsx";

interface Props {
  /** Somebody else was faster. */
  conflict: boolean;
  setConflict: (conflict: boolean) => void;
  inForce: () => Promise<Versioned | null>;
}

export function PlanBar({ conflict, setConflict, inForce }: Props) {
  const { t } = useTranslation();
  const { base, documents, workers, begin } = useDraft();
  const [isOpen, setOpen] = useState(false);
  if (!base || !documents) return null;
  const changes = plan(base.documents, documents, Object.values(workers));
  return (
    <Group justify="space-between" className={css.bar}>
      <Group gap="sm">
        <Text size="sm">{t("admin.version", { version: base.version })}</Text>
        <Badge variant="light" color={changes.length > 0 ? "orange" : "gray"} tt="none" role="status">
          {t("admin.changes", { n: changes.length })}
        </Badge>
      </Group>
      {changes.length > 0 && (
        <Group gap="xs">
          <Button variant="default" onClick={() => begin(base)}>
            {t("admin.discard")}
          </Button>
          <Button onClick={() => setOpen(true)}>{t("admin.review")}</Button>
        </Group>
      )}
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        size="xl"
        title={t("admin.planTitle")}
        lockScroll={false}
        closeButtonProps={{ "aria-label": t("help.close") }}
      >
        {isOpen && (
          <Plan
            changes={changes}
            conflict={conflict}
            setConflict={setConflict}
            inForce={inForce}
            close={() => setOpen(false)}
          />
        )}
      </Modal>
    </Group>
  );
}

function Plan({
  changes,
  conflict,
  setConflict,
  inForce,
  close,
}: Props & { changes: Change[]; close: () => void }) {
  const { t } = useTranslation();
  const api = useAdminApi();
  const notify = useNotices((notices) => notices.add);
  const { base, documents, workers, begin, rebase } = useDraft();
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!base || !documents) return null;
  const apply = async () => {
    const sent = wanted(documents, workers);
    const found = await api.check(sent);
    setFaults(found);
    if (found.length > 0) return;
    const { version } = await api.apply(sent, base.version);
    const current = await inForce();
    if (current) begin(current);
    notify({ tone: "good", text: t("admin.applied", { version }) });
    close();
  };
  const attempt = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await apply();
      setConflict(false);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        // What the others did is shown before it could be undone.
        const current = await inForce();
        if (current) rebase(current);
        setConflict(true);
      } else setFailure(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <>
      {conflict && (
        <Alert color="orange" title={t("admin.conflict")} mb="sm">
          {t("admin.conflictHint")}
        </Alert>
      )}
      {failure && (
        <Alert color="red" mb="sm" role="alert">
          {failure}
        </Alert>
      )}
      <FaultList faults={faults} />
      <div className={css.scroll}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("admin.what")}</Table.Th>
              <Table.Th>{t("admin.before")}</Table.Th>
              <Table.Th>{t("admin.after")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map(({ kind, path, before, after }) => (
              <Table.Tr key={path.join("/")}>
                <Table.Td>
                  <Badge variant="light" size="sm" color={COLORS[kind]} tt="none">
                    {t(`admin.kinds.${kind}`)}
                  </Badge>
                  <Text size="sm" component="div">
                    <bdi>{path.join(" › ")}</bdi>
                  </Text>
                </Table.Td>
                <Table.Td>
                  <div className={css.value} dir="auto">
                    {before}
                  </div>
                </Table.Td>
                <Table.Td>
                  <div className={css.value} dir="auto">
                    {after}
                  </div>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Group justify="flex-end" mt="md">
        {conflict && (
          <Button
            variant="default"
            onClick={() => {
              begin(base);
              setConflict(false);
              close();
            }}
          >
            {t("admin.takeTheirs")}
          </Button>
        )}
        <Button loading={busy} disabled={changes.length === 0} onClick={() => void attempt()}>
          {t(conflict ? "admin.applyAnyway" : "admin.apply")}
        </Button>
      </Group>
    </>
  );
}

const COLORS = { added: "teal", changed: "indigo", removed: "red" } as const;
