/** Calls that the center makes, at the desk: of an agent to a customer, and back to a caller who did not want to wait. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
import {
  acceptByKey,
  finishes,
  launch,
  offers,
  screenshot,
  signIn,
  tasks,
  timeline,
} from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { Phone } from "./support/phones.ts";

/** Where the example has Ann called. */
const ANN = "+15005550101";

let center: Center;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

beforeEach(async () => {
  ({ page, problems } = await signIn(browser, center.url, "Ann"));
});

afterEach(async () => {
  expect(problems).toEqual([]);
  await page.context().close();
});

const bar = () => page.getByRole("region", { name: "Phone call" });

async function stands(words: string): Promise<void> {
  await bar().getByRole("status").filter({ hasText: words }).first().waitFor();
}

/** Ann takes her phone, the customer takes theirs, and both hear each other. */
async function talk(customer: string): Promise<{ hers: Phone; theirs: Phone }> {
  const hers = await Phone.ringing(center, ANN);
  await hers.picksUp();
  const theirs = await Phone.ringing(center, customer);
  await theirs.answer();
  await stands("Connected");
  await theirs.sits("room");
  await hers.isHeardBy(theirs, "This is Ann");
  await theirs.isHeardBy(hers, "Good to hear you");
  return { hers, theirs };
}

test("a number is dialled, both talk, and it is written up", async () => {
  const number = "+15005550401";
  await page.getByRole("button", { name: "Telephone", exact: true }).click();
  const pad = page.getByRole("dialog", { name: "Telephone" });
  await pad.getByRole("textbox", { name: "Telephone number" }).fill("+1 (500) 555-040");
  await pad.getByRole("button", { name: "1", exact: true }).click();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "call-out-pad");
  await pad.getByRole("button", { name: "Call", exact: true }).click();
  await expect.poll(() => pad.count()).toBe(0);
  const { hers, theirs } = await talk(number);
  await timeline(page).getByText("Ann calls").waitFor();
  await screenshot(page, "call-out");
  await bar().getByRole("button", { name: "End call", exact: true }).click();
  await hers.ends();
  await theirs.ends();
  await page.getByText("The conversation has ended.").waitFor();
  await finishes(page);
});

test("a customer who writes is called from their card, and the conversation goes on after it", async () => {
  const number = "+15005550402";
  await center.askForAgent("sms", number);
  await offers(page)
    .getByRole("button", { name: /^Accept/u })
    .click();
  await page.getByRole("button", { name: `Call ${number}` }).click();
  const { hers, theirs } = await talk(number);
  await screenshot(page, "call-out-of-messages");
  await theirs.hangUp();
  await hers.ends();
  await stands("The call has ended");
  await center.write("sms", number, "One more thing");
  await timeline(page).getByText("One more thing").waitFor();
  await finishes(page, 1);
  await tasks(page).getByRole("button").first().click();
  await timeline(page).getByText("One more thing").waitFor();
  await finishes(page);
});

test("a customer who does not answer is told of, and the call is over", async () => {
  const number = "+15005550403";
  await page.keyboard.press("Alt+n");
  const pad = page.getByRole("dialog", { name: "Telephone" });
  await pad.getByRole("textbox", { name: "Telephone number" }).fill(number);
  await page.keyboard.press("Enter");
  const hers = await Phone.ringing(center, ANN);
  await hers.picksUp();
  await (await Phone.ringing(center, number)).decline();
  await hers.hears("The line is busy");
  await hers.ends();
  await timeline(page).getByText("The line was busy").waitFor();
  await stands("The call has ended");
  await finishes(page);
});

/** The offer is accepted, both talk, and it is written up. */
async function callsBack(number: string): Promise<void> {
  await acceptByKey(page);
  const { hers, theirs } = await talk(number);
  await theirs.hangUp();
  await hers.ends();
  await stands("The call has ended");
  await finishes(page);
}

test("a caller who asked to be called back is called when an agent takes their place", async () => {
  const number = "+15005550404";
  const ann = await Agent.signIn(center, "Ann");
  await ann.act("worker.activity", { activity: "Break" });
  const caller = await Phone.dial(center, number);
  await caller.hears("For English, press 1");
  await caller.press("1");
  await caller.sits("queue");
  await caller.hears("be called back, press 1");
  await caller.press("1");
  await caller.hears("You keep your place");
  await caller.ends();
  await ann.act("worker.activity", { activity: "Available" });
  ann.leave();
  await offers(page).getByText("Asked to be called back").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "call-back-offer");
  await callsBack(number);
});

test("a caller who presses the key while their call is offered changes the offer under the agent's eyes", async () => {
  const number = "+15005550405";
  const caller = await Phone.dial(center, number);
  await caller.hears("For English, press 1");
  await caller.press("1");
  const card = offers(page).filter({ hasText: "Phone call" });
  await card.waitFor();
  expect(await card.getByText("Asked to be called back").count()).toBe(0);
  await caller.hears("be called back, press 1");
  await caller.press("1");
  await card.getByText("Asked to be called back").waitFor();
  await screenshot(page, "call-back-offer-changed");
  // It is the same offer: accepting it calls them.
  await callsBack(number);
});
