/** Short notices in the corner of the page. */

import { Notification } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./Notices.module.css";
import { useNotices } from "./notices.ts";

export function Notices() {
  const { t } = useTranslation();
  const { notices, remove } = useNotices();
  return (
    <div className={css.notices} role="status" aria-live="polite">
      {notices.map(({ id, tone, text }) => (
        <Notification
          key={id}
          color={tone === "good" ? "teal" : "red"}
          icon={
            tone === "good" ? (
              <IconCheck size={18} aria-hidden />
            ) : (
              <IconAlertTriangle size={18} aria-hidden />
            )
          }
          onClose={() => remove(id)}
          closeButtonProps={{ "aria-label": t("help.close") }}
          withBorder
        >
          <bdi>{text}</bdi>
        </Notification>
      ))}
    </div>
  );
}
