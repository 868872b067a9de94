/** What is to be said to the customer later: when, by whom, and what can still be done about it. */

import { Button, Group, Popover, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconCalendarClock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { asField, isPossible, ofField } from "../model/later.ts";
import { scheduledOf } from "../model/state.ts";
import { plainText } from "../model/timeline.ts";
import type { Conversation, Scheduled } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useCenterNow, useDesk, useDeskState } from "./context.ts";
import { shortDate } from "./format.ts";
import css from "./ScheduledList.module.css";

/** Contents whose words can be changed. */
const WORDED = ["text", "media", "choices", "email"];

export function ScheduledList({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const list = useDeskState((state) => scheduledOf(state, conversation.contact_sid));
  if (list.length === 0) return null;
  return (
    <section className={css.list} aria-label={t("later.label")}>
      {list.map((scheduled) => (
        <Entry key={scheduled.sid} scheduled={scheduled} conversation={conversation} />
      ))}
    </section>
  );
}

function Entry({ scheduled, conversation }: { scheduled: Scheduled; conversation: Conversation }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const me = useDeskState((state) => state.worker?.sid);
  const { sid, author, send_at, unless_answered, state } = scheduled;
  const by = author.type === "agent" ? (author.worker_sid === me ? t("timeline.you") : author.name) : "";
  const act = (what: () => Promise<unknown>) =>
    void attempt(what, (why) => t("conversation.failed", { why }));
  return (
    <article className={css.entry} aria-label={t("later.at", { time: shortDate(send_at), name: by })}>
      <IconCalendarClock size={18} aria-hidden />
      <div className={css.what}>
        <Text size="xs" c="dimmed">
          {t("later.at", { time: shortDate(send_at), name: by })}
          {unless_answered && ` · ${t("later.unlessShort")}`}
        </Text>
        <Text size="sm" truncate dir="auto">
          {plainText(scheduled) || t("timeline.media")}
        </Text>
      </div>
      {state === "sending" ? (
        <Text size="xs">{t("status.sending")}</Text>
      ) : (
        <Group gap={4} wrap="nowrap">
          <EditButton scheduled={scheduled} conversation={conversation} />
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => act(() => desk.messages.reschedule(conversation.sid, sid, {}))}
          >
            {t("composer.sendNow")}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => act(() => desk.messages.cancelScheduled(conversation.sid, sid))}
          >
            {t("later.cancel")}
          </Button>
        </Group>
      )}
    </article>
  );
}

function EditButton({ scheduled, conversation }: { scheduled: Scheduled; conversation: Conversation }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      width={340}
      position="top-end"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button size="compact-xs" variant="light" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t("later.edit")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("later.edit")}>
        <EditForm scheduled={scheduled} conversation={conversation} done={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface FormProps {
  scheduled: Scheduled;
  conversation: Conversation;
  done: () => void;
}

function EditForm({ scheduled, conversation, done }: FormProps) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const now = useCenterNow();
  const before = plainText(scheduled);
  const [text, setText] = useState(before);
  const [field, setField] = useState(() => asField(scheduled.send_at));
  const at = ofField(field);
  const isWorded = WORDED.includes(scheduled.kind);
  const canSave = isPossible(at, now) && (!isWorded || text.trim() !== "");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!canSave) return;
    const words = isWorded && text !== before ? { text: text.trim() } : {};
    const saved = await attempt(
      () => desk.messages.reschedule(conversation.sid, scheduled.sid, { send_at: at, ...words }),
      (why) => t("conversation.failed", { why }),
    );
    if (saved) done();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="xs">
        {isWorded && (
          <Textarea
            data-autofocus
            autosize
            minRows={2}
            maxRows={8}
            dir="auto"
            label={t("later.text")}
            value={text}
            onChange={({ currentTarget: { value } }) => setText(value)}
          />
        )}
        <TextInput
          type="datetime-local"
          step={1}
          size="xs"
          label={t("later.own")}
          value={field}
          error={at !== null && !isPossible(at, now) && t("later.impossible")}
          onChange={({ currentTarget: { value } }) => setField(value)}
        />
        <Button type="submit" size="compact-md" disabled={!canSave}>
          {t("contact.save")}
        </Button>
      </Stack>
    </form>
  );
}
