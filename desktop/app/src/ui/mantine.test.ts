import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const SOURCES = resolve(import.meta.dirname, "..");
const LIBRARY = dirname(createRequire(import.meta.url).resolve("@mantine/core/styles.css"));
/** A class of the library's, as its style sheets and its components name it. */
const CLASS = /\bm_[0-9a-f]+\b/gu;

const read = (path: string): string => readFileSync(path, "utf8");
const classes = (text: string): string[] => text.match(CLASS) ?? [];

/** What the page takes from the library. */
function used(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".tsx")).map((file) => read(join(SOURCES, file)));
  const imports = sources.flatMap((source) => [
    ...source.matchAll(/import \{([^}]+)\} from "@mantine\/core"/gu),
  ]);
  return imports.flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()));
}

/** The classes of modules and of whatever they import of the library's. */
function classesOf(modules: readonly string[]): Set<string> {
  const seen = new Set(modules);
  const found = new Set<string>();
  for (const module of seen) {
    const text = read(module);
    for (const name of classes(text)) found.add(name);
    for (const [, path = ""] of text.matchAll(/from "(\.[^"]+)"/gu)) seen.add(resolve(dirname(module), path));
  }
  return found;
}

test("every component that is used has its style, and no style is there for nothing", () => {
  const index = read(join(LIBRARY, "esm/index.mjs"));
  const modules = used().flatMap((name) => {
    const path = new RegExp(`import \\{ ${name} \\} from "(\\./components/[^"]+)"`, "u").exec(index)?.[1];
    return path ? [join(LIBRARY, "esm", path)] : [];
  });
  expect(modules.length).toBeGreaterThan(20);
  const needed = classesOf(modules);
  const all = new Set(classes(read(join(LIBRARY, "styles.css"))));
  const imported = [
    ...read(join(import.meta.dirname, "mantine.css")).matchAll(/styles\/(\w+)\.layer\.css/gu),
  ];
  const sheets = imported.map(
    ([, name = ""]) => [name, classes(read(join(LIBRARY, `styles/${name}.css`)))] as const,
  );
  const there = new Set(sheets.flatMap(([, classes]) => classes));
  expect([...needed].filter((name) => all.has(name) && !there.has(name))).toEqual([]);
  const idle = sheets.filter(
    ([, classes]) => classes.length > 0 && !classes.some((name) => needed.has(name)),
  );
  expect(idle.map(([name]) => name)).toEqual([]);
});
