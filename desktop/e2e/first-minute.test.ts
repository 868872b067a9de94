/**
 * What a newcomer does in the first minute, without a manual: write as a WhatsApp customer, answer as an agent. The
 * picture of it, the simulator beside the desktop, is the README's first (`PICTURE=docs/first-minute.png`).
 */

import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, launch, offers, open, screenshot, signIn, timeline } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { withWhatsapp } from "./support/channels.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const PHONES = { width: 760, height: 860 };
const DESK = { width: 1360, height: 860 };

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(withWhatsapp), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

test("a newcomer writes as a WhatsApp customer and answers as an agent, without a manual", async () => {
  const customer = await open(browser, `${center.url}/simulator/`, { viewport: PHONES });
  const phone = customer.page.locator('.phone[data-channel="whatsapp"]');
  await phone.getByRole("button", { name: "hello" }).click();
  await phone.getByText("I am a robot").waitFor();
  expect(await customer.page.getByRole("link", { name: "Open the agent desktop" }).getAttribute("href")).toBe(
    "/desktop/",
  );
  const agent = await signIn(browser, center.url, "Ann", { viewport: DESK });

  await phone.getByRole("button", { name: "live agent" }).click();
  await phone.getByText("Which language").waitFor();
  await phone.getByRole("button", { name: "English" }).click();
  await offers(agent.page).getByRole("button", { name: "Accept" }).click();
  await timeline(agent.page).getByText("live agent").first().waitFor();
  await composer(agent.page).fill("Good morning, this is Ann. How can I help you?");
  await composer(agent.page).press("Enter");
  // It goes out when the seconds in which it can be taken back are over.
  await phone.getByText("this is Ann").waitFor();

  const field = phone.getByRole("textbox", { name: "Write as the customer" });
  await field.fill("My lamp has not come. Can you look?");
  await field.press("Enter");
  await timeline(agent.page).getByText("My lamp has not come").waitFor();

  await customer.page.getByRole("button", { name: "Got it" }).click();
  await customer.page.evaluate(() => scrollTo(0, 0));
  await screenshot(customer.page, "first-minute-simulator");
  await screenshot(agent.page, "first-minute-desktop");
  await beside(await customer.page.screenshot(), await agent.page.screenshot());
  expect([...customer.problems, ...agent.problems]).toEqual([]);
});

/** Two pictures as one. */
async function beside(left: Buffer, right: Buffer): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: PHONES.width + DESK.width + 60, height: DESK.height + 40 },
  });
  const picture = (png: Buffer) => `<img src="data:image/png;base64,${png.toString("base64")}">`;
  await page.setContent(`<style>
    body { margin: 0; padding: 20px; display: flex; gap: 20px; background: #dfe5f0; }
    img { border-radius: 12px; box-shadow: 0 8px 30px rgb(15 23 42 / 25%); }
  </style>${picture(left)}${picture(right)}`);
  await page.locator("img").last().waitFor();
  await screenshot(page, "first-minute");
  const { PICTURE } = process.env;
  if (PICTURE) await page.screenshot({ path: join(REPOSITORY, PICTURE), scale: "css" });
  await page.context().close();
}
