/** Everybody can use the desk: without a mouse, in light and dark, in five languages. */

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { administrator } from "./support/admin.ts";
import {
  acceptByKey,
  composer,
  launch,
  offers,
  open,
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

for (const colorScheme of ["light", "dark"] as const) {
  test(`no serious barrier in ${colorScheme} colours`, async () => {
    const outside = await open(browser, `${center.url}/desktop/`, { colorScheme });
    await outside.page.getByRole("button", { name: "Ann" }).waitFor();
    await screenshot(outside.page, `sign-in-${colorScheme}`);
    expect(await violations(outside.page)).toEqual([]);
    await outside.page.context().close();

    const { page, problems } = await signIn(browser, center.url, "Ann", { colorScheme });
    const from = colorScheme === "light" ? "+15005550061" : "+15005550062";
    await center.askForAgent("sms", from);
    await offers(page).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await acceptByKey(page);
    await timeline(page).getByText("Which language do you prefer?").waitFor();
    await center.write("sms", from, "See https://shop.example/orders/4711");
    await center.write("sms", from, {
      media: { url: "https://media.example/a.pdf", content_type: "application/pdf" },
    });
    await timeline(page).getByText("application/pdf").waitFor();
    await composer(page).fill("Of course");
    await composer(page).press("Enter");
    expect(await violations(page)).toEqual([]);
    await center.shown("sms", from, "Of course");
    await screenshot(page, `desk-${colorScheme}`);
    for (const [keys, name] of [
      ["Alt+t", "Transfer the task"],
      ["Alt+c", "Complete the task"],
      ["Alt+Slash", "Keyboard shortcuts"],
    ] as const) {
      await page.keyboard.press(keys);
      await page.getByRole("dialog", { name }).waitFor();
      expect(await violations(page)).toEqual([]);
      await screenshot(page, `${name.split(" ")[0]?.toLowerCase()}-${colorScheme}`);
      await page.keyboard.press("Escape");
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    }
    await page.keyboard.press("Alt+c");
    await page.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
    await expect.poll(() => tasks(page).count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no serious barrier in any section in ${colorScheme} colours`, async () => {
    const { page, problems } = await administrator(browser, center.url, "workers", colorScheme);
    const parts = page.getByRole("navigation", { name: "Administration" }).getByRole("link");
    await parts.first().waitFor();
    const names = await parts.allTextContents();
    expect(names.length).toBeGreaterThanOrEqual(8);
    for (const [at, name] of names.entries()) {
      await parts.nth(at).click();
      await page.locator(`a[aria-current=page]`, { hasText: name }).waitFor();
      await expect.poll(() => page.getByRole("main").locator(":scope > *").count()).toBeGreaterThan(1);
      expect(await violations(page), name).toEqual([]);
    }
    for (const [address, heading] of [
      ["#floor", "Live"],
      ["#floor/history", "History"],
    ] as const) {
      await page.evaluate((address) => {
        location.hash = address;
      }, address);
      await page.getByRole("heading", { name: heading }).waitFor();
      expect(await violations(page), address).toEqual([]);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });
}

test("nothing moves on the desk for who wants nothing to move", async () => {
  const { page, problems } = await signIn(browser, center.url, "Chiyo", { reducedMotion: "reduce" });
  await center.askForAgent("sms", "+15005550065");
  await acceptByKey(page);
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  await page.keyboard.press("Alt+c");
  const dialog = page.getByRole("dialog", { name: "Complete the task" });
  // What a dialog does when it comes is over at once.
  const running = await page.evaluate(() => {
    const lasting = ({ effect, playState }: Animation) =>
      playState === "running" && Number(effect?.getComputedTiming().activeDuration) > 1;
    return document.getAnimations().filter(lasting).length;
  });
  expect(running).toBe(0);
  await dialog.getByRole("button", { name: "Complete" }).click();
  await expect.poll(() => tasks(page).count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

test("the whole job is done with keys", async () => {
  const { page, problems } = await open(browser, `${center.url}/desktop/`);
  // A key goes to what has the focus: a person looks where it is before they press.
  const focus = (on: Locator) => on.and(page.locator(":focus")).waitFor();
  const bruno = page.getByRole("button", { name: "Bruno" });
  await bruno.waitFor();
  for (let tries = 0; tries < 12 && !(await isFocused(page, "Bruno")); tries += 1)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Connected").waitFor();
  const from = "+15005550063";
  await center.askForAgent("sms", from);
  await acceptByKey(page);
  await timeline(page).getByText("Which language do you prefer?").waitFor();
  await page.keyboard.press("Alt+m");
  await focus(composer(page));
  await page.keyboard.type("Typed with keys ");
  await page.keyboard.press("Alt+e");
  await page.getByRole("group", { name: "Emoji" }).locator(":focus").waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await focus(composer(page));
  await page.keyboard.press("Enter");
  await center.shown("sms", from, "Typed with keys 😃");
  await page.keyboard.press("Alt+w");
  await page.getByText("The conversation has ended.").waitFor();
  await page.keyboard.press("Alt+c");
  const dialog = page.getByRole("dialog", { name: "Complete the task" });
  await focus(dialog.getByRole("radio").first());
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await focus(dialog.getByRole("textbox", { name: "Notes" }));
  await page.keyboard.type("By keys");
  await page.keyboard.press("Tab");
  await focus(dialog.getByRole("button", { name: "Complete" }));
  await page.keyboard.press("Enter");
  await expect.poll(() => tasks(page).count()).toBe(0);
  expect(problems).toEqual([]);
});

function isFocused(page: Page, text: string): Promise<boolean | undefined> {
  return page.evaluate(
    (text) => document.activeElement?.matches("button") && document.activeElement.textContent?.includes(text),
    text,
  );
}

test("five languages, one of them from right to left", async () => {
  const { page, problems } = await signIn(browser, center.url, "Chiyo");
  for (const [language, tasksName, direction] of [
    ["ru", "Мои задачи", "ltr"],
    ["es", "Mis tareas", "ltr"],
    ["ja", "担当タスク", "ltr"],
    ["ar", "مهامي", "rtl"],
    ["en", "My tasks", "ltr"],
  ] as const) {
    await page.evaluate((language) => localStorage.setItem("patchbay.language", language), language);
    await page.reload();
    await page.getByRole("navigation", { name: tasksName }).waitFor();
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      language,
      direction,
    ]);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, `language-${language}`);
  }
  expect(problems).toEqual([]);
});
