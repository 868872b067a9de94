import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ar } from "./ar.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { ja } from "./ja.ts";
import { ru } from "./ru.ts";

const PLURAL = /_(zero|one|two|few|many|other)$/u;

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[path + key, value]] : leaves(value, `${path}${key}.`),
  );
}

const keys = (tree: Tree) => [...new Set(leaves(tree).map(([key]) => key.replace(PLURAL, "")))].sort();
const variables = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/gu)].map(([, name]) => name).sort();

describe.each([
  ["ru", ru],
  ["es", es],
  ["ja", ja],
  ["ar", ar],
] as const)("%s", (language, texts) => {
  test("has every text, and no other", () => {
    expect(keys(texts)).toEqual(keys(en));
  });

  test("has every plural form that it needs", () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const found = leaves(texts).map(([key]) => key);
    const plurals = new Set(found.filter((key) => PLURAL.test(key)).map((key) => key.replace(PLURAL, "")));
    for (const key of plurals) {
      for (const form of forms) expect(found).toContain(`${key}_${form}`);
    }
  });

  test("names what English names", () => {
    const english = new Map(leaves(en));
    for (const [key, text] of leaves(texts)) {
      const original = english.get(key);
      // A number may be a word: one message, two messages.
      if (original !== undefined && !PLURAL.test(key))
        expect(variables(text), key).toEqual(variables(original));
    }
  });
});

test("every text is used", () => {
  const folder = join(import.meta.dirname, "..");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /\.tsx?$/u.test(file) && !file.startsWith("i18n"));
  const source = sources.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const composed = [...source.matchAll(/`([\w.]+)\.\$\{/gu)].map(([, prefix]) => `${prefix}.`);
  const unused = keys(en).filter(
    (key) => !source.includes(`"${key}"`) && !composed.some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});
