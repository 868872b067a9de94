/** What one agent declines or gives away goes to another one. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, launch, offers, screenshot, signIn, tasks, timeline } from "./support/browser.ts";
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

test("a declined offer goes to the next agent, who transfers it back", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const from = "+15005550031";
  await center.askForAgent("sms", from);
  await offers(ann.page).first().waitFor();
  const bruno = await signIn(browser, center.url, "Bruno");
  await ann.page.keyboard.press("Alt+d");
  await offers(bruno.page).first().waitFor();
  expect(await offers(ann.page).count()).toBe(0);

  await offers(bruno.page).getByRole("button", { name: "Accept" }).click();
  await timeline(bruno.page).getByText("Which language do you prefer?").waitFor();
  await bruno.page.getByRole("button", { name: "Transfer" }).click();
  const dialog = bruno.page.getByRole("dialog", { name: "Transfer the task" });
  await dialog.getByRole("textbox", { name: "What it is about" }).fill("Knows Ann already");
  // Those come first who can take it.
  const agents = dialog.getByRole("button", { name: /Available|Offline|Not connected/u });
  await expect.poll(() => agents.first().textContent()).toBe("AnnAvailable");
  expect(await agents.last().textContent()).not.toContain("Available");
  await screenshot(bruno.page, "transfer-to-whom");
  await dialog.getByRole("textbox", { name: "Find a queue or an agent" }).fill("ann");
  await dialog.getByRole("button", { name: "Ann" }).click();
  await expect.poll(() => tasks(bruno.page).count()).toBe(0);

  await offers(ann.page).getByText("Knows Ann already").waitFor();
  await screenshot(ann.page, "transferred-with-a-note");
  await offers(ann.page).getByRole("button", { name: "Accept" }).click();
  await timeline(ann.page).getByText("Knows Ann already").waitFor();
  await composer(ann.page).fill("Here I am");
  await composer(ann.page).press("Enter");
  await center.shown("sms", from, "Here I am");
  expect([...ann.problems, ...bruno.problems]).toEqual([]);
});

test("an agent who takes a break is offered nothing", async () => {
  const { page, problems } = await signIn(browser, center.url, "Chiyo");
  await page.getByRole("button", { name: /^Activity/u }).click();
  await page.getByRole("menuitem", { name: "Break" }).click();
  await page.getByRole("button", { name: "Activity: Break" }).waitFor();
  await page.getByText("You are not available").waitFor();
  expect(problems).toEqual([]);
});
