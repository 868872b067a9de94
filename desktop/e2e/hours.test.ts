/** Opening hours are changed by an administrator, and seen by customers: in flows, and in the web chat. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { administrator, apply } from "./support/admin.ts";
import { launch, open, screenshot } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { Site } from "./support/site.ts";

let center: Center;
let browser: Browser;
let site: Site;

beforeAll(async () => {
  const named = (example: string) =>
    example.replace("[webchat.default]", '[webchat.default]\nhours = "@shop"');
  [center, browser] = await Promise.all([Center.start(named), launch()]);
  site = await Site.start(center.url);
});

afterAll(async () => {
  await browser?.close();
  site?.stop();
  await center?.end();
});

const DAY_MS = 86_400_000;
/** A day of the schedule's time zone that is not today. */
const dayAfter = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

test("a shop is closed for now, and its customers hear when it opens", async () => {
  const { page, problems } = await administrator(browser, center.url, "hours", "dark");
  const shop = page.getByRole("region", { name: "shop" });
  const preview = shop.getByRole("status", { name: "Preview" });
  await preview.getByText("Open now").waitFor();
  await preview.getByText("and stays so for 400 days").waitFor();

  // A time that is none is told at its field, and nothing is put in force.
  const monday = shop.getByRole("group", { name: "Monday", exact: true });
  await monday.getByRole("textbox", { name: "Monday: from" }).fill("9");
  await monday.getByText("not a time like 09:00, up to 24:00").waitFor();
  await monday.getByRole("textbox", { name: "Monday: from" }).fill("09:00");
  await expect.poll(() => monday.getByText("not a time").count()).toBe(0);

  await shop.getByRole("button", { name: "Add a day" }).click();
  const exceptions = shop.getByRole("group", { name: "Other days" });
  await exceptions.getByLabel("Day", { exact: true }).fill(dayAfter(2));
  await exceptions.getByLabel("Reason, for customers").fill("Inventory");
  await shop.getByRole("combobox", { name: "For now" }).click();
  await page.getByRole("option", { name: "Closed" }).click();
  const now = shop.getByRole("group", { name: "For now" });
  await now.getByLabel("Until").fill(`${dayAfter(3)}T09:30`);
  await now.getByLabel("Reason, for customers").fill("Storm");
  await preview.getByText("Closed now").waitFor();
  await preview.getByText("Storm").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "admin-hours");
  await apply(page, 2);

  const customer = "+15005550071";
  await center.write("sms", customer, "live agent");
  await center.shown("sms", customer, "Nobody is here right now. Storm. We are back on");
  const [said] = (await center.deliveries("sms", customer)).filter(({ text }) => text.includes("Storm"));
  expect(said?.text).toMatch(/We are back on \w+day, 09:30\./u);

  const visitor = await open(browser, site.url, { viewport: { width: 900, height: 800 } });
  await visitor.page.getByRole("button", { name: "Open chat" }).click();
  await visitor.page.getByRole("heading", { name: "We are not here right now" }).waitFor();
  await visitor.page.locator("patchbay-chat .when", { hasText: "We are back on" }).waitFor();
  expect(await violations(visitor.page)).toEqual([]);
  await screenshot(visitor.page, "widget-back-on");

  await shop.getByRole("combobox", { name: "For now" }).click();
  await page.getByRole("option", { name: "Open", exact: true }).click();
  await preview.getByText("Open now").waitFor();
  await apply(page, 3);
  await center.write("sms", customer, "live agent");
  await center.shown("sms", customer, "Which language");
  expect([...problems, ...visitor.problems]).toEqual([]);
});

test("a schedule is made, and one that flows ask for cannot be taken away", async () => {
  const { page, problems } = await administrator(browser, center.url, "hours");
  await page.getByRole("button", { name: "Add a schedule" }).click();
  const added = page.getByRole("main").getByRole("region").last();
  await added.getByText("not a word of 1 to 32 small letters").waitFor();
  await added.getByRole("textbox", { name: "Name" }).fill("night_desk");
  const night = page.getByRole("region", { name: "night_desk" });
  await night.getByRole("combobox", { name: "Time zone" }).fill("Tokyo");
  await page.getByRole("option", { name: "Asia/Tokyo" }).click();
  await night.getByRole("button", { name: "Add hours: Saturday" }).click();
  await night.getByRole("button", { name: "The same until Friday" }).click();
  await night
    .getByRole("status", { name: "Preview" })
    .getByText(/Then:|opens|closes/u)
    .first()
    .waitFor();
  await apply(page, 4);

  await page.getByRole("region", { name: "shop" }).getByRole("button", { name: "Remove shop" }).click();
  await page.getByRole("button", { name: "Review and apply" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
  await page.getByRole("alert").getByText('there are no opening hours "shop"').first().waitFor();
  expect(problems).toEqual([]);
});
