/** A call from the simulator's page to an agent at a telephone on it. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { launch, offers, open, screenshot, signIn } from "./support/browser.ts";
import { Center } from "./support/center.ts";

/** Ann's number in the example, and the number that is called. */
const ANN = "+15005550101";

let center: Center;
let browser: Browser;
let page: Page;
let seen: string[];

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await center?.end();
});
beforeEach(async () => {
  ({ page, problems: seen } = await open(browser, `${center.url}/simulator/`, {
    viewport: { width: 1480, height: 1000 },
  }));
});
afterEach(async () => {
  await page.context().close();
  expect(seen).toEqual([]);
});

const own = () => page.locator(".telephone").first();
const phoneOf = (number: string) => page.locator(`.telephone[data-phone="${number}"]`);
const hears = (phone: ReturnType<typeof own>, text: string | RegExp) =>
  phone.getByRole("log").getByText(text).first().waitFor({ timeout: 60_000 });
const does = (phone: ReturnType<typeof own>, name: string) =>
  phone.getByRole("button", { name, exact: true }).click();

const isOver = (phone: ReturnType<typeof own>) =>
  phone.getByRole("status").filter({ hasText: "The call is over" }).waitFor({ timeout: 60_000 });

async function says(phone: ReturnType<typeof own>, text: string): Promise<void> {
  const field = phone.getByRole("textbox", { name: "Say something" });
  await field.fill(text);
  await field.press("Enter");
}

test("a caller presses 2 for Spanish, and an agent accepts, answers their phone and talks", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  await does(own(), "Call the center");
  await hears(own(), /For English, press 1/);
  await does(own(), "2");
  await hears(own(), /Un momento, por favor/);
  await own()
    .getByText(/Waits in the queue .*place 1/)
    .waitFor();
  await screenshot(page, "phone-waiting");

  await offers(ann.page).getByRole("button", { name: "Accept" }).click();
  await does(phoneOf(ANN), "Answer");
  await hears(phoneOf(ANN), /Press 1 to take the call/);
  // The keys of the computer are those of the telephone.
  await phoneOf(ANN).getByRole("button", { name: "5", exact: true }).focus();
  await page.keyboard.press("1");
  await own().getByText("In the conference", { exact: true }).waitFor();
  await says(own(), "Buenos días");
  await hears(phoneOf(ANN), "Buenos días");
  await says(phoneOf(ANN), "Hola, soy Ann");
  await hears(own(), "Hola, soy Ann");
  const room = own().getByRole("list", { name: "In the conference" });
  await room.getByText(`heard by ${ANN}`).waitFor();
  await screenshot(page, "phone-talking");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page), colorScheme).toEqual([]);
    await screenshot(page, `phone-${colorScheme}`);
  }

  // The flow goes on behind the agent, and hangs up.
  await does(phoneOf(ANN), "Hang up");
  await isOver(phoneOf(ANN));
  await isOver(own());
  await own().getByRole("button", { name: "Call the center" }).waitFor();
  expect(ann.problems).toEqual([]);
});

test("an answer that comes too late has the caller hear the apology", async () => {
  await page.getByRole("button", { name: "Somebody new" }).click();
  await does(own(), "Break things");
  await does(own(), "Answer too late");
  await own().getByText("Ordered: Answer too late.").waitFor();
  await screenshot(page, "phone-faults");
  await does(own(), "Call the center");
  await hears(own(), /leave a message after the tone/);
  await does(own(), "Hang up");
  await isOver(own());
});
