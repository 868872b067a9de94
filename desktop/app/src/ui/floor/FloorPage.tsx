/** What a supervisor runs the floor from. */

import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function FloorPage() {
  const { t } = useTranslation();
  return (
    <main>
      <Title order={2}>{t("sections.floor")}</Title>
    </main>
  );
}
