/** A phone call's whole life at the desk: the phones are the simulator's. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
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

/** Where the example's agents are called. */
const ANN = "+15005550101";
const BRUNO = "+15005550102";
const FAY = "+15005550106";

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

const bar = (page: Page) => page.getByRole("region", { name: "Phone call" });
const button = (page: Page, name: string) => bar(page).getByRole("button", { name, exact: true });
const people = (page: Page) => bar(page).getByRole("list", { name: "In the call" }).getByRole("listitem");

async function stands(page: Page, words: string): Promise<void> {
  await bar(page).getByRole("status").filter({ hasText: words }).first().waitFor();
}

/** Somebody has called, chosen English, and waits. */
async function waits(from: string): Promise<Phone> {
  const caller = await Phone.dial(center, from);
  await caller.hears("For English, press 1");
  await caller.press("1");
  await caller.sits("queue");
  return caller;
}

test("a caller waits, is declined by one and taken by another, held, muted, and hung up on", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const caller = await waits("+15005550201");
  await offers(ann.page).getByText("Phone call").waitFor();
  expect(await violations(ann.page)).toEqual([]);
  await screenshot(ann.page, "call-offer");
  const bruno = await signIn(browser, center.url, "Bruno", { colorScheme: "dark" });
  await ann.page.keyboard.press("Alt+d");

  await offers(bruno.page)
    .getByRole("button", { name: /^Accept/u })
    .click();
  await offers(bruno.page).getByText("Your phone rings").waitFor();
  await screenshot(bruno.page, "call-rings-dark");
  const phone = await Phone.ringing(center, BRUNO);
  await phone.picksUp();
  await stands(bruno.page, "Connected");
  await caller.sits("room");
  await expect.poll(() => people(bruno.page).count()).toBe(2);
  expect(await offers(bruno.page).count()).toBe(0);

  await screenshot(bruno.page, "call-connected-dark");
  await bruno.page.keyboard.press("Alt+o");
  await stands(bruno.page, "On hold");
  await caller.hears('"play"');
  expect(await violations(bruno.page)).toEqual([]);
  await screenshot(bruno.page, "call-on-hold-dark");
  await button(bruno.page, "Take off hold").click();
  await stands(bruno.page, "Connected");

  await button(bruno.page, "Mute").click();
  await bar(bruno.page).getByRole("img", { name: "Muted" }).waitFor();
  await bruno.page.keyboard.press("Alt+k");
  await button(bruno.page, "Mute").waitFor();

  await bruno.page.keyboard.press("Alt+p");
  const keypad = bruno.page.getByRole("dialog", { name: "Keypad" });
  await keypad.getByRole("button", { name: "5" }).click();
  await bruno.page.keyboard.press("#");
  await keypad.getByText("5#").waitFor();
  await screenshot(bruno.page, "call-keypad-dark");
  await caller.hears('"digits":"5');
  await bruno.page.keyboard.press("Escape");

  await caller.hangUp();
  await stands(bruno.page, "The call has ended");
  await phone.ends();
  await bruno.page.getByText("The conversation has ended.").waitFor();
  await bruno.page.keyboard.press("Alt+c");
  const dialog = bruno.page.getByRole("dialog", { name: "Complete the task" });
  await dialog.getByRole("radio", { name: "Solved" }).click();
  await dialog.getByRole("button", { name: "Complete" }).click();
  await expect.poll(() => tasks(bruno.page).count()).toBe(0);
  expect([...ann.problems, ...bruno.problems]).toEqual([]);
  await Promise.all([ann, bruno].map(({ page }) => page.context().close()));
});

test("a call is recorded, paused for a card, and what was recorded plays in the timeline", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const caller = await waits("+15005550202");
  await acceptByKey(page);
  await (await Phone.ringing(center, ANN)).picksUp();
  await stands(page, "Connected");
  await page.keyboard.press("Alt+r");
  await stands(page, "Recording");
  await caller.say("My card is");
  await page.keyboard.press("Alt+r");
  await stands(page, "Recording paused");
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "call-recording");
  await button(page, "Recording").click();
  await page.getByRole("menuitem", { name: "Stop recording" }).click();
  await expect.poll(() => bar(page).getByText("Recording paused").count()).toBe(0);
  const sound = timeline(page).locator("audio");
  await sound.first().waitFor();
  await timeline(page).getByRole("combobox", { name: "Speed" }).first().selectOption("1.5");
  const src = await sound.first().getAttribute("src");
  const answer = await fetch(new URL(src ?? "", center.url));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "audio/mpeg"]);
  await screenshot(page, "call-recorded");
  await button(page, "End call").click();
  await page.getByText("The conversation has ended.").waitFor();
  await finishes(page);
  expect(problems).toEqual([]);
  await page.context().close();
});

test("somebody outside is asked first, then joined, and the agent leaves them with the caller", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  const caller = await waits("+15005550203");
  await acceptByKey(page);
  await (await Phone.ringing(center, ANN)).picksUp();
  await stands(page, "Connected");
  await page.keyboard.press("Alt+b");
  const dialog = page.getByRole("dialog", { name: "Add somebody to the call" });
  await dialog.getByRole("textbox", { name: /^Number/u }).fill("+1 (500) 555-0300");
  await screenshot(page, "call-add-number");
  await dialog.getByRole("button", { name: "Call +15005550300" }).click();
  const expert = await Phone.ringing(center, "+15005550300");
  await stands(page, "On hold");
  const chip = people(page).filter({ hasText: "+15005550300" });
  await chip.getByRole("img", { name: "Their phone rings" }).waitFor();
  await expert.answer();
  await expect.poll(() => chip.getByRole("img").count()).toBe(0);
  await caller.hears('"play"');
  await caller.say("Is anybody there?");
  await button(page, "Take off hold").click();
  await stands(page, "Connected");
  await caller.isHeardBy(expert, "Now I hear you");
  expect(JSON.stringify((await expert.is()).heard)).not.toContain("anybody there");
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "call-three");
  await button(page, "Leave").click();
  await page.getByText("The conversation has ended.").waitFor();
  await expert.isHeardBy(caller, "We two go on");
  await caller.hangUp();
  await expert.ends();
  await finishes(page);
  expect(problems).toEqual([]);
  await page.context().close();
});

test("a supervisor listens, whispers, and leaves, and the caller hears nothing of it", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const caller = await waits("+15005550204");
  await acceptByKey(ann.page);
  const phone = await Phone.ringing(center, ANN);
  await phone.picksUp();
  await stands(ann.page, "Connected");
  const fay = await signIn(browser, center.url, "Fay");
  await fay.page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Floor" }).click();
  await fay.page.getByRole("button", { name: "Ann" }).click();
  const monitor = fay.page.getByRole("group", { name: "Listen in" });
  await monitor.getByRole("button", { name: "Listen" }).click();
  const hers = await Phone.ringing(center, FAY);
  await hers.picksUp();
  await monitor.locator("[aria-pressed=true]", { hasText: "Listen" }).waitFor();
  await caller.isHeardBy(hers, "My order has not come");
  expect(await violations(fay.page)).toEqual([]);
  await screenshot(fay.page, "call-monitor");
  // A page that is opened anew knows what she listens to, and steers it.
  await fay.page.reload();
  await fay.page.getByRole("button", { name: "Ann" }).click();
  await monitor.locator("[aria-pressed=true]", { hasText: "Listen" }).waitFor();
  await monitor.getByRole("button", { name: "Whisper" }).click();
  await monitor.locator("[aria-pressed=true]", { hasText: "Whisper" }).waitFor();
  await people(ann.page).filter({ hasText: "Whisper" }).waitFor();
  await hers.isHeardBy(phone, "Offer them a new one");
  expect(JSON.stringify((await caller.is()).heard)).not.toContain("Offer them");
  await monitor.getByRole("button", { name: "Leave" }).click();
  await hers.ends();
  await expect.poll(() => people(ann.page).count()).toBe(2);
  await caller.hangUp();
  await stands(ann.page, "The call has ended");
  await finishes(ann.page);
  expect([...ann.problems, ...fay.problems]).toEqual([]);
  await Promise.all([ann, fay].map(({ page }) => page.context().close()));
});

test("a colleague is consulted while the caller hears music, and takes the call over", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  const caller = await waits("+15005550205");
  await acceptByKey(ann.page);
  const first = await Phone.ringing(center, ANN);
  await first.picksUp();
  await stands(ann.page, "Connected");
  const bruno = await signIn(browser, center.url, "Bruno", { colorScheme: "dark" });
  await ann.page.keyboard.press("Alt+b");
  const dialog = ann.page.getByRole("dialog", { name: "Add somebody to the call" });
  await dialog.getByRole("textbox", { name: "What it is about" }).fill("Knows about refunds");
  await dialog.getByRole("button", { name: "Bruno" }).click();
  await stands(ann.page, "On hold");
  await offers(bruno.page).getByText("Knows about refunds").waitFor();
  await acceptByKey(bruno.page);
  const second = await Phone.ringing(center, BRUNO);
  await second.picksUp();
  await people(ann.page).filter({ hasText: "Bruno" }).waitFor();
  await first.isHeardBy(second, "Can you take it?");
  expect(JSON.stringify((await caller.is()).heard)).not.toContain("Can you take it");
  expect(await violations(bruno.page)).toEqual([]);
  await screenshot(bruno.page, "call-consulted-dark");
  await people(ann.page).filter({ hasText: "Bruno" }).getByRole("button").click();
  await ann.page.getByRole("menuitem", { name: "Hand the customer over" }).click();
  await first.ends();
  // She writes it up, and has no room for another call until she has.
  await ann.page.getByText("The conversation goes on without you.").waitFor();
  await screenshot(ann.page, "call-handed-over");
  await finishes(ann.page);
  await stands(bruno.page, "Connected");
  await caller.isHeardBy(second, "Hello again");
  await caller.hangUp();
  await stands(bruno.page, "The call has ended");
  expect([...ann.problems, ...bruno.problems]).toEqual([]);
  await Promise.all([ann, bruno].map(({ page }) => page.context().close()));
});
