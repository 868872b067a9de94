/** To whom the task goes: a queue, an agent, or its workflow anew. */

import { Modal, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconPhoneCalling, IconRefresh, IconSearch, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled } from "../model/calls.ts";
import type { TaskSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk, useDeskState } from "./context.ts";
import { useNotices } from "./notices.ts";
import { useDeskSettings, useWorkers } from "./queries.ts";
import css from "./TransferDialog.module.css";

interface Props {
  /** None: the dialog is closed. */
  task_sid: TaskSid | null;
  close: () => void;
}

export function TransferDialog({ task_sid, close }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={task_sid !== null}
      onClose={close}
      title={t("transfer.title")}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {task_sid !== null && <Targets task_sid={task_sid} close={close} />}
    </Modal>
  );
}

function Targets({ task_sid, close }: { task_sid: TaskSid; close: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const notify = useNotices((notices) => notices.add);
  const me = useDeskState((state) => state.worker?.sid);
  const { task_queues } = useDeskSettings();
  const { data: workers = [] } = useWorkers(true);
  const [typed, setTyped] = useState("");

  const fits = ({ friendly_name }: { friendly_name: string }) =>
    friendly_name.toLowerCase().includes(typed.trim().toLowerCase());
  const queues = task_queues.filter(fits);
  const agents = workers.filter((worker) => worker.sid !== me && fits(worker)).slice(0, 100);
  // A call goes to numbers outside, too.
  const hasCall = useDeskState(({ calls }) =>
    Object.values(calls).some((call) => call.task_sid === task_sid),
  );
  const number = hasCall ? dialled(typed) : null;
  const go = async (to: string, name: string) => {
    const done = await attempt(
      () => desk.transfer(task_sid, to),
      (why) => t("transfer.failed", { why }),
    );
    if (done) {
      notify({ tone: "good", text: t("transfer.done", { name }) });
      close();
    }
  };
  const target = (to: string, name: string, Mark: typeof IconUser) => (
    <li key={to}>
      <UnstyledButton className={css.target} onClick={() => void go(to, name)}>
        <Mark size={18} stroke={1.75} aria-hidden />
        <bdi>{name}</bdi>
      </UnstyledButton>
    </li>
  );
  return (
    <div className={css.targets}>
      <Text size="sm" c="dimmed">
        {t("transfer.hint")}
      </Text>
      <TextInput
        data-autofocus
        aria-label={t("transfer.search")}
        placeholder={t("transfer.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div className={css.lists}>
        {queues.length > 0 && <h3 className={css.title}>{t("transfer.queues")}</h3>}
        <ul>
          {queues.map(({ sid, friendly_name }) => target(sid, friendly_name, IconUsersGroup))}
          {number && target(number, t("call.transferTo", { number }), IconPhoneCalling)}
          {typed === "" && target("workflow", t("transfer.again"), IconRefresh)}
        </ul>
        {agents.length > 0 && <h3 className={css.title}>{t("transfer.agents")}</h3>}
        <ul>{agents.map(({ sid, friendly_name }) => target(sid, friendly_name, IconUser))}</ul>
        {queues.length + agents.length === 0 && !number && <Text c="dimmed">{t("transfer.none")}</Text>}
      </div>
    </div>
  );
}
