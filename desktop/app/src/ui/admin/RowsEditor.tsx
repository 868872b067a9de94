/** A list of documents, each a row of texts. */

import { ActionIcon, Button, Textarea } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./RowsEditor.module.css";

export interface Column {
  key: string;
  label: string;
  /** Takes the room that the others leave. */
  wide?: boolean;
}

interface Props {
  label: string;
  columns: readonly Column[];
  rows: readonly Readonly<Record<string, string>>[];
  change: (rows: Record<string, string>[]) => void;
  add: string;
}

export function RowsEditor({ label, columns, rows, change, add }: Props) {
  const { t } = useTranslation();
  const put = (at: number, key: string, value: string) =>
    change(rows.map((row, index) => (index === at ? { ...row, [key]: value } : { ...row })));
  return (
    <div className={css.rows} role="group" aria-label={label}>
      {rows.map((row, at) => (
        <div key={at} className={css.row}>
          {columns.map(({ key, label, wide }) => (
            <Textarea
              key={key}
              className={wide ? css.wide : css.narrow}
              size="xs"
              autosize
              dir="auto"
              label={label}
              value={row[key] ?? ""}
              onChange={(event) => put(at, key, event.currentTarget.value)}
            />
          ))}
          <ActionIcon
            mt={22}
            variant="subtle"
            color="gray"
            aria-label={t("contact.remove", { name: row[columns[0]?.key ?? ""] ?? "" })}
            onClick={() => change(rows.filter((_, index) => index !== at).map((row) => ({ ...row })))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        justify="start"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => change([...rows.map((row) => ({ ...row })), {}])}
      >
        {add}
      </Button>
    </div>
  );
}
