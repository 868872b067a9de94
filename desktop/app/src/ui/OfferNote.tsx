/** What an agent tells the colleague to whom they send a task, or whom they ask in. */

import { Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Characters of a note that stands on the card of an offer. */
const NOTE_CHARS_MAX = 1_000;

export function OfferNote({ note, change }: { note: string; change: (note: string) => void }) {
  const { t } = useTranslation();
  return (
    <Textarea
      label={t("company.note")}
      description={t("company.noteHint")}
      autosize
      minRows={2}
      maxRows={6}
      dir="auto"
      maxLength={NOTE_CHARS_MAX}
      value={note}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
