/** The supervisor's part of the desktop: what the floor does, and what a supervisor does about it. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
import { launch, screenshot, signIn } from "./support/browser.ts";
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

function waitingIn(page: Page, queue: string) {
  return page.locator(`tr[data-queue="${queue}"] [data-column="waiting"]`);
}

function worker(page: Page, name: string) {
  return page.locator(`tr[data-worker="${name}"]`);
}

async function toFloor(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Floor" }).click();
  await page.getByRole("heading", { name: "Live" }).waitFor();
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`a supervisor sees the load in ${colorScheme} colours`, async () => {
    const { page, problems } = await signIn(browser, center.url, "Fay", { colorScheme });
    await toFloor(page);
    const from = colorScheme === "light" ? "+15005550071" : "+15005550072";
    await center.askForAgent("sms", from);
    await expect.poll(() => waitingIn(page, "Sales").textContent()).toBe("1");
    await worker(page, "Ann").getByText("Not connected").waitFor();
    await page.getByRole("button", { name: "Sales" }).click();
    await page.getByText(from).waitFor();
    await screenshot(page, `floor-${colorScheme}`);
    expect(await violations(page)).toEqual([]);

    const ann = await Agent.signIn(center, "Ann");
    const { reservation } = await ann.accepts();
    await worker(page, "Ann").getByText("chat 1/3").waitFor();
    await worker(page, "Ann").getByText("Busy").waitFor();
    await expect.poll(() => waitingIn(page, "Sales").textContent()).toBe("0");
    await page.getByRole("button", { name: "Ann" }).click();
    await page.getByText("Assigned").waitFor();
    await screenshot(page, `floor-busy-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    await ann.finishes(reservation);
    await page.getByText("No tasks.").waitFor();
    ann.leave();
    await worker(page, "Ann").getByText("Not connected").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });
}

test("an agent has no floor", async () => {
  const { page } = await signIn(browser, center.url, "Bruno");
  expect(await page.getByRole("navigation", { name: "Sections" }).count()).toBe(0);
  await page.goto(`${center.url}/desktop/#floor`);
  await page.getByRole("navigation", { name: "My tasks" }).waitFor();
});
