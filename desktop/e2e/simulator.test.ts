import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
import { launch, open, screenshot } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { withWhatsapp } from "./support/channels.ts";

let center: Center;
let browser: Browser;
let page: Page;
let seen: string[];

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(withWhatsapp), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await center?.end();
});
beforeEach(async () => {
  ({ page, problems: seen } = await open(browser, `${center.url}/simulator/`, {
    viewport: { width: 1480, height: 900 },
  }));
});
afterEach(async () => {
  await page.context().close();
  expect(seen).toEqual([]);
});

const phone = (channel: string) => page.locator(`.phone[data-channel="${channel}"]`);
async function says(channel: string, text: string): Promise<void> {
  const field = phone(channel).getByRole("textbox", { name: "Write as the customer" });
  await field.fill(text);
  await field.press("Enter");
}
const sees = (channel: string, text: string) =>
  phone(channel).locator(".bubble", { hasText: text }).first().waitFor({ timeout: 20_000 });

test("a newcomer writes as a WhatsApp customer, and an agent answers", async () => {
  await phone("whatsapp").getByRole("button", { name: "hello" }).click();
  await sees("whatsapp", "I am a robot");
  await screenshot(page, "simulator-light");
  const agent = await Agent.signIn(center, "Ann");
  await says("whatsapp", "live agent");
  await sees("whatsapp", "Which language");
  await says("whatsapp", "English");
  const { conversation } = await agent.accepts();
  await agent.says(conversation, "Good morning, this is Ann");
  await sees("whatsapp", "this is Ann");

  await phone("whatsapp").getByRole("button", { name: "What was sent" }).last().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("this is Ann").waitFor();
  expect(await dialog.textContent()).not.toContain("access-token");
  await screenshot(page, "simulator-inspector");
  await page.keyboard.press("Escape");
  await expect.poll(() => dialog.count()).toBe(0);
  agent.leave();
});

test("every channel that is configured has a phone that works", async () => {
  const channels = await page
    .locator(".phone")
    .evaluateAll((phones) => phones.map((phone) => (phone as HTMLElement).dataset.channel));
  expect(channels).toEqual(expect.arrayContaining(["sms", "line", "whatsapp", "webchat"]));
  for (const channel of ["sms", "line", "webchat"]) {
    await says(channel, "When do you open?");
    await sees(channel, "9:00");
  }
});

test("a provider that fails is called again, and a webhook that comes twice is one message", async () => {
  await page.getByRole("button", { name: "Somebody new" }).click();
  await phone("line").getByRole("button", { name: "Break things" }).click();
  await phone("line").getByRole("button", { name: "Error 500" }).click();
  await phone("line").getByText("Ordered: Error 500.").waitFor();
  await screenshot(page, "simulator-faults");
  await says("line", "hello");
  await sees("line", "I am a robot");
  await phone("line").getByRole("button", { name: "Deliver it again" }).click();
  await phone("line").getByText("delivered 2 times").waitFor();
  await says("line", "thank you");
  await sees("line", "You are welcome!");
  expect(await phone("line").locator(".row:not(.mine)").count()).toBe(2);
});

test("who comes back to the page finds what was said, and somebody new does not", async () => {
  await page.getByRole("button", { name: "Somebody new" }).click();
  await says("sms", "hello");
  await sees("sms", "I am a robot");
  await page.reload();
  await sees("sms", "I am a robot");
  await sees("sms", "hello");
  await page.getByRole("button", { name: "Somebody new" }).click();
  await expect.poll(() => phone("sms").locator(".bubble").count()).toBe(0);
});

test("is accessible, light and dark", async () => {
  await says("sms", "hello");
  await sees("sms", "I am a robot");
  await phone("sms").getByRole("button", { name: "Break things" }).click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page), colorScheme).toEqual([]);
    await screenshot(page, `simulator-${colorScheme}-faults`);
  }
});

test("is for this machine, and under a strict policy", async () => {
  const answer = await fetch(`${center.url}/simulator/`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain("unsafe");
  const foreign = await fetch(`${center.url}/simulator/api`, { headers: { origin: "https://evil.example" } });
  expect(foreign.status).toBe(403);
});

test("a site with the widget is one click away", async () => {
  await page.goto(`${center.url}/simulator/site.html`);
  await page.getByRole("button", { name: "Open chat" }).click();
  await page.locator("patchbay-chat .composer textarea").fill("When do you open?");
  await page.keyboard.press("Enter");
  await page.locator("patchbay-chat .bubble", { hasText: "9:00" }).waitFor();
  await screenshot(page, "site");
});
