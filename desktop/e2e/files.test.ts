/** Files, both ways: what an agent sends reaches the customer, and what a customer sends is shown or explained. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { composer, launch, offers, screenshot, signIn, timeline } from "./support/browser.ts";
import { Center, until } from "./support/center.ts";

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

/** One pixel. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async function open(channel: string, from: string) {
  const watched = await signIn(browser, center.url, "Ann");
  await center.askForAgent(channel, from);
  await offers(watched.page).getByRole("button", { name: "Accept" }).click();
  await timeline(watched.page).getByText("Which language do you prefer?").waitFor();
  return watched;
}

/** Gives the composer a file as a hand or a clipboard does. */
async function give(page: Page, by: "drop" | "paste", name: string): Promise<void> {
  await composer(page).evaluate(
    (field, { by, name, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
      const files = new DataTransfer();
      files.items.add(new File([bytes], name, { type: "image/png" }));
      const options = { bubbles: true, cancelable: true };
      field.dispatchEvent(
        by === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: files })
          : new ClipboardEvent("paste", { ...options, clipboardData: files }),
      );
    },
    { by, name, base64: PICTURE },
  );
}

test("files that are picked, dropped and pasted go to the customer, and come back as previews", async () => {
  const from = "visitor-71";
  const { page, problems } = await open("webchat", from);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles({
    name: "picked.png",
    mimeType: "image/png",
    buffer: Buffer.from(PICTURE, "base64"),
  });
  await give(page, "drop", "dropped.png");
  await give(page, "paste", "pasted.png");
  const attached = page.getByRole("list", { name: "Attached files" });
  for (const name of ["picked.png", "dropped.png", "pasted.png"]) await attached.getByText(name).waitFor();
  await attached.getByLabel("Being uploaded\u2026").first().waitFor({ state: "detached" });
  await composer(page).fill("Three views of it");
  await composer(page).press("Enter");
  await page.getByRole("button", { name: "Send now" }).click();
  const media = await until(async () => {
    const deliveries = await center.deliveries("webchat", from);
    return deliveries.find(({ media = [] }) => media.length > 0)?.media;
  });
  expect(media.length).toBeGreaterThan(0);
  const picture = timeline(page).getByRole("img", { name: "picked.png" });
  await picture.waitFor();
  await expect.poll(() => picture.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1);
  await screenshot(page, "files");
  expect(problems).toEqual([]);
});

test("what cannot be had says why, and is asked for once more", async () => {
  const from = "+15005550071";
  const { page, problems } = await open("sms", from);
  // Our own machine's addresses are not to be reached from what customers send.
  await center.write("sms", from, { media: { url: "http://127.0.0.1/a.png", content_type: "image/png" } });
  await timeline(page).getByText("It could not be fetched").waitFor();
  expect(await violations(page)).toEqual([]);
  await timeline(page).getByRole("button", { name: "Fetch again" }).click();
  await page.getByText("It is being fetched once more").waitFor();
  await screenshot(page, "not-fetched");
  expect(problems).toEqual([]);
});
