/** An agent offers answers to choose from, has something said later, and finds a customer again. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { composer, finishes, launch, offers, screenshot, signIn, timeline } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { withWhatsapp } from "./support/channels.ts";

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(withWhatsapp), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

async function take(page: Page, channel: string, from: string): Promise<void> {
  await center.askForAgent(channel, from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();
}

/** A moment some seconds ahead, as the page's field for date and time has it. */
const soon = (page: Page, s: number) =>
  page.evaluate((ms) => {
    const at = new Date(Date.now() + ms);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  }, s * 1000);

test("answers to choose from go out as buttons, and the timeline shows what was chosen", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550071";
  await take(page, "whatsapp", from);
  await composer(page).fill("Which size?");
  await page.keyboard.press("Alt+q");
  const answer = (number: number) => page.getByRole("textbox", { name: `Answer ${number}` });
  await answer(1).fill("Large");
  await answer(1).press("Enter");
  await answer(2).fill("Small");
  await answer(2).press("Alt+ArrowUp");
  await expect.poll(() => answer(1).inputValue()).toBe("Small");
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "choices");
  // They are kept with the draft.
  await page.reload();
  await expect.poll(() => answer(2).inputValue()).toBe("Large");
  await composer(page).press("Enter");
  await page.getByRole("button", { name: "Send now" }).click();
  await center.shown("whatsapp", from, "Which size?");
  await center.write("whatsapp", from, { kind: "choice", data: "Small", text: "Small" });
  const asked = timeline(page).getByRole("article").filter({ hasText: "Which size?" });
  await asked.getByLabel("Chose").waitFor();

  // A channel without buttons offers none.
  await finishes(page);
  await take(page, "sms", "+15005550072");
  expect(await page.getByRole("button", { name: "Offer answers to choose from" }).count()).toBe(0);
  await finishes(page);
  expect(problems).toEqual([]);
});

test("what is scheduled is listed, changed, canceled, and said though the desk and the center were closed", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550073";
  await take(page, "sms", from);
  const schedule = async (text: string, s: number) => {
    await composer(page).fill(text);
    await page.keyboard.press("Alt+l");
    const menu = page.getByRole("dialog", { name: "Schedule the message" });
    await menu.getByLabel("Date and time").fill(await soon(page, s));
    return menu;
  };
  const listed = page.getByRole("region", { name: "Scheduled messages" }).getByRole("article");
  const menu = await schedule("Did it arrive?", 3_600);
  await menu.getByRole("button", { name: "Schedule", exact: true }).click();
  await listed.getByText("Did it arrive?").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "scheduled");
  await listed.getByRole("button", { name: "Change" }).click();
  const form = page.getByRole("dialog", { name: "Change" });
  await form.getByLabel("Message").fill("Is it there?");
  await form.getByRole("button", { name: "Save" }).click();
  await listed.getByText("Is it there?").waitFor();
  await page.reload();
  await listed.getByText("Is it there?").waitFor();
  await listed.getByRole("button", { name: "Send now" }).click();
  await center.shown("sms", from, "Is it there?");
  await timeline(page).getByText("Is it there?").waitFor();
  await expect.poll(() => listed.count()).toBe(0);

  await (await schedule("Never mind", 3_600)).getByRole("button", { name: "In an hour" }).click();
  await listed.getByRole("button", { name: "Cancel" }).click();
  await expect.poll(() => listed.count()).toBe(0);

  const last = await schedule("We are closed now", 12);
  await last.getByLabel("Not if the customer writes before").uncheck();
  await last.getByRole("button", { name: "Schedule", exact: true }).click();
  await listed.getByText("We are closed now").waitFor();
  await finishes(page);
  await page.close();
  await center.kill();
  await center.resume();
  await center.shown("sms", from, "We are closed now");
  expect((await center.deliveries("sms", from)).filter(({ text }) => text === "Never mind")).toEqual([]);
  expect(problems).toEqual([]);
});

test("a customer is found by name and number, and a word in what they said", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550074";
  await take(page, "sms", from);
  await center.write("sms", from, "Le numéro de ma COMMANDE est 4711");
  await timeline(page).getByText("4711").waitFor();
  await finishes(page);

  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Find a customer" });
  const field = dialog.getByRole("combobox");
  await field.fill("0074");
  const found = dialog.getByRole("option");
  await found.getByText(from).waitFor();
  await found.getByText(/Closed|With a/u).waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "search");
  await field.fill("nobody at all");
  await dialog.getByText("Nobody fits.").waitFor();
  await field.fill("+1 500 555-0074");
  await found.getByText(from).waitFor();
  await field.press("Enter");

  const view = page.getByRole("dialog", { name: "Customer" });
  await view.getByText(from).waitFor();
  await view.getByLabel("Search the messages").fill("numero commande");
  await view.getByText("1 of 1").waitFor();
  await expect.poll(() => view.locator("mark").allTextContents()).toEqual(["numéro", "COMMANDE"]);
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "search-messages");
  await page.keyboard.press("Escape");
  await expect.poll(() => view.count()).toBe(0);
  expect(problems).toEqual([]);
});
