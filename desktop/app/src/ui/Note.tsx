/** Notes among agents: written here, shown in the timeline, never to the customer. */

import { Button, Popover, Textarea } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk } from "./context.ts";
import css from "./Note.module.css";

const NOTE_CHARS_MAX = 4_096;

interface Props {
  conversation_sid: ConversationSid;
  /** The note is stored. */
  done: () => void;
}

export function NoteForm({ conversation_sid, done }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const [text, setText] = useState("");
  const isNothing = text.trim() === "";
  const add = async () => {
    const stored = await attempt(
      () => desk.messages.note(conversation_sid, text.trim()),
      (why) => t("conversation.failed", { why }),
    );
    if (!stored) return;
    setText("");
    done();
  };
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isNothing) void add();
      }}
    >
      <Textarea
        data-autofocus
        autosize
        minRows={2}
        maxRows={8}
        dir="auto"
        label={t("note.label")}
        description={t("note.hint")}
        maxLength={NOTE_CHARS_MAX}
        value={text}
        onChange={({ currentTarget: { value } }) => setText(value)}
      />
      <Button type="submit" size="compact-md" disabled={isNothing}>
        {t("note.add")}
      </Button>
    </form>
  );
}

export function NoteButton({ conversation_sid }: { conversation_sid: ConversationSid }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={340} trapFocus returnFocus withArrow shadow="md">
      <Popover.Target>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconNote size={16} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t("note.button")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("note.label")}>
        <NoteForm conversation_sid={conversation_sid} done={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}
