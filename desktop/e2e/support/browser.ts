/** A browser, and agents in it. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const EXPECT_MS_MAX = 30_000;

/** `args` and `disabled` features besides those of every story. */
export function launch(args: readonly string[] = [], disabled: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A played provider has an address of the web and sends people back to this machine.
      `--disable-features=${["LocalNetworkAccessChecks", ...disabled].join(",")}`,
      ...args,
    ],
  });
}

/** A page, and everything that went wrong on it. */
export interface Watched {
  page: Page;
  /** Reports of the content security policy, errors, dialogs. */
  problems: string[];
}

export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 840 },
    locale: "en-US",
    colorScheme: "light",
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(EXPECT_MS_MAX);
  const problems: string[] = [];
  await page.exposeFunction("reportProblem", (problem: string) => problems.push(problem));
  await page.addInitScript(() => {
    const report = (window as unknown as { reportProblem: (problem: string) => void }).reportProblem;
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      report(`policy: ${violatedDirective} ${blockedURI} ${sample}`),
    );
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, problems };
}

/** An agent who has signed in and is connected. */
export async function signIn(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const watched = await open(browser, `${url}/desktop/`, options);
  await watched.page.getByRole("button", { name }).click();
  await watched.page.getByRole("banner").getByText("Connected", { exact: true }).waitFor();
  return watched;
}

/** Kept in an ignored folder, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

export function composer(page: Page) {
  return page.getByRole("textbox", { name: /^Message to/u });
}

export function timeline(page: Page) {
  return page.getByRole("log");
}

export function offers(page: Page) {
  return page.getByRole("region", { name: "Offers" }).getByRole("article");
}

/** Takes what is offered, with the keys: they do nothing before it is there. */
export async function acceptByKey(page: Page): Promise<void> {
  await offers(page).first().waitFor();
  await page.keyboard.press("Alt+a");
}

export function tasks(page: Page) {
  return page.getByRole("navigation", { name: "My tasks" }).getByRole("listitem");
}

/** Writes the task at hand up, so that there is room for the next; how many others there are. */
export async function finishes(page: Page, others = 0): Promise<void> {
  await page.keyboard.press("Alt+c");
  await page
    .getByRole("dialog", { name: "Complete the task" })
    .getByRole("button", { name: "Complete" })
    .click();
  await expect.poll(() => tasks(page).count()).toBe(others);
}
