/** Tags of the contact, which every agent sees. What they are written into is heavy: loaded with the first contact. */

import { TagsInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Contact, ConversationSid } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { useDesk } from "./context.ts";

interface Props {
  contact: Contact;
  /** The agent's conversation with the contact. */
  conversation: ConversationSid;
}

export function TagsEditor({ contact, conversation }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  // What was chosen is shown while the center is asked.
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const change = async (tags: string[]) => {
    setChosen(tags);
    await attempt(
      () => desk.contacts.change(conversation, { tags }),
      (why) => t("contact.failed", { why }),
    );
    setChosen(null);
  };
  return (
    <TagsInput
      size="xs"
      aria-label={t("contact.tags")}
      placeholder={t("contact.tagsHint")}
      value={[...(chosen ?? contact.tags ?? [])]}
      onChange={(tags) => void change(tags)}
      clearable={false}
    />
  );
}
