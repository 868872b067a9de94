/** What agents' desks are told: texts, approved templates, outcomes, how soon a customer should hear. */

import { NumberInput, TagsInput, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDraft } from "../../admin/draft.ts";
import type { CannedDocument, DeskDocument } from "../../admin/types.ts";
import type { TemplateChoice } from "../../model/reach.ts";
import css from "./AdminPage.module.css";
import { RowsEditor } from "./RowsEditor.tsx";

export function DeskPart() {
  const { t } = useTranslation();
  const desk = useDraft((draft) => draft.documents?.workspace.desk);
  const edit = useDraft((draft) => draft.edit);
  if (!desk) return null;
  const put = (change: Partial<DeskDocument>) => edit({ desk: { ...desk, ...change } });
  return (
    <>
      <section className={css.card}>
        <NumberInput
          label={t("admin.answerTarget")}
          min={1}
          maw={320}
          allowDecimal={false}
          value={desk.answer_s_target}
          onChange={(value) => put({ answer_s_target: Number(value) || 1 })}
        />
        <TagsInput
          label={t("admin.dispositions")}
          value={desk.dispositions}
          onChange={(dispositions) => put({ dispositions })}
        />
      </section>
      <section className={css.card}>
        <Title order={2} size="h5">
          {t("composer.canned")}
        </Title>
        <RowsEditor
          label={t("composer.canned")}
          add={t("admin.addCanned")}
          columns={[
            { key: "shortcut", label: t("admin.shortcut") },
            { key: "language", label: t("menu.language") },
            { key: "text", label: t("admin.text"), wide: true },
            { key: "choices", label: t("choices.lines") },
          ]}
          rows={desk.canned_replies.map(({ shortcut, language = "", text, choices = [] }) => ({
            shortcut,
            language,
            text,
            choices: choices.join("\n"),
          }))}
          change={(rows) =>
            put({
              canned_replies: rows.map(cannedOf),
            })
          }
        />
      </section>
      <section className={css.card}>
        <Title order={2} size="h5">
          {t("admin.templates")}
        </Title>
        <RowsEditor
          label={t("admin.templates")}
          add={t("admin.addTemplate")}
          columns={[
            { key: "name", label: t("admin.name") },
            { key: "channel", label: t("composer.channel") },
            { key: "account", label: t("admin.account") },
            { key: "language", label: t("menu.language") },
            { key: "parameters", label: t("admin.parameters") },
            { key: "text", label: t("admin.text"), wide: true },
          ]}
          rows={desk.templates.map(({ account = "", parameters, ...template }) => ({
            ...template,
            account,
            parameters: parameters.join(", "),
          }))}
          change={(rows) => put({ templates: rows.map(templateOf) })}
        />
      </section>
    </>
  );
}

/** The answers to choose from stand on lines of their own; the last may be one that is about to be written. */
function cannedOf(row: Record<string, string>): CannedDocument {
  const { shortcut = "", language = "", text = "", choices = "" } = row;
  return {
    shortcut,
    text,
    ...(language ? { language } : {}),
    ...(choices ? { choices: choices.split("\n") } : {}),
  };
}

/** Whether the channel is one, the center says when the documents are checked. */
function templateOf(row: Record<string, string>): TemplateChoice {
  const { name = "", channel = "whatsapp", account = "", language = "", parameters = "", text = "" } = row;
  return {
    channel: channel as TemplateChoice["channel"],
    ...(account ? { account } : {}),
    name,
    language,
    text,
    parameters: parameters
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
  };
}
