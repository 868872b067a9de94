/** Gives the conversation to a colleague who is on it. */

import { Button, Menu } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Company } from "../model/company.ts";
import type { TaskSid, WorkerSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useNames } from "./Company.tsx";
import { HAND_OVER_ID } from "./composerIds.ts";
import { useDesk } from "./context.ts";
import { useNotices } from "./notices.ts";
import { ariaKeys } from "./shortcuts.ts";

export function HandOver({ company, task_sid }: { company: Company; task_sid: TaskSid }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const notify = useNotices((notices) => notices.add);
  const came = company.owns ? company.colleagues.filter(({ task_sid }) => task_sid !== null) : [];
  const name = useNames(came.length > 0);
  const give = async (worker_sid: WorkerSid) => {
    const done = await attempt(
      () => desk.tasks.handOver(task_sid, worker_sid),
      (why) => t("conversation.failed", { why }),
    );
    if (done) notify({ tone: "good", text: t("company.handed", { name: name(worker_sid) }) });
  };
  const [only] = came;
  if (!only) return null;
  const look = {
    id: HAND_OVER_ID,
    size: "compact-md",
    variant: "default",
    leftSection: <IconUserCheck size={16} aria-hidden />,
    "aria-keyshortcuts": ariaKeys("handOver"),
  } as const;
  if (came.length === 1) {
    return (
      <Button {...look} onClick={() => void give(only.worker_sid)}>
        {t("company.handOver", { name: name(only.worker_sid) })}
      </Button>
    );
  }
  return (
    <Menu shadow="md">
      <Menu.Target>
        <Button {...look}>{t("company.handOverTo")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {came.map(({ worker_sid }) => (
          <Menu.Item key={worker_sid} onClick={() => void give(worker_sid)}>
            <bdi>{name(worker_sid)}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
