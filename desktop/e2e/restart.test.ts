/** The center goes away and comes back: nothing is lost, nothing comes twice. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, launch, offers, screenshot, signIn, timeline } from "./support/browser.ts";
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
