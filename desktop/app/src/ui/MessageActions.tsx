/** What an agent does with a message of the customer's: answers it, reacts to it. */

import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconMoodPlus } from "@tabler/icons-react";
import { type ComponentProps, useState } from "react";
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

/** In every row, so of plain buttons: a menu, which costs more than the row itself, is made once it is asked for. */
export function MessageActions({ message, conversation }: Props) {
  const { t } = useTranslation();
  const answer = useComposerText((composer) => composer.answer);
  const { reply, react } = useDeskState(
    useShallow((state) => possibleWith(state.reach[conversation.contact_sid] ?? [], message)),
  );
  const [reacts, setReacts] = useState(false);
  return (
    <span className={css.actions}>
      {reply && (
        <RowButton
          label={t("timeline.reply")}
          onClick={() => {
            answer({ conversation_sid: conversation.sid, message });
            document.getElementById(COMPOSER_ID)?.focus();
          }}
        >
          <IconArrowBackUp size={15} aria-hidden />
        </RowButton>
      )}
      {react &&
        (reacts ? (
          <ReactMenu message={message} conversation={conversation} />
        ) : (
          <RowButton label={t("timeline.react")} aria-haspopup="menu" onClick={() => setReacts(true)}>
            <IconMoodPlus size={15} aria-hidden />
          </RowButton>
        ))}
    </span>
  );
}

function ReactMenu({ message, conversation }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  return (
    <Menu position="top-start" shadow="md" defaultOpened returnFocus>
      <Menu.Target>
        <RowButton label={t("timeline.react")}>
          <IconMoodPlus size={15} aria-hidden />
        </RowButton>
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
  );
}

/** `others`: what a menu tells its button. */
function RowButton({ label, children, ...others }: ComponentProps<"button"> & { label: string }) {
  return (
    <button type="button" aria-label={label} title={label} {...others} className={css.action}>
      {children}
    </button>
  );
}
