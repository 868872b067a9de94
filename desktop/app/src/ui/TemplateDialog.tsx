/** What the provider has approved: chosen, filled in, sent. */

import { Alert, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Variables } from "../model/canned.ts";
import { filled, knownParameters, type TemplateChoice, templateText } from "../model/reach.ts";
import type { Template } from "../protocol/frames.ts";
import { PlainText } from "./ContentView.tsx";

interface Props {
  opened: boolean;
  close: () => void;
  templates: readonly TemplateChoice[];
  variables: Variables;
  send: (template: Template, text: string) => void;
}

export function TemplateDialog({ opened, close, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("template.title")}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {opened && <Choice close={close} {...props} />}
    </Modal>
  );
}

function Choice({ close, templates, variables, send }: Omit<Props, "opened">) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const template = templates[at];
  if (!template) return <Alert color="gray">{t("template.none")}</Alert>;
  return (
    <Stack>
      <NativeSelect
        label={t("template.name")}
        data={templates.map(({ name, language }, index) => ({
          value: String(index),
          label: `${name} · ${language}`,
        }))}
        value={String(at)}
        onChange={(event) => setAt(Number(event.currentTarget.value))}
        data-autofocus
      />
      <Form key={at} template={template} variables={variables} close={close} send={send} />
    </Stack>
  );
}

interface FormProps extends Pick<Props, "close" | "variables" | "send"> {
  template: TemplateChoice;
}

function Form({ template, variables, close, send }: FormProps) {
  const { t } = useTranslation();
  const [parameters, setParameters] = useState(() => knownParameters(template, variables));
  const isFilled = parameters.every((value) => value.trim() !== "");
  const text = templateText(template.text, parameters);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isFilled) return;
    send(filled(template, parameters), text);
    close();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {template.parameters.map((name, index) => (
          <TextInput
            key={index}
            label={name}
            required
            dir="auto"
            value={parameters[index] ?? ""}
            onChange={({ currentTarget: { value } }) =>
              setParameters(parameters.map((before, at) => (at === index ? value : before)))
            }
          />
        ))}
        <div>
          <Text size="xs" c="dimmed">
            {t("template.preview")}
          </Text>
          <PlainText text={text} />
        </div>
        <Group justify="flex-end">
          <Button type="submit" disabled={!isFilled}>
            {t("composer.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
