/** An administrator at the page. */

import type { Browser, Page } from "playwright-core";
import { open, type Watched } from "./browser.ts";

export async function administrator(
  browser: Browser,
  url: string,
  part: string,
  colorScheme: "light" | "dark" = "light",
): Promise<Watched> {
  const watched = await open(browser, `${url}/desktop/#admin/${part}`, { colorScheme });
  await watched.page.getByRole("combobox", { name: "As" }).selectOption({ label: "Administrator" });
  await watched.page.getByRole("button", { name: "Ann" }).click();
  await watched.page.getByText("Connected").waitFor();
  return watched;
}

export function toPart(page: Page, name: string): Promise<void> {
  return page.getByRole("navigation", { name: "Admin" }).getByRole("link", { name, exact: true }).click();
}

/** The dialog in which changes are looked at before they go in force. */
export const plan = (page: Page) => page.getByRole("dialog", { name: "What would change" });

export async function review(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Review and apply" }).click();
  await plan(page).waitFor();
}

export async function apply(page: Page, version: number): Promise<void> {
  await review(page);
  await plan(page).getByRole("button", { name: "Apply" }).click();
  await page.getByText(`Version ${version} is in force`).waitFor();
}
