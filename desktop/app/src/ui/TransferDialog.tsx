/** To whom the task goes: a queue, an agent, or its workflow anew. */

import { Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { TaskSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk, useDeskState } from "./context.ts";
import { useNotices } from "./notices.ts";
import { OfferNote } from "./OfferNote.tsx";
import { TargetList } from "./TargetList.tsx";

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
  // A call goes to numbers outside, too.
  const hasCall = useDeskState(({ calls }) =>
    Object.values(calls).some((call) => call.task_sid === task_sid),
  );
  const [note, setNote] = useState("");
  const go = async (to: string, name: string) => {
    const done = await attempt(
      () => desk.tasks.transfer(task_sid, to, note.trim()),
      (why) => t("transfer.failed", { why }),
    );
    if (done) {
      notify({ tone: "good", text: t("transfer.done", { name }) });
      close();
    }
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("transfer.hint")}
      </Text>
      <OfferNote note={note} change={setNote} />
      <TargetList workflow numbers={hasCall} choose={(to, name) => void go(to, name)} />
    </Stack>
  );
}
