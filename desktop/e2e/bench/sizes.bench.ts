/** How much a browser fetches: gzipped, as servers send it. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "vitest";
import { kb, print } from "./numbers.ts";

const DESKTOP = join(import.meta.dirname, "../..");

const gzip = (...path: string[]): number => gzipSync(readFileSync(join(DESKTOP, ...path))).length;

/** The scripts and style sheets that a page names, of its own host. */
function named(dist: string, page: string): string[] {
  const html = readFileSync(join(DESKTOP, dist, page), "utf8");
  return [...html.matchAll(/(?:src|href)="[^"]*\/(assets\/[^"]+)"/gu)].map(([, path]) => path ?? "");
}

/** A chunk, its style sheet, and what it imports, without what the page has already. */
function lazy(name: string, loaded: ReadonlySet<string>): string[] {
  const files = readdirSync(join(DESKTOP, "app/dist/assets"));
  const own = files.filter((file) => file.startsWith(`${name}-`)).map((file) => `assets/${file}`);
  const found = new Set(own);
  for (const file of found) {
    if (!file.endsWith(".js")) continue;
    const source = readFileSync(join(DESKTOP, "app/dist", file), "utf8");
    for (const [, other = ""] of source.matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/gu)) {
      if (!loaded.has(`assets/${other}`)) found.add(`assets/${other}`);
    }
  }
  return [...found];
}

const sum = (dist: string, files: readonly string[]): number =>
  files.reduce((bytes, file) => bytes + gzip(dist, file), 0);

test("sizes", () => {
  const first = named("app/dist", "index.html");
  const loaded = new Set(first);
  const scripts = first.filter((file) => file.endsWith(".js"));
  const section = (name: string) => kb(sum("app/dist", lazy(name, loaded)));
  print("what the pages weigh, gzipped", [
    ["desktop, first load", kb(gzip("app/dist", "index.html") + sum("app/dist", first))],
    ["  of it scripts", kb(sum("app/dist", scripts))],
    ["floor, when it is opened", section("FloorPage")],
    ["administration, when it is opened", section("AdminPage")],
    ["widget (40 KB at the most)", kb(gzip("widget/dist/widget.js"))],
    ["simulator", kb(sum("simulator/dist", named("simulator/dist", "index.html")))],
  ]);
});
