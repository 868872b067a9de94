/** The main job, through the page: three customers on three channels, one agent. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  acceptByKey,
  composer,
  launch,
  offers,
  screenshot,
  signIn,
  tasks,
  timeline,
} from "./support/browser.ts";
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

const CUSTOMERS = [
  { channel: "sms", from: "+15005550021", by: "click" },
  { channel: "line", from: "U0123456789abcdef0123456789abcdef", by: "key" },
  { channel: "webchat", from: "visitor-21", by: "key" },
] as const;

test("customers on three channels are accepted, answered, wrapped up and completed", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  for (const [index, { channel, from, by }] of CUSTOMERS.entries()) {
    await center.askForAgent(channel, from);
    await offers(page).first().waitFor();
    if (index === 0) await screenshot(page, "offer");
    if (by === "click") await offers(page).getByRole("button", { name: "Accept" }).click();
    else await acceptByKey(page);
    await timeline(page).getByText("Which language do you prefer?").first().waitFor();
    await expect.poll(() => tasks(page).count()).toBe(index + 1);

    await composer(page).fill(`Good morning on ${channel}!`);
    await composer(page).press("Enter");
    await page.getByRole("button", { name: "Send now" }).click();
    expect(await center.shown(channel, from, `Good morning on ${channel}!`)).toBe(1);
    await center.write(channel, from, `My order has not come, says ${channel}`);
    await timeline(page).getByText(`says ${channel}`).waitFor();
  }
  await screenshot(page, "three-tasks");

  // What comes while another conversation is open is marked as unread.
  const [first] = CUSTOMERS;
  await center.write(first.channel, first.from, "Are you still there?");
  await page.getByLabel("1 unread message").waitFor();
  await tasks(page).first().getByRole("button").click();
  await timeline(page).getByText("Are you still there?").waitFor();
  await expect.poll(() => page.getByLabel("1 unread message").count()).toBe(0);

  for (let left = CUSTOMERS.length; left > 0; left -= 1) {
    await tasks(page).first().getByRole("button").click();
    await page.getByRole("button", { name: "Wrap up" }).click();
    await page.getByText("The conversation has ended.").waitFor();
    await page.getByRole("button", { name: "Complete" }).click();
    const dialog = page.getByRole("dialog", { name: "Complete the task" });
    await dialog.getByRole("radio", { name: "Solved" }).click();
    await dialog.getByRole("textbox", { name: "Notes" }).fill("Sent anew");
    if (left === CUSTOMERS.length) await screenshot(page, "complete");
    await dialog.getByRole("button", { name: "Complete" }).click();
    await expect.poll(() => tasks(page).count()).toBe(left - 1);
  }
  await page.getByText("No tasks yet").waitFor();
  expect(problems).toEqual([]);
});

test("a message can be taken back before it goes out, and its text is in the field again", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550022";
  await center.askForAgent("sms", from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await composer(page).fill("A word too many");
  await composer(page).press("Enter");
  await page.getByRole("button", { name: "Take back" }).click();
  await expect.poll(() => composer(page).inputValue()).toBe("A word too many");
  await composer(page).fill("/hello");
  await page.getByRole("option").first().waitFor();
  await composer(page).press("Enter");
  await expect.poll(() => composer(page).inputValue()).toContain("this is Ann");
  await composer(page).fill("Just right");
  await composer(page).press("Enter");
  await center.shown("sms", from, "Just right");
  const said = await center.deliveries("sms", from);
  expect(said.filter(({ text }) => text.includes("too many"))).toEqual([]);
  expect(problems).toEqual([]);
});

test("an attribute of the contact is changed, and a draft stays with its conversation", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  await tasks(page).first().getByRole("button").click();
  const panel = page.getByRole("complementary", { name: "Contact" });
  await panel.getByRole("button", { name: "Add an attribute" }).click();
  await panel.getByRole("textbox", { name: "Attribute" }).fill("vip");
  await panel.getByRole("textbox", { name: "Value" }).fill("true");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByRole("button", { name: "Change vip" }).waitFor();
  await composer(page).fill("half a sen");
  await page.reload();
  await tasks(page).first().getByRole("button").click();
  await expect.poll(() => composer(page).inputValue()).toBe("half a sen");
  expect(problems).toEqual([]);
});

test("on a screen as narrow as a telephone's nothing is cut off, and there is room to read and write", async () => {
  const { page, problems } = await signIn(browser, center.url, "Bruno", {
    viewport: { width: 390, height: 800 },
  });
  await center.askForAgent("sms", "+15005550019");
  await offers(page)
    .getByRole("button", { name: /^Accept/u })
    .click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  expect((await timeline(page).boundingBox())?.width).toBeGreaterThan(340);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole("button", { name: "Sign out" }).click({ trial: true });
  expect(problems).toEqual([]);
  await page.context().close();
});
