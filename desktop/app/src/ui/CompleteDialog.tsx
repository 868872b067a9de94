/** The end of a task: its outcome, and notes. Both are the task's reason, in TaskRouter's words. */

import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Reservation } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk } from "./context.ts";
import { useDeskSettings } from "./queries.ts";

/** Characters of a task's reason. */
const REASON_CHARS_MAX = 256;

interface Props {
  /** None: the dialog is closed. */
  reservation: Reservation | null;
  close: () => void;
}

export function CompleteDialog({ reservation, close }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={reservation !== null}
      onClose={close}
      title={t("complete.title")}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {reservation && <Outcome reservation={reservation} close={close} />}
    </Modal>
  );
}

function Outcome({ reservation, close }: { reservation: Reservation; close: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const { dispositions } = useDeskSettings();
  const [disposition, setDisposition] = useState("");
  const [notes, setNotes] = useState("");
  const reason = [disposition, notes.trim()].filter(Boolean).join(": ");
  const tooMany = [...reason].length - REASON_CHARS_MAX;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const act = () => desk.tasks.complete(reservation.sid, reason);
    if (tooMany <= 0 && (await attempt(act, (why) => t("complete.failed", { why })))) close();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {dispositions.length > 0 && (
          <Radio.Group label={t("complete.disposition")} value={disposition} onChange={setDisposition}>
            <Stack gap={6} mt={6}>
              {dispositions.map((name, index) => (
                <Radio key={name} value={name} label={name} data-autofocus={index === 0 || undefined} />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <Textarea
          label={t("complete.notes")}
          description={t("complete.hint")}
          error={tooMany > 0 && t("complete.tooLong", { count: tooMany })}
          autosize
          minRows={2}
          maxRows={6}
          dir="auto"
          data-autofocus={dispositions.length === 0 || undefined}
          value={notes}
          onChange={(event) => setNotes(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Text size="xs" c="dimmed">
            {[...reason].length} / {REASON_CHARS_MAX}
          </Text>
          <Button type="submit" disabled={tooMany > 0}>
            {t("complete.confirm")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
