/** The parts of the page, and who has them: kept in the address, so that a reload stays where it was. */

import { useSyncExternalStore } from "react";
import type { Role } from "../session/session.ts";

export const SECTIONS = ["desk", "floor", "admin"] as const;
export type Section = (typeof SECTIONS)[number];

/** What the center refuses to others, too: this only says what is worth showing. */
const LEAST: Record<Section, Role> = { desk: "agent", floor: "supervisor", admin: "admin" };
const RANK: Record<Role, number> = { agent: 0, supervisor: 1, admin: 2 };

export function sectionsOf(role: Role): Section[] {
  return SECTIONS.filter((section) => RANK[role] >= RANK[LEAST[section]]);
}

/** The section that an address (`#floor`, `#floor/…`) names, where the role has it; else the desk. */
export function sectionOf(hash: string, role: Role): Section {
  const name = hash.replace(/^#/u, "").split("/")[0];
  return sectionsOf(role).find((section) => section === name) ?? "desk";
}

function subscribe(tell: () => void): () => void {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
}

/** The part of the address that says what is shown. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}

export function useSection(role: Role): Section {
  return sectionOf(useHash(), role);
}
