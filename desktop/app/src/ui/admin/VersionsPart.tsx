/** What was in force before, and the way back to it: taken up as changes, which are reviewed like all others. */

import { Button, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAdminApi, useAdminQuery } from "../../admin/api.ts";
import { useDraft } from "../../admin/draft.ts";
import { useAttempt } from "../attempt.ts";
import { shortDate } from "../format.ts";
import { useNotices } from "../notices.ts";
import { useWorkers } from "../queries.ts";
import css from "./AdminPage.module.css";

export function VersionsPart() {
  const { t } = useTranslation();
  const api = useAdminApi();
  const attempt = useAttempt();
  const notify = useNotices((notices) => notices.add);
  const { base, put } = useDraft();
  const { data = [] } = useAdminQuery(["versions", base?.version], (api) => api.versions());
  const workers = useWorkers(true).data ?? [];
  const nameOf = (by: string | null) => {
    const sid = by?.replace(/^api:/u, "");
    return workers.find((worker) => worker.sid === sid)?.friendly_name ?? by ?? "–";
  };
  const take = (version: number) =>
    attempt(
      async () => {
        put((await api.version(version)).documents);
        notify({ tone: "good", text: t("admin.taken", { version }) });
      },
      (why) => t("admin.failed", { why }),
    );
  return (
    <section className={css.card}>
      <Text size="sm" c="dimmed">
        {t("admin.versionsHint")}
      </Text>
      <div className={css.scroll}>
        <Table>
          <Table.Tbody>
            {data.map(({ version, applied_at, by }) => (
              <Table.Tr key={version}>
                <Table.Td>{t("admin.version", { version })}</Table.Td>
                <Table.Td>{applied_at === null ? "–" : shortDate(applied_at)}</Table.Td>
                <Table.Td>
                  <bdi>{nameOf(by)}</bdi>
                </Table.Td>
                <Table.Td>
                  {version !== base?.version && (
                    <Button size="compact-xs" variant="default" onClick={() => void take(version)}>
                      {t("admin.takeVersion", { version })}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
