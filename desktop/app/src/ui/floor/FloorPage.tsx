/** What a supervisor runs the floor from. */

import { useTranslation } from "react-i18next";
import tabs from "../SectionTabs.module.css";
import { useHash } from "../sections.ts";
import css from "./FloorPage.module.css";
import { HistoryPage } from "./HistoryPage.tsx";
import { LiveFloor } from "./LiveFloor.tsx";

export function FloorPage() {
  const { t } = useTranslation();
  const isHistory = useHash() === "#floor/history";
  return (
    <main className={css.page}>
      <nav className={tabs.tabs} aria-label={t("sections.floor")}>
        <a href="#floor" aria-current={isHistory ? undefined : "page"}>
          {t("floor.live")}
        </a>
        <a href="#floor/history" aria-current={isHistory ? "page" : undefined}>
          {t("history.title")}
        </a>
      </nav>
      {isHistory ? <HistoryPage /> : <LiveFloor />}
    </main>
  );
}
