/** The files that go with the message. */

import { ActionIcon, Loader, Text } from "@mantine/core";
import { IconFile, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import css from "./Attachments.module.css";
import type { useAttachments } from "./attachments.ts";
import { fileSize } from "./format.ts";

export function Attachments({
  attachments: { files, isOver, remove },
}: {
  attachments: ReturnType<typeof useAttachments>;
}) {
  const { t } = useTranslation();
  return (
    <>
      {isOver && (
        <Text size="sm" fw={600} p={8} ta="center">
          {t("composer.drop")}
        </Text>
      )}
      {files.length > 0 && (
        <ul className={css.files} aria-label={t("composer.attached")}>
          {files.map(({ id, name, bytes, media }) => (
            <li key={id} className={css.file}>
              {media ? (
                <IconFile size={16} aria-hidden />
              ) : (
                <Loader size={16} aria-label={t("composer.uploading")} />
              )}
              <bdi className={css.name}>{name}</bdi>
              {bytes !== null && <span>{fileSize(bytes)}</span>}
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-label={t("composer.remove", { name })}
                onClick={() => remove(id)}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
