/** An agent answers the very message that a customer wrote, and reacts to it. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { composer, launch, offers, screenshot, signIn, timeline } from "./support/browser.ts";
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

test("a message is answered and reacted to, where its channel can", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const from = "+15005550091";
  await center.askForAgent("whatsapp", from);
  await offers(page).getByRole("button", { name: "Accept" }).click();
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  await center.write("whatsapp", from, "Do you have it in red?");
  const asked = timeline(page).getByRole("article").filter({ hasText: "Do you have it in red?" });
  await asked.getByRole("button", { name: "Answer this message" }).click();
  await composer(page).fill("In red and in blue");
  expect(await violations(page)).toEqual([]);
  await composer(page).press("Enter");
  await center.shown("whatsapp", from, "In red and in blue");
  const sent = (await center.deliveries("whatsapp", from)).find(({ text }) => text === "In red and in blue");
  expect(sent?.reply_to).toBeTruthy();
  const answer = timeline(page).getByRole("article").filter({ hasText: "In red and in blue" });
  await answer.getByText("Do you have it in red?").waitFor();

  await asked.first().getByRole("button", { name: "React" }).click();
  await page.getByRole("menuitem", { name: "👍" }).click();
  await asked.first().getByText("👍").waitFor();
  const reactions = (await center.deliveries("whatsapp", from)).filter(({ signal }) => signal === "reaction");
  expect(reactions).toHaveLength(1);
  // The newest message stays in sight, whatever is written below it.
  const below = () =>
    timeline(page).evaluate(
      ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
    );
  const height = await timeline(page).evaluate(({ clientHeight }) => clientHeight);
  await composer(page).fill("It is\nin red,\nand in blue,\nand in green,\nif you wait");
  await expect.poll(() => timeline(page).evaluate(({ clientHeight }) => clientHeight)).toBeLessThan(height);
  await expect.poll(below).toBeLessThan(2);
  await screenshot(page, "answering");
  expect(problems).toEqual([]);
});
