/** Open or closed whatever the week says: until a moment, or until it is taken away. */

import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Faults } from "../../admin/faults.ts";
import type { OverrideDocument } from "../../admin/types.ts";
import css from "./Hours.module.css";

interface Props {
  override: OverrideDocument | undefined;
  faults: Faults;
  change: (override: OverrideDocument | undefined) => void;
}

export function OverrideFields({ override, faults, change }: Props) {
  const { t } = useTranslation();
  const optional = (key: "until" | "reason", value: string) => {
    if (!override) return;
    const { [key]: before, ...rest } = override;
    change(value === "" ? rest : { ...rest, [key]: value });
  };
  return (
    <div className={css.exception} role="group" aria-label={t("admin.hours.override")}>
      <Select
        size="xs"
        label={t("admin.hours.override")}
        data={[
          { value: "week", label: t("admin.hours.asPlanned") },
          { value: "closed", label: t("admin.hours.closed") },
          { value: "open", label: t("admin.hours.open") },
        ]}
        allowDeselect={false}
        value={override ? (override.open ? "open" : "closed") : "week"}
        onChange={(choice) =>
          change(choice === "week" ? undefined : { ...override, open: choice === "open" })
        }
      />
      {override && (
        <>
          <TextInput
            size="xs"
            type="datetime-local"
            label={t("admin.hours.until")}
            value={override.until ?? ""}
            error={faults.at("/until")}
            onChange={(event) => optional("until", event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            className={css.reason}
            dir="auto"
            label={t("admin.hours.reason")}
            value={override.reason ?? ""}
            error={faults.at("/reason")}
            onChange={(event) => optional("reason", event.currentTarget.value)}
          />
        </>
      )}
    </div>
  );
}
