import { ar } from "./ar.ts";
import { en, type Texts } from "./en.ts";
import { es } from "./es.ts";
import { ja } from "./ja.ts";
import { ru } from "./ru.ts";

export type { Texts };

export const LANGUAGES: Readonly<Record<string, Texts>> = { en, ru, es, ja, ar };
const RIGHT_TO_LEFT = new Set(["ar"]);

export interface Language {
  code: string;
  /** As it was wished, with its region: dates and numbers go by it. */
  tag: string;
  dir: "ltr" | "rtl";
  texts: Texts;
}

/** The first of these languages (BCP 47) that there is; English otherwise. */
export function chooseLanguage(wished: readonly (string | null | undefined)[]): Language {
  for (const tag of wished) {
    const code = tag?.split("-")[0]?.toLowerCase() ?? "";
    const texts = Object.hasOwn(LANGUAGES, code) ? LANGUAGES[code] : undefined;
    if (tag && texts) return { code, tag, dir: RIGHT_TO_LEFT.has(code) ? "rtl" : "ltr", texts };
  }
  return { code: "en", tag: "en", dir: "ltr", texts: en };
}
