/** What an agent does with a message of the customer's: answers it, reacts to it. */

import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconMoodPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/react/shallow";
import { possibleWith } from "../model/reach.ts";
import type { Conversation, Message } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { COMPOSER_ID } from "./composerIds.ts";
import { useComposerText } from "./composerText.ts";
import { useDesk, useDeskState } from "./context.ts";
import css from "./MessageRow.module.css";

/** What most channels take. */
const REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Props {
  message: Message;
  conversation: Conversation;
}

export function MessageActions({ message, conversation }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const answer = useComposerText((composer) => composer.answer);
  const { reply, react } = useDeskState(
    useShallow((state) => possibleWith(state.reach[conversation.contact_sid] ?? [], message)),
  );
  return (
    <span className={css.actions}>
      {reply && (
        <Tooltip label={t("timeline.reply")}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t("timeline.reply")}
            onClick={() => {
              answer({ conversation_sid: conversation.sid, message });
              document.getElementById(COMPOSER_ID)?.focus();
            }}
          >
            <IconArrowBackUp size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {react && (
        <Menu position="top-start" shadow="md">
          <Menu.Target>
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("timeline.react")}>
              <IconMoodPlus size={15} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {REACTIONS.map((emoji) => (
              <Menu.Item
                key={emoji}
                onClick={() =>
                  void attempt(
                    () => desk.messages.react(conversation.sid, message, emoji),
                    (why) => t("timeline.notReacted", { why }),
                  )
                }
              >
                {emoji}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </span>
  );
}
