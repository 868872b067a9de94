/** The center goes away and comes back: nothing is lost, nothing comes twice. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, launch, offers, screenshot, signIn, timeline } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { Phone } from "./support/phones.ts";

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

test("the desk says that the center is away, and goes on where it was", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550041";
  await center.askForAgent("sms", from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();

  await center.kill();
  await page.getByText("No connection.").waitFor();
  await composer(page).fill("Written in the dark");
  await composer(page).press("Enter");
  await page.getByText("Waits for the connection").waitFor();
  await screenshot(page, "offline");

  await center.resume();
  await center.write("sms", from, "And I wrote, too");
  await page.getByText("Connected").waitFor();
  await timeline(page).getByText("And I wrote, too").waitFor();
  expect(await center.shown("sms", from, "Written in the dark")).toBe(1);
  await expect.poll(() => timeline(page).getByText("Written in the dark").count()).toBe(1);
  expect(await timeline(page).getByText("And I wrote, too").count()).toBe(1);
  expect(problems).toEqual([]);
});

test("a supervisor who listens to a call still does after it, in the same page and in a new one", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const caller = await Phone.dial(center, "+15005550042");
  await caller.hears("For English, press 1");
  await caller.press("1");
  await offers(ann.page)
    .getByRole("button", { name: /^Accept/u })
    .click();
  await (await Phone.ringing(center, "+15005550101")).picksUp();
  const { page, problems } = await signIn(browser, center.url, "Fay");
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Floor" }).click();
  await page.getByRole("button", { name: "Ann" }).click();
  const monitor = page.getByRole("group", { name: "Listen in" });
  await monitor.getByRole("button", { name: "Listen" }).click();
  await (await Phone.ringing(center, "+15005550106")).picksUp();
  const leave = monitor.getByRole("button", { name: "Leave" });
  await leave.waitFor();

  await center.kill();
  await page.getByText("No connection.").waitFor();
  await center.resume();
  await page.getByRole("banner").getByText("Connected", { exact: true }).waitFor();
  await leave.waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Ann" }).click();
  await monitor.locator("[aria-pressed=true]", { hasText: "Listen" }).waitFor();
  await leave.waitFor();
  expect([...ann.problems, ...problems]).toEqual([]);
});
