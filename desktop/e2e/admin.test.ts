/** Administrators change the center from the page: looked at first, never over another's change. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { toPart as part, plan, review, administrator as signIn } from "./support/admin.ts";
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

const administrator = (colorScheme?: "light" | "dark") => signIn(browser, center.url, "queues", colorScheme);

async function targets(page: Page, queue: string, expression: string): Promise<void> {
  const section = page.getByRole("region", { name: queue });
  await section.getByRole("textbox", { name: "Its workers fulfil" }).fill(expression);
}

test("a change is tried, reviewed and applied, and of two administrators none loses one", async () => {
  const { page, problems } = await administrator("dark");
  const other = await administrator();
  await page.getByRole("region", { name: "Sales" }).waitFor();
  expect(await violations(page)).toEqual([]);

  await part(page, "Workflows");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  const way = page.getByRole("list", { name: "The task's way" });
  await way.getByText("Sales", { exact: false }).first().waitFor();
  await way.getByText("Emi", { exact: false }).first().waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "admin-match");

  await part(page, "Workers");
  await page.getByRole("button", { name: "Bruno" }).click();
  const worker = page.getByRole("dialog", { name: "Worker" });
  await worker.getByRole("textbox", { name: "Attributes" }).fill("[1]");
  await worker.getByText("This is not a JSON object").waitFor();
  await worker.getByRole("textbox", { name: "Attributes" }).fill('{"languages":["en","ru"]}');
  expect(await violations(page)).toEqual([]);
  await worker.getByRole("button", { name: "Keep the changes" }).click();
  await expect.poll(() => worker.count()).toBe(0);
  await part(page, "Queues");
  await targets(page, "Everybody", "level ==");
  await review(page);
  await plan(page).getByText("task_queues › Everybody › target_workers").waitFor();
  await plan(page).getByText("workers › Bruno › attributes").first().waitFor();
  await plan(page).getByRole("button", { name: "Apply" }).click();
  await plan(page).getByText("/task_queues/2/target_workers").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "admin-plan");
  await page.keyboard.press("Escape");
  await targets(page, "Everybody", "level > 0");
  await review(page);
  await plan(page).getByRole("button", { name: "Apply" }).click();
  await page.getByText("Version 2 is in force").waitFor();

  await targets(other.page, "Support", "1==1");
  await review(other.page);
  await plan(other.page).getByRole("button", { name: "Apply" }).click();
  await plan(other.page).getByText("Somebody else applied a version meanwhile").waitFor();
  await plan(other.page).getByText("level > 0").waitFor();
  await plan(other.page).getByRole("button", { name: "Discard mine" }).click();
  await other.page.getByText("Version 2", { exact: true }).waitFor();
  await other.page.getByRole("region", { name: "Support" }).waitFor();
  expect([...problems, ...other.problems]).toEqual([]);
});

const flow = (to: string) => ({
  description: "Says hello",
  initial_state: "Trigger",
  states: [
    {
      name: "Trigger",
      type: "trigger",
      transitions: [{ event: "incomingMessage", next: "hello" }],
      properties: {},
    },
    {
      name: "hello",
      type: "send-message",
      transitions: [{ event: "sent" }, { event: "failed" }],
      properties: { from: "{{flow.channel.address}}", to, body: "Hello" },
    },
  ],
});

/** Which of the flows is shown. */
async function choose(page: Page, flow: string): Promise<void> {
  await page.getByRole("combobox", { name: "Flow" }).click();
  await page.getByRole("option", { name: flow, exact: true }).click();
}

test("a flow is seen, replaced, refused at its widget, put in force and taken back", async () => {
  const { page, problems } = await administrator();
  await part(page, "Flows");
  await choose(page, "welcome");
  await page.getByRole("button", { name: /^ask_language/u }).click();
  await page.getByRole("complementary", { name: "ask_language" }).getByText("timeout").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "admin-flow");

  const upload = async (document: unknown) => {
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Upload a definition" }).click();
    const buffer = Buffer.from(JSON.stringify(document));
    await (await chooser).setFiles({ name: "flow.json", mimeType: "application/json", buffer });
  };
  await upload(flow("{{contact.channel.address"));
  await page.getByRole("alert").getByText("#/states/1", { exact: false }).waitFor();
  await screenshot(page, "admin-flow-faults");
  await upload(flow("{{contact.channel.address}}"));
  await page.getByText("The changed flow has no faults").waitFor();
  await review(page);
  await plan(page).getByText("flows › welcome").waitFor();
  await plan(page).getByRole("button", { name: "Apply" }).click();
  await page.getByText(/Version \d+ is in force/u).waitFor();

  await part(page, "Versions");
  await page.getByText("Ann", { exact: true }).last().waitFor();
  await page.getByRole("button", { name: "Take version 1" }).click();
  await review(page);
  await plan(page).getByText("flows › welcome").waitFor();
  await plan(page).getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => plan(page).count()).toBe(0);
  await part(page, "Flows");
  await choose(page, "welcome");
  await page.getByRole("button", { name: /^ask_language/u }).waitFor();

  await part(page, "Accounts");
  await page.getByRole("button", { name: "Check sms default" }).click();
  await page.getByText("The provider knows it").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "admin-accounts");
  await part(page, "Desk texts");
  await page.getByRole("group", { name: "Canned replies" }).getByRole("textbox").first().waitFor();
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});
