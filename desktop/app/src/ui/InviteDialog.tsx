/** Who is asked into the conversation: an agent, or whoever is free in a queue. */

import { Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { companyOf } from "../model/company.ts";
import { taskItem } from "../model/tasks.ts";
import type { Reservation } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk, useDeskState } from "./context.ts";
import { useNotices } from "./notices.ts";
import { OfferNote } from "./OfferNote.tsx";
import { TargetList } from "./TargetList.tsx";

interface Props {
  /** None: the dialog is closed. */
  reservation: Reservation | null;
  close: () => void;
}

export function InviteDialog({ reservation, close }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={reservation !== null}
      onClose={close}
      title={t("company.title")}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {reservation && <Colleagues reservation={reservation} close={close} />}
    </Modal>
  );
}

function Colleagues({ reservation, close }: { reservation: Reservation; close: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const notify = useNotices((notices) => notices.add);
  const state = useDeskState((state) => state);
  const { colleagues, asked } = companyOf(taskItem(state, reservation).conversation, reservation);
  const without = [...colleagues.map(({ worker_sid }) => worker_sid), ...asked.map(({ to }) => to)];
  const [note, setNote] = useState("");
  const ask = async (to: string, name: string) => {
    const done = await attempt(
      () => desk.tasks.invite(reservation.task.sid, to, note.trim()),
      (why) => t("company.failed", { why }),
    );
    if (done) {
      notify({ tone: "good", text: t("company.done", { name }) });
      close();
    }
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("company.hint")}
      </Text>
      <OfferNote note={note} change={setNote} />
      <TargetList without={without} choose={(to, name) => void ask(to, name)} />
    </Stack>
  );
}
