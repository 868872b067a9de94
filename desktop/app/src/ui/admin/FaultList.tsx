/** What is wrong with the documents, each with its place. */

import { Alert, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Fault } from "../../admin/types.ts";
import css from "./AdminPage.module.css";

export function FaultList({ faults }: { faults: readonly Fault[] }) {
  const { t } = useTranslation();
  if (faults.length === 0) return null;
  return (
    <Alert color="red" title={t("admin.faults", { n: faults.length })} mb="sm" role="alert">
      <ul className={css.list}>
        {faults.map(({ document, position, reason }) => (
          <li key={`${document}${position}${reason}`}>
            <Text size="sm" component="span">
              <bdi>
                {document} {position}
              </bdi>
              {": "}
              <bdi>{reason}</bdi>
            </Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}
