/** Notes about the contact, which every agent sees. */

import { Button, Group, Text, Textarea } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Contact, ConversationSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk } from "./context.ts";
import css from "./NotesEditor.module.css";

interface Props {
  contact: Contact;
  /** The agent's conversation with the contact. */
  conversation: ConversationSid;
}

export function NotesEditor({ contact, conversation }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  /** What is being written; none: the notes are only shown. */
  const [text, setText] = useState<string | null>(null);
  if (text === null) {
    return (
      <>
        {contact.notes && (
          <Text size="sm" dir="auto" className={css.notes}>
            {contact.notes}
          </Text>
        )}
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setText(contact.notes ?? "")}
        >
          {t("contact.editNotes")}
        </Button>
      </>
    );
  }
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const isSaved = await attempt(
      () => desk.contacts.change(conversation, { notes: text }),
      (why) => t("contact.failed", { why }),
    );
    if (isSaved) setText(null);
  };
  return (
    <form className={css.form} onSubmit={(event) => void save(event)}>
      <Textarea
        size="xs"
        autosize
        autoFocus
        minRows={3}
        maxRows={12}
        dir="auto"
        aria-label={t("contact.notes")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap={6}>
        <Button size="compact-xs" type="submit">
          {t("contact.save")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => setText(null)}>
          {t("contact.cancel")}
        </Button>
      </Group>
    </form>
  );
}
