/** Where the agent writes: channel, canned replies, emoji, attachments. */

import { ActionIcon, Button, CloseButton, Group, Text, Textarea, Tooltip } from "@mantine/core";
import { IconListCheck, IconPaperclip, IconSend2, IconTemplate } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { draftChoicesOf, draftOf, keepDraft, keepDraftChoices } from "../desk/memory.ts";
import { nameOf, type Said } from "../desk/messages.ts";
import { useSettings } from "../desk/settings.ts";
import { fill } from "../model/canned.ts";
import { choicesMax, faultOf, optionsOf } from "../model/choices.ts";
import { goesOnWithout } from "../model/company.ts";
import { isClosed, reachOf, templatesFor } from "../model/reach.ts";
import { plainText } from "../model/timeline.ts";
import type { Possible, Reach } from "../protocol/frames.ts";
import type { Conversation, Reservation } from "../protocol/generated.ts";
import { Attachments } from "./Attachments.tsx";
import { useAttachments } from "./attachments.ts";
import { useAttempt } from "./attempt.ts";
import { CannedPicker } from "./CannedPicker.tsx";
import { ChannelChoice } from "./ChannelChoice.tsx";
import { ChoicesEditor } from "./ChoicesEditor.tsx";
import css from "./Composer.module.css";
import { ConsentNote } from "./ConsentNote.tsx";
import { ATTACH_ID, CHOICES_ID, COMPOSER_ID, EMOJI_ID } from "./composerIds.ts";
import { useComposerText } from "./composerText.ts";
import { useCenterNow, useDesk, useDeskState } from "./context.ts";
import { EmojiPicker } from "./EmojiPicker.tsx";
import { LaterMenu, type When } from "./LaterMenu.tsx";
import { useDeskSettings } from "./queries.ts";
import { ariaKeys } from "./shortcuts.ts";
import { TemplateDialog } from "./TemplateDialog.tsx";

/** Characters of a message. */
const TEXT_CHARS_MAX = 65_536;
/** A canned reply whose variable stands for nothing. */
const LEFT_OVER = /\{\{\s*([\w.]+)\s*\}\}/u;

interface Props {
  conversation: Conversation;
  reservation: Reservation;
  name: string;
}

export function Composer({ conversation, reservation, name }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const undo_s = useSettings((settings) => settings.undo_s);
  const attempt = useAttempt();
  const [text, setText] = useState(() => draftOf(conversation.sid));
  const [choices, setChoices] = useState(() => draftChoicesOf(conversation.sid));
  const [to, setTo] = useState<Possible | null>(null);
  const [canned, setCanned] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const attachments = useAttachments();
  const worker = useDeskState((state) => state.worker);
  const contact = useDeskState((state) => state.contacts[conversation.contact_sid]);
  useRestored(
    conversation.sid,
    (restored, options) => {
      setText((text) => (text ? `${restored}\n${text}` : restored));
      if (options.length > 0) changeChoices(options);
      field.current?.focus();
    },
    attachments.restore,
  );

  const change = (text: string) => {
    setText(text);
    keepDraft(conversation.sid, text);
    desk.messages.typing(conversation.sid, text !== "");
    setCanned(/^\/(\S*)$/u.exec(text)?.[1] ?? null);
  };
  const changeChoices = (texts: string[]) => {
    setChoices(texts);
    keepDraftChoices(conversation.sid, texts);
  };
  const insert = (piece: string) => {
    const { selectionStart: start = text.length, selectionEnd: end = text.length } = field.current ?? {};
    change(text.slice(0, start) + piece + text.slice(end));
    field.current?.focus();
  };

  const recipient = to ?? conversation.address;
  const reach = useDeskState((state) =>
    reachOf(state.reach[conversation.contact_sid] ?? NO_ADDRESSES, recipient),
  );
  const closed = isClosed(reach, useCenterNow());
  const language = contact?.attributes.language;
  const settings = useDeskSettings();
  const templates = reach?.capabilities?.templates
    ? templatesFor(settings.templates, recipient, typeof language === "string" ? language : null)
    : [];
  const composer = useComposerText();
  const answered =
    composer.answering?.conversation_sid === conversation.sid ? composer.answering.message : null;
  const variables = {
    contact: { name: contact?.name ?? null, attributes: contact?.attributes ?? {} },
    agent: { name: worker?.friendly_name ?? "" },
  };
  const say = (said: Omit<Said, "to">) => desk.messages.say(conversation.sid, { ...said, to }, undo_s * 1000);

  const leftOver = LEFT_OVER.exec(text)?.[1];
  const tooMany = [...text].length - TEXT_CHARS_MAX;
  const buttons = choicesMax(reach?.capabilities);
  // What a channel without buttons, or a message with files, cannot carry waits in the draft.
  const offered = buttons > 0 && attachments.files.length === 0 ? choices : [];
  const isEmpty = text.trim() === "" && (attachments.files.length === 0 || offered.length > 0);
  const cannotSend =
    closed ||
    isEmpty ||
    leftOver !== undefined ||
    tooMany > 0 ||
    attachments.busy ||
    faultOf(offered, buttons) !== null;
  const written = () => ({
    text: text.trim(),
    media: attachments.media(),
    choices: optionsOf(offered),
    reply_to: answered ? nameOf(answered) : null,
  });
  const send = () => {
    if (cannotSend) return;
    say(written());
    clear();
  };
  const sendLater = async (when: When) => {
    const kept = await attempt(
      () => desk.messages.sayLater(conversation.sid, { ...written(), to }, when),
      (why) => t("conversation.failed", { why }),
    );
    if (kept) clear();
  };
  const clear = () => {
    composer.answer(null);
    changeChoices([]);
    setText("");
    setCanned(null);
    keepDraft(conversation.sid, "");
    attachments.clear();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The Enter that ends the composition of Japanese text is not for us.
    if (
      event.key === "Enter" &&
      !event.shiftKey &&
      !event.altKey &&
      !event.nativeEvent.isComposing &&
      canned === null
    ) {
      event.preventDefault();
      send();
    }
  };

  if (reservation.reservation_status === "wrapping") {
    const goesOn = goesOnWithout(conversation, reservation);
    return <div className={css.closed}>{t(goesOn ? "conversation.goesOn" : "conversation.wrapped")}</div>;
  }
  if (conversation.state === "closed") return <div className={css.closed}>{t("composer.closed")}</div>;
  return (
    <>
      <form
        className={css.composer}
        aria-label={t("composer.label", { name })}
        data-drop={attachments.isOver || undefined}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        {...attachments.dropTarget}
      >
        <ConsentNote contact={contact} channel={recipient.channel} />
        {closed && (
          <Text size="sm" className={css.problem} role="status">
            {t(reach?.capabilities?.templates ? "composer.windowTemplate" : "composer.window")}
          </Text>
        )}
        {canned !== null && (
          <CannedPicker
            typed={canned}
            contact={contact}
            field={field}
            close={() => setCanned(null)}
            choose={(reply) => {
              change(fill(reply.text, variables));
              changeChoices(reply.choices ?? []);
              field.current?.focus();
            }}
          />
        )}
        {answered && (
          <Group gap={4} wrap="nowrap" className={css.answered}>
            <Text size="xs" dir="auto" truncate flex={1}>
              {t("timeline.answers")} {plainText(answered.edited ?? answered) || t("timeline.media")}
            </Text>
            <CloseButton
              size="sm"
              aria-label={t("composer.noAnswer")}
              onClick={() => {
                composer.answer(null);
                field.current?.focus();
              }}
            />
          </Group>
        )}
        <Attachments attachments={attachments} />
        <Textarea
          id={COMPOSER_ID}
          ref={field}
          autosize
          minRows={2}
          maxRows={10}
          dir="auto"
          variant="unstyled"
          classNames={{ input: css.input }}
          aria-label={t("composer.label", { name })}
          placeholder={t("composer.placeholder")}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={attachments.onPaste}
          onBlur={() => desk.messages.typing(conversation.sid, false)}
          aria-keyshortcuts={ariaKeys("write")}
        />
        {choices.length > 0 && buttons > 0 && (
          <ChoicesEditor texts={choices} max={buttons} change={changeChoices} />
        )}
        {choices.length > 0 && offered.length === 0 && (
          <Text size="xs" className={css.problem} role="status">
            {t(buttons > 0 ? "choices.noFiles" : "choices.noButtons")}
          </Text>
        )}
        {(leftOver !== undefined || tooMany > 0) && (
          <Text size="xs" className={css.problem} role="status">
            {leftOver !== undefined
              ? t("composer.variableLeft", { name: leftOver })
              : t("composer.long", { count: tooMany })}
          </Text>
        )}
        <Group gap={4} justify="space-between" wrap="nowrap">
          <Group gap={4} wrap="nowrap" miw={0}>
            <ChannelChoice conversation={conversation} contact={contact} to={to} choose={setTo} />
            <EmojiPicker id={EMOJI_ID} choose={insert} />
            <Tooltip label={t("composer.attach")}>
              <ActionIcon
                id={ATTACH_ID}
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={t("composer.attach")}
                aria-keyshortcuts={ariaKeys("attach")}
                onClick={attachments.pick}
              >
                <IconPaperclip size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
            {buttons > 0 && (
              <Tooltip label={t("choices.button")}>
                <ActionIcon
                  id={CHOICES_ID}
                  variant={choices.length > 0 ? "light" : "subtle"}
                  color={choices.length > 0 ? "indigo" : "gray"}
                  size="lg"
                  aria-label={t("choices.button")}
                  aria-pressed={choices.length > 0}
                  aria-keyshortcuts={ariaKeys("choices")}
                  onClick={() => changeChoices(choices.length > 0 ? [] : [""])}
                >
                  <IconListCheck size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            {reach?.capabilities?.templates && (
              <Tooltip label={t("composer.template")}>
                <ActionIcon
                  variant={closed ? "light" : "subtle"}
                  color={closed ? "indigo" : "gray"}
                  size="lg"
                  aria-label={t("composer.template")}
                  onClick={() => composer.openTemplates(true)}
                >
                  <IconTemplate size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
          <Group gap={6} wrap="nowrap">
            <LaterMenu
              disabled={cannotSend}
              window_until={reach?.window_until ?? null}
              choose={(when) => void sendLater(when)}
            />
            <Button
              type="submit"
              disabled={cannotSend}
              rightSection={<IconSend2 size={16} className={css.plane} aria-hidden />}
            >
              {t("composer.send")}
            </Button>
          </Group>
        </Group>
      </form>
      <TemplateDialog
        opened={composer.templates}
        close={() => composer.openTemplates(false)}
        templates={templates}
        variables={variables}
        send={(template, text) => say({ text, template })}
      />
    </>
  );
}

const NO_ADDRESSES: readonly Reach[] = [];

/** Puts a message that was taken back into the field again. */
function useRestored(
  conversation: string,
  put: (text: string, options: string[]) => void,
  attach: ReturnType<typeof useAttachments>["restore"],
): void {
  const { restored, taken } = useComposerText();
  useEffect(() => {
    if (restored?.conversation_sid !== conversation) return;
    taken();
    put(
      restored.text,
      restored.choices.map(({ text }) => text),
    );
    attach(restored.media);
  });
}
