import { expect, test } from "vitest";
import { sectionOf, sectionsOf } from "./sections.ts";

test("a role has its own sections and those of the roles below", () => {
  expect(sectionsOf("agent")).toEqual(["desk"]);
  expect(sectionsOf("supervisor")).toEqual(["desk", "floor"]);
  expect(sectionsOf("admin")).toEqual(["desk", "floor", "admin"]);
});

test.each([
  ["", "supervisor", "desk"],
  ["#floor", "supervisor", "floor"],
  ["#floor/history", "admin", "floor"],
  ["#floor", "agent", "desk"],
  ["#admin", "supervisor", "desk"],
  ["#floors", "admin", "desk"],
] as const)("%s of %s is %s", (hash, role, section) => {
  expect(sectionOf(hash, role)).toBe(section);
});
