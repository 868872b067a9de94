/** What an administrator changes the center with. */

import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function AdminPage() {
  const { t } = useTranslation();
  return (
    <main>
      <Title order={2}>{t("sections.admin")}</Title>
    </main>
  );
}
