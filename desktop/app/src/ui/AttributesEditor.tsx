/** The contact's attributes, which flows and workflows read: each changed by itself. */

import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../protocol/generated.ts";
import css from "./AttributesEditor.module.css";
import { useAttempt } from "./attempt.ts";
import { useApi, useDesk } from "./context.ts";
import { parseValue, showValue } from "./values.ts";

export function AttributesEditor({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const api = useApi();
  const desk = useDesk();
  const attempt = useAttempt();
  /** The attribute that is being changed; empty: a new one. */
  const [edited, setEdited] = useState<string | null>(null);
  const save = async (attributes: Record<string, unknown>) => {
    const act = async () => desk.contacts.changed(await api.changeContact(contact.sid, attributes));
    if (await attempt(act, (why) => t("contact.failed", { why }))) setEdited(null);
  };
  return (
    <div className={css.attributes}>
      {Object.entries(contact.attributes).map(([key, value]) =>
        edited === key ? (
          <Form key={key} name={key} value={showValue(value)} save={save} cancel={() => setEdited(null)} />
        ) : (
          <div key={key} className={css.attribute}>
            <Text size="sm" className={css.key}>
              {key}
            </Text>
            <Text size="sm" className={css.value} dir="auto">
              {showValue(value)}
            </Text>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={t("contact.edit", { name: key })}
              onClick={() => setEdited(key)}
            >
              <IconPencil size={14} aria-hidden />
            </ActionIcon>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={t("contact.remove", { name: key })}
              onClick={() => void save({ [key]: null })}
            >
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          </div>
        ),
      )}
      {edited === "" ? (
        <Form name="" value="" save={save} cancel={() => setEdited(null)} />
      ) : (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setEdited("")}
        >
          {t("contact.add")}
        </Button>
      )}
    </div>
  );
}

interface FormProps {
  name: string;
  value: string;
  save: (attributes: Record<string, unknown>) => Promise<void>;
  cancel: () => void;
}

function Form({ name, value, save, cancel }: FormProps) {
  const { t } = useTranslation();
  const [key, setKey] = useState(name);
  const [text, setText] = useState(value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== "") void save({ [key.trim()]: parseValue(text) });
  };
  return (
    <form
      className={css.form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") cancel();
      }}
    >
      {name === "" && (
        <TextInput
          data-autofocus
          autoFocus
          size="xs"
          label={t("contact.attribute")}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
      )}
      <TextInput
        size="xs"
        autoFocus={name !== ""}
        dir="auto"
        label={name === "" ? t("contact.value") : name}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap={6}>
        <Button size="compact-xs" type="submit" disabled={key.trim() === ""}>
          {t("contact.save")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={cancel}>
          {t("contact.cancel")}
        </Button>
      </Group>
    </form>
  );
}
