/** Who is on the conversation besides the agent, and who was asked in. */

import { CloseButton, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Company as Of } from "../model/company.ts";
import { useAttempt } from "./attempt.ts";
import css from "./Company.module.css";
import { useDesk } from "./context.ts";
import { useWorkers } from "./queries.ts";

/** What workers are called; the SID of one whom nobody knows. */
export function useNames(enabled: boolean): (worker_sid: string) => string {
  const { data: workers = [] } = useWorkers(enabled);
  return (worker_sid) => workers.find(({ sid }) => sid === worker_sid)?.friendly_name ?? worker_sid;
}

export function Company({ company }: { company: Of }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const { colleagues, asked, owns } = company;
  const isAlone = colleagues.length + asked.length === 0;
  const name = useNames(!isAlone);
  if (isAlone) return null;
  return (
    <ul className={css.company} aria-label={t("company.label")}>
      {colleagues.map(({ worker_sid }) => (
        <li key={worker_sid} className={css.person}>
          <span className={css.picture} aria-hidden>
            {initial(name(worker_sid))}
          </span>
          <bdi>{name(worker_sid)}</bdi>
        </li>
      ))}
      {asked.map(({ task_sid, name: called }) => (
        <li key={task_sid} className={css.person} data-asked>
          <span className={css.picture} aria-hidden>
            {initial(called)}
          </span>
          <span>{t("company.asked", { name: called })}</span>
          {owns && (
            <Tooltip label={t("company.withdraw", { name: called })}>
              <CloseButton
                size="xs"
                aria-label={t("company.withdraw", { name: called })}
                onClick={() =>
                  void attempt(
                    () => desk.tasks.withdraw(task_sid),
                    (why) => t("conversation.failed", { why }),
                  )
                }
              />
            </Tooltip>
          )}
        </li>
      ))}
    </ul>
  );
}

function initial(name: string): string {
  return ([...name.trim()][0] ?? "?").toUpperCase();
}
