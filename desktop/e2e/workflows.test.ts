/** A workflow is changed by its form, with faults where they are, and the document stays what it was otherwise. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { administrator, apply, plan, review, toPart } from "./support/admin.ts";
import { launch, screenshot } from "./support/browser.ts";
import { Center } from "./support/center.ts";

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

test("filters and targets are changed, moved, added and removed by a form", async () => {
  const { page, problems } = await administrator(browser, center.url, "workflows");
  const workflow = page.getByRole("region", { name: "Assign to agent" });
  const sales = workflow.getByRole("group", { name: "Sales", exact: true });
  await sales.waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "admin-workflow");

  // What is wrong is said at its field, and gone when it is not.
  const tasks = sales.getByRole("textbox", { name: "Takes tasks that fulfil" });
  await tasks.fill("department ==");
  await expect.poll(() => tasks.getAttribute("aria-invalid")).toBe("true");
  await tasks.fill("department == 'sales' OR department == 'orders'");
  await expect.poll(() => tasks.getAttribute("aria-invalid")).not.toBe("true");
  const first = sales.getByRole("group", { name: "Target 1" });
  await first.getByRole("textbox", { name: "Best first" }).fill("level DOWN");
  await first.getByText("`level DOWN` is not", { exact: false }).waitFor();
  await first.getByRole("textbox", { name: "Best first" }).fill("worker.level DESC");
  await first.getByRole("combobox", { name: "A certain worker" }).click();
  await page.getByRole("option", { name: "by name" }).click();
  await first.getByRole("textbox", { name: "The task's attribute" }).fill("task.owner");
  await sales.getByRole("button", { name: "Add a target to Sales" }).click();
  await sales
    .getByRole("group", { name: "Target 4" })
    .getByRole("textbox", { name: "Skipped if" })
    .fill("1==2");
  await sales.getByRole("button", { name: "Remove target 2 of Sales" }).click();
  await workflow.getByRole("button", { name: "Move down: Sales" }).click();

  // The same draft as a document.
  await workflow.getByRole("button", { name: "JSON" }).click();
  const json = workflow.getByRole("textbox", { name: "Configuration" });
  const document = JSON.parse(await json.inputValue());
  const names = document.task_routing.filters.map(
    (filter: Record<string, unknown>) => filter.filter_friendly_name,
  );
  expect(names).toEqual(["Support", "Sales"]);
  expect(document.task_routing.filters[1]).toEqual({
    filter_friendly_name: "Sales",
    expression: "department == 'sales' OR department == 'orders'",
    targets: [
      {
        queue: "Sales",
        expression: "worker.languages HAS task.language",
        timeout: 60,
        order_by: "worker.level DESC",
        known_worker_friendly_name: "task.owner",
      },
      { queue: "Everybody", priority: 10 },
      { queue: "Everybody", skip_if: "1==2" },
    ],
  });
  await json.fill(JSON.stringify({ ...document, note: "kept" }, null, 2));
  await workflow.getByRole("button", { name: "Form" }).click();
  await workflow.getByRole("combobox", { name: "All other tasks wait in" }).click();
  await page.getByRole("option", { name: "Support" }).click();
  await review(page);
  await plan(page)
    .getByText("workflows › Assign to agent › configuration", { exact: false })
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  await apply(page, 2);

  const stored = (await center.config()) as {
    workspace: { workflows: { configuration: Record<string, unknown> }[] };
  };
  const { note, task_routing } = stored.workspace.workflows[0]?.configuration ?? {};
  expect([note, (task_routing as Record<string, unknown>).default_filter]).toEqual([
    "kept",
    { queue: "Support" },
  ]);
  expect(problems).toEqual([]);
});

test("expressions are explained by what workers and tasks have", async () => {
  const { page, problems } = await administrator(browser, center.url, "workflows", "dark");
  await page.getByText("What expressions can say").click();
  await page.getByText("task.department").waitFor();
  await page.getByText(/^worker\.skills: /u).waitFor();
  expect(await violations(page)).toEqual([]);
  await toPart(page, "Workers");
  await page.getByRole("button", { name: "Bruno" }).click();
  const worker = page.getByRole("dialog", { name: "Worker" });
  await worker.getByRole("textbox", { name: "Attributes" }).fill('{\n  "skills": ["a"\n  "level": 2\n}');
  await worker.getByText("This is not JSON: line 3, column 3").waitFor();
  expect(problems).toEqual([]);
});
