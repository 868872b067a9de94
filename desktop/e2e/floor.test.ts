/** The supervisor's part of the desktop: what the floor does, and what a supervisor does about it. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
import { composer, launch, screenshot, signIn } from "./support/browser.ts";
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

function waitingIn(page: Page, queue: string) {
  return page.locator(`tr[data-queue="${queue}"] [data-column="waiting"]`);
}

function worker(page: Page, name: string) {
  return page.locator(`tr[data-worker="${name}"]`);
}

async function toFloor(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Floor" }).click();
  await page.getByRole("heading", { name: "Live" }).waitFor();
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`a supervisor sees the load in ${colorScheme} colours`, async () => {
    const { page, problems } = await signIn(browser, center.url, "Fay", { colorScheme });
    await toFloor(page);
    const from = colorScheme === "light" ? "+15005550071" : "+15005550072";
    await center.askForAgent("sms", from);
    await expect.poll(() => waitingIn(page, "Sales").textContent()).toBe("1");
    await worker(page, "Ann").getByText("Not connected").waitFor();
    await page.getByRole("button", { name: "Sales" }).click();
    await page.getByText(from).waitFor();
    await screenshot(page, `floor-${colorScheme}`);
    expect(await violations(page)).toEqual([]);

    const ann = await Agent.signIn(center, "Ann");
    const { reservation } = await ann.accepts();
    await worker(page, "Ann").getByText("chat 1/3").waitFor();
    await worker(page, "Ann").getByText("Busy").waitFor();
    await expect.poll(() => waitingIn(page, "Sales").textContent()).toBe("0");
    await page.getByRole("button", { name: "Ann" }).click();
    await page.getByText("Assigned").waitFor();
    await screenshot(page, `floor-busy-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    await ann.finishes(reservation);
    await page.getByText("No tasks.").waitFor();
    ann.leave();
    await worker(page, "Ann").getByText("Not connected").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });
}

test("an agent has no floor", async () => {
  const { page } = await signIn(browser, center.url, "Bruno");
  expect(await page.getByRole("navigation", { name: "Sections" }).count()).toBe(0);
  await page.goto(`${center.url}/desktop/#floor`);
  await page.getByRole("navigation", { name: "My tasks" }).waitFor();
  await page.context().close();
});

test("a supervisor whispers, takes a conversation over, and sends it on", async () => {
  const { page, problems } = await signIn(browser, center.url, "Fay");
  const ann = await Agent.signIn(center, "Ann");
  const from = "+15005550073";
  await center.askForAgent("sms", from);
  const { conversation } = await ann.accepts();
  await toFloor(page);
  await page.getByRole("button", { name: "Ann" }).click();
  await page.getByRole("button", { name: "Look into" }).click();
  const look = page.getByRole("dialog", { name: from });
  await look.getByText("Which language do you prefer?").waitFor();
  await look.getByText("Ann joined").waitFor();
  await ann.says(conversation, "How can I help?");
  await look.getByText("How can I help?").waitFor();

  await look.getByLabel("Note among agents").fill("Offer a refund");
  await look.getByRole("button", { name: "Add note" }).click();
  await ann.hears("message.created", ({ kind, text }) => kind === "note" && text === "Offer a refund");
  await look.getByText("Internal note").waitFor();
  await screenshot(page, "floor-look");
  expect(await violations(page)).toEqual([]);

  expect(await look.getByRole("button", { name: "Take over" }).isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  await worker(page, "Fay").getByRole("combobox").selectOption("Available");
  await worker(page, "Fay").getByText("Free").waitFor();
  await worker(page, "Ann").getByRole("combobox").selectOption("Break");
  await ann.hears("worker.activity.update", ({ available }) => available === false);
  await page.getByRole("button", { name: "Look into" }).click();
  await look.getByRole("button", { name: "Take over" }).click();
  await ann.hears("reservation.completed");
  await page.getByRole("log").getByText("Fay moved the conversation from Ann").waitFor();
  await composer(page).fill("I am Fay, and I can help you");
  await composer(page).press("Enter");
  await center.shown("sms", from, "I am Fay");
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await page.getByLabel("Note among agents").fill("Refunded");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByRole("log").getByText("Refunded").waitFor();
  await screenshot(page, "desk-note");
  expect(await violations(page)).toEqual([]);

  // Sent on from the floor to somebody who is not there: it waits for them.
  await toFloor(page);
  await page.getByRole("button", { name: "Fay" }).click();
  await page.getByRole("button", { name: "Look into" }).click();
  await look.getByRole("button", { name: "Move…" }).click();
  await page
    .getByRole("dialog", { name: "Transfer the task" })
    .getByRole("button", { name: "Diego" })
    .click();
  await look.getByText("Waits for an agent").waitFor();
  await page.keyboard.press("Escape");
  const diego = await Agent.signIn(center, "Diego");
  const taken = await diego.accepts();
  await center.deliveries("sms", from).then((shown) => {
    expect(shown.some(({ text }) => text.includes("refund") || text.includes("Refunded"))).toBe(false);
  });
  await diego.finishes(taken.reservation);
  diego.leave();
  ann.leave();
  expect(problems).toEqual([]);
});

test("a supervisor sees what became of tasks, and why they went where they went", async () => {
  const { page, problems } = await signIn(browser, center.url, "Fay");
  const chiyo = await Agent.signIn(center, "Chiyo");
  const from = "+15005550074";
  await center.askForAgent("sms", from);
  const { reservation } = await chiyo.accepts();
  await toFloor(page);
  await page.getByRole("button", { name: "Chiyo" }).click();
  await page.getByRole("button", { name: "Look into" }).click();
  await page.getByRole("region", { name: "Why" }).getByText("Offered to Chiyo").waitFor();
  await screenshot(page, "floor-why");
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await chiyo.finishes(reservation);
  chiyo.leave();

  await page.getByRole("link", { name: "History" }).click();
  await page.getByText("Agent", { exact: true }).click();
  const row = page.locator('tr[data-key="Chiyo"]');
  await row.waitFor();
  expect(await row.locator("td").allTextContents()).toEqual(
    expect.arrayContaining(["1", "1", "0", "0", "100%"]),
  );
  await screenshot(page, "history-light");
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const file = await (await download).createReadStream();
  let text = "";
  for await (const chunk of file) text += String(chunk);
  expect(text).toMatch(/^start,key,name,tasks,/u);
  expect(text).toContain("Chiyo,1,1,0,0,1,1,");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator(':root[data-mantine-color-scheme="dark"]').waitFor();
  await screenshot(page, "history-dark");
  expect(await violations(page)).toEqual([]);
  for (const hash of ["#floor/history", "#floor"]) {
    await page.evaluate((hash) => {
      localStorage.setItem("patchbay.language", "ar");
      location.hash = hash;
      location.reload();
    }, hash);
    await page.getByRole("heading", { name: hash === "#floor" ? "مباشر" : "السجل" }).waitFor();
    await page.locator("tr[data-key], tr[data-queue]").first().waitFor();
    expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl");
    await screenshot(page, `${hash.slice(1).replace("/", "-")}-ar`);
    expect(await violations(page)).toEqual([]);
  }
  expect(problems).toEqual([]);
  await page.context().close();
});
