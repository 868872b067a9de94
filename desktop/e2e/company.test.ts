/** Two agents on one conversation: one asks the other in, both write, and the first gives it away. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
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

const company = (page: Page) => page.getByRole("list", { name: "Also on this conversation" });

async function ask(page: Page, name: string, note: string): Promise<void> {
  await page.keyboard.press("Alt+j");
  const dialog = page.getByRole("dialog", { name: "Ask a colleague in" });
  await dialog.getByRole("textbox", { name: "What it is about" }).fill(note);
  await dialog.getByRole("textbox", { name: "Find a queue or an agent" }).fill(name);
  await screenshot(page, "company-ask");
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

test("a colleague is asked in, both write, and the conversation is handed over", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const from = "+15005550061";
  await center.askForAgent("sms", from);
  await offers(ann.page).getByRole("button", { name: "Accept" }).click();
  await timeline(ann.page).getByText("Which language do you prefer?").waitFor();
  const bruno = await signIn(browser, center.url, "Bruno");

  await ask(ann.page, "Bruno", "She wants her money back");
  await company(ann.page).getByText("Bruno was asked").waitFor();
  const offer = offers(bruno.page);
  await offer.getByText("Ann asks you in").waitFor();
  await offer.getByText("She wants her money back").waitFor();
  await screenshot(bruno.page, "company-offer");
  expect(await violations(bruno.page)).toEqual([]);
  await offer.getByRole("button", { name: "Accept" }).click();

  // Each sees the other, and what both and the customer write.
  await company(ann.page).getByText("Bruno", { exact: true }).waitFor();
  await company(bruno.page).getByText("Ann", { exact: true }).waitFor();
  await timeline(bruno.page).getByText("She wants her money back").waitFor();
  await say(ann.page, "My colleague helps us");
  await timeline(bruno.page).getByText("My colleague helps us").waitFor();
  await say(bruno.page, "Good morning, I am Bruno");
  await timeline(ann.page).getByText("Good morning, I am Bruno").waitFor();
  for (const text of ["My colleague helps us", "Good morning, I am Bruno"]) {
    await center.shown("sms", from, text);
  }
  await center.write("sms", from, "Hello to you both");
  for (const { page } of [ann, bruno]) await timeline(page).getByText("Hello to you both").waitFor();
  await screenshot(ann.page, "company-owner");
  await screenshot(bruno.page, "company-guest");
  for (const { page } of [ann, bruno]) expect(await violations(page)).toEqual([]);

  // Who came by invitation leaves; whoever asked hands over.
  await bruno.page.getByRole("button", { name: "Leave" }).waitFor();
  expect(await bruno.page.getByRole("button", { name: "Transfer" }).count()).toBe(0);
  await ann.page.getByRole("button", { name: "Hand over to Bruno" }).waitFor();
  await ann.page.keyboard.press("Alt+h");
  await expect.poll(() => tasks(ann.page).count()).toBe(0);
  await timeline(bruno.page).getByText("Ann handed the conversation over to Bruno").waitFor();
  await bruno.page.getByRole("button", { name: "Wrap up" }).waitFor();
  await center.write("sms", from, "And you go on");
  await timeline(bruno.page).getByText("And you go on").waitFor();
  await say(bruno.page, "Gladly");
  await center.shown("sms", from, "Gladly");
  await bruno.page.getByRole("button", { name: "Wrap up" }).click();
  await bruno.page.getByText("The conversation has ended.").waitFor();
  expect([...ann.problems, ...bruno.problems]).toEqual([]);
});

test("whoever declines is named, and whoever is not needed is not asked any more", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const from = "+15005550062";
  await center.askForAgent("sms", from);
  await offers(ann.page).getByRole("button", { name: "Accept" }).click();
  await timeline(ann.page).getByText("Which language do you prefer?").waitFor();
  const chiyo = await Agent.signIn(center, "Chiyo");
  await chiyo.act("worker.activity", { activity: "Available" });

  await ask(ann.page, "Chiyo", "");
  const offer = await chiyo.hears("reservation.created");
  await chiyo.act("reservation.reject", { reservation_sid: offer.sid });
  await timeline(ann.page).getByText("Chiyo declined").waitFor();
  await expect.poll(() => company(ann.page).count()).toBe(0);

  await ask(ann.page, "Chiyo", "");
  await chiyo.hears("reservation.created", ({ sid }) => sid !== offer.sid);
  await company(ann.page).getByRole("button", { name: "Do not ask Chiyo any more" }).click();
  await timeline(ann.page).getByText("Chiyo is not asked any more").waitFor();
  await chiyo.hears("reservation.canceled");
  chiyo.leave();
  expect(ann.problems).toEqual([]);
});
