/** What an agent knows of a customer, keeps, and says with leave. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { composer, finishes, launch, offers, screenshot, signIn, timeline } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { withWhatsapp } from "./support/channels.ts";

let center: Center;
let browser: Browser;

const TEMPLATE = {
  channel: "whatsapp",
  name: "order_ready",
  language: "en_US",
  text: "Hello, order {{1}} is ready at {{2}}.",
  parameters: ["Order", "Shop"],
};

beforeAll(async () => {
  const withTemplate = ({ desk }: { desk: Record<string, unknown> }) => {
    desk.templates = [TEMPLATE];
  };
  [center, browser] = await Promise.all([Center.start(withWhatsapp, withTemplate), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

const panel = (page: Page) => page.getByRole("complementary", { name: "Contact" });

test("notes and tags are kept, an earlier conversation is read, two contacts become one and two again", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550081";
  await center.askForAgent("sms", from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  await center.write("sms", from, "My lamp is broken");
  await timeline(page).getByText("My lamp is broken").waitFor();

  const tags = panel(page).getByLabel("Tags");
  await tags.fill("b2b");
  await tags.press("Enter");
  await panel(page).getByText("b2b").waitFor();
  await panel(page).getByRole("button", { name: "Write notes" }).click();
  await panel(page).getByRole("textbox", { name: "Notes" }).fill("Has three of our lamps");
  await panel(page).getByRole("button", { name: "Save" }).click();
  await panel(page).getByText("Has three of our lamps").waitFor();
  expect(await violations(page)).toEqual([]);
  await finishes(page);

  // The same customer again: what is known of them is there.
  await center.askForAgent("sms", from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await panel(page).getByText("Has three of our lamps").waitFor();
  await panel(page).getByText("b2b").waitFor();
  await panel(page).getByRole("button", { name: "ended" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("My lamp is broken").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "past-conversation");
  await page.keyboard.press("Escape");
  await expect.poll(() => dialog.count()).toBe(0);

  await center.write("sms", "+15005550082", "I wrote from my other phone");
  await panel(page).getByRole("button", { name: "Find another contact" }).click();
  await panel(page)
    .getByRole("textbox", { name: /Phone number/u })
    .fill("+15005550082");
  await panel(page).getByRole("button", { name: "Search" }).click();
  await panel(page).getByRole("button", { name: "Same person" }).click();
  await timeline(page).getByText("I wrote from my other phone").waitFor();
  await screenshot(page, "merged");
  await panel(page).getByRole("button", { name: "Somebody else after all" }).click();
  await expect.poll(() => timeline(page).getByText("I wrote from my other phone").count()).toBe(0);
  await finishes(page);
  expect(problems).toEqual([]);
});

test("whoever writes a task up still notes something and keeps what they know", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  await center.askForAgent("sms", "+15005550084");
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  await page.getByRole("button", { name: "Wrap up" }).click();
  await page.getByText("The conversation has ended.").waitFor();

  await page.getByRole("button", { name: "Note", exact: true }).click();
  await page.getByRole("textbox", { name: "Note among agents" }).fill("Wants a bill by post");
  await page.getByRole("button", { name: "Add note" }).click();
  await timeline(page).getByText("Wants a bill by post").waitFor();
  await panel(page).getByLabel("Tags").fill("post");
  await panel(page).getByLabel("Tags").press("Enter");
  await panel(page).getByText("post", { exact: true }).waitFor();
  // Who they are is found out while one talks to them.
  expect(await panel(page).getByRole("button", { name: "Find another contact" }).count()).toBe(0);
  await screenshot(page, "writing-up");
  await finishes(page);
  expect(problems).toEqual([]);
});

test("while the window is closed an approved template goes out", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550083";
  await center.askForAgent("whatsapp", from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  await page.clock.setFixedTime(Date.now() + 25 * 3_600_000);
  await page.getByText("The customer has to write before you may answer freely").waitFor();
  await composer(page).fill("Not now");
  expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await composer(page).fill("");
  await page.getByRole("button", { name: "Approved template" }).click();
  const dialog = page.getByRole("dialog", { name: "Send an approved template" });
  await dialog.getByRole("textbox", { name: "Order" }).fill("4711");
  await dialog.getByRole("textbox", { name: "Shop" }).fill("Main Street");
  await dialog.getByText("order 4711 is ready at Main Street").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "template");
  await dialog.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Send now" }).click();
  await timeline(page).getByText("order 4711 is ready at Main Street").waitFor();
  await expect
    .poll(async () => JSON.stringify(await center.deliveries("whatsapp", from)))
    .toContain("order_ready");
  expect(problems).toEqual([]);
});
