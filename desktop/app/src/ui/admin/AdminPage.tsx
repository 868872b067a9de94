/** What an administrator changes the center with: parts to look at and change, and one place where changes go in force. */

import { Alert, Loader } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useAdminQuery } from "../../admin/api.ts";
import { useDraft } from "../../admin/draft.ts";
import { AccountsPart } from "./AccountsPart.tsx";
import css from "./AdminPage.module.css";
import { DeskPart } from "./DeskPart.tsx";
import { FlowsPart } from "./FlowsPart.tsx";
import { HoursPart } from "./HoursPart.tsx";
import { PlanBar } from "./PlanBar.tsx";
import { QueuesPart } from "./QueuesPart.tsx";
import { VersionsPart } from "./VersionsPart.tsx";
import { WorkersPart } from "./WorkersPart.tsx";
import { WorkflowsPart } from "./WorkflowsPart.tsx";

const PARTS = {
  workers: WorkersPart,
  queues: QueuesPart,
  workflows: WorkflowsPart,
  flows: FlowsPart,
  hours: HoursPart,
  accounts: AccountsPart,
  desk: DeskPart,
  versions: VersionsPart,
} as const;
type PartName = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as PartName[];

function subscribe(tell: () => void): () => void {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
}

/** The part that the address (`#admin/queues`) names. */
function usePart(): PartName {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return NAMES.find((name) => hash === `#admin/${name}`) ?? "workers";
}

export function AdminPage() {
  const { t } = useTranslation();
  const part = usePart();
  const { data, error, refetch } = useAdminQuery(["config"], (api) => api.config());
  const { base, generation, begin } = useDraft();
  const [conflict, setConflict] = useState(false);
  useEffect(() => {
    if (data && base === null) begin(data);
  }, [data, base, begin]);
  const Shown = PARTS[part];
  return (
    <div className={css.page}>
      <nav className={css.parts} aria-label={t("sections.admin")}>
        {NAMES.map((name) => (
          <a key={name} href={`#admin/${name}`} aria-current={name === part ? "page" : undefined}>
            {t(`admin.parts.${name}`)}
          </a>
        ))}
      </nav>
      <main className={css.main}>
        {error && <Alert color="red">{error.message}</Alert>}
        {base ? (
          <>
            <PlanBar
              conflict={conflict}
              setConflict={setConflict}
              inForce={async () => {
                const { data } = await refetch();
                return data ?? null;
              }}
            />
            <Shown key={generation} />
          </>
        ) : (
          !error && <Loader mx="auto" />
        )}
      </main>
    </div>
  );
}
