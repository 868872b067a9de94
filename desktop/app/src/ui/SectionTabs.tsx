/** The way from one section to another; nothing where there is only one. */

import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { offers } from "../model/tasks.ts";
import type { Role } from "../session/session.ts";
import { useDesk, useDeskState } from "./context.ts";
import css from "./SectionTabs.module.css";
import { type Section, sectionsOf } from "./sections.ts";

export function SectionTabs({ role, section }: { role: Role; section: Section }) {
  const { t } = useTranslation();
  const sections = sectionsOf(role);
  if (sections.length === 1) return null;
  return (
    <nav className={css.tabs} aria-label={t("sections.label")}>
      {sections.map((name) => (
        <a key={name} href={`#${name}`} aria-current={name === section ? "page" : undefined}>
          {t(`sections.${name}`)}
          {name === "desk" && section !== "desk" && <OfferCount />}
        </a>
      ))}
    </nav>
  );
}

/** Offers do not wait until somebody looks at the desk. */
function OfferCount() {
  const { t } = useTranslation();
  const desk = useDesk();
  const reservations = useDeskState((state) => state.reservations);
  const count = offers({ ...desk.store.getState(), reservations }).length;
  if (count === 0) return null;
  return (
    <Badge size="sm" color="red" circle aria-label={t("sections.offers", { count })}>
      {count}
    </Badge>
  );
}
