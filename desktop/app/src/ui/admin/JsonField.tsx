/** A JSON document to be edited; what does not read is said and not passed on. */

import { JsonInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { faultPlace } from "../../admin/json.ts";

interface Props {
  label: string;
  value: unknown;
  change: (value: unknown) => void;
  /** Whether only an object will do. */
  object?: boolean;
  minRows?: number;
}

export function JsonField({ label, value, change, object = false, minRows = 4 }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const fits = read(text, object);
  const where = fits === null ? faultPlace(text) : null;
  return (
    <JsonInput
      label={label}
      dir="ltr"
      autosize
      minRows={minRows}
      maxRows={24}
      value={text}
      error={
        fits === null &&
        (where
          ? t("admin.jsonAt", { line: where.line, column: where.column })
          : t(object ? "admin.noObject" : "admin.noJson"))
      }
      onChange={(text) => {
        setText(text);
        const fits = read(text, object);
        if (fits) change(fits.value);
      }}
    />
  );
}

function read(text: string, object: boolean): { value: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return object && !isObject ? null : { value };
  } catch {
    return null;
  }
}
