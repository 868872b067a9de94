/** What an account's settings make of its widget. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
import { launch, open, screenshot } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { Site } from "./support/site.ts";

const browser: Browser = await launch();
let center: Center;
let site: Site;
let page: Page;
let seen: string[];

/** A page of a site whose web chat has these settings. */
async function visit(settings: string): Promise<void> {
  center = await Center.start((example) =>
    example.replace("[webchat.default]", `[webchat.default]\n${settings}`),
  );
  site = await Site.start(center.url);
  ({ page, problems: seen } = await open(browser, site.url, { viewport: { width: 900, height: 800 } }));
  await page.getByRole("button", { name: "Open chat" }).click();
}

afterEach(async () => {
  await page.context().close();
  site.stop();
  await center.end();
  expect(seen).toEqual([]);
});
afterAll(() => browser.close());

const bubble = (text: string) => page.locator("patchbay-chat .bubble", { hasText: text }).first();

test("what is asked before the chat reaches the agent", async () => {
  await visit('title = "Lamps"\ncolor = "#9a4a00"\ngreeting = "Welcome!"\npre_chat = "name, email, topic?"');
  await page.getByRole("heading", { name: "Lamps" }).waitFor();
  await page.getByRole("button", { name: "Start chat" }).click();
  await expect.poll(() => page.getByText("Please fill this in").count()).toBe(2);
  await page.getByLabel("Name").fill("Zoë Martin");
  await page.getByLabel("E-mail").fill("zoe");
  await page.getByRole("button", { name: "Start chat" }).click();
  await page.getByText("This is not an e-mail address").waitFor();
  expect(await violations(page), "the form").toEqual([]);
  await screenshot(page, "widget-pre-chat");
  await page.getByLabel("E-mail").fill("zoe@example.com");
  await page.getByRole("button", { name: "Start chat" }).click();
  const field = page.locator("patchbay-chat .composer textarea");
  await field.fill("live agent");
  await field.press("Enter");
  await bubble("One moment").waitFor();
  const agent = await Agent.signIn(center, "Ann");
  const { conversation } = await agent.accepts();
  const history = await agent.act("conversation.history", { conversation_sid: conversation });
  const texts = (history.messages as { text?: string }[]).map(({ text }) => text ?? "");
  expect(texts.some((text) => text.includes("email: zoe@example.com"))).toBe(true);
  // The visitor does not see what is for the agents.
  expect(await page.locator("patchbay-chat .log").textContent()).not.toContain("zoe@example.com");
  agent.leave();
});

test("who waits is told their place, until somebody is there", async () => {
  await visit('color = "#0b6e4f"');
  const others = await Promise.all([0, 1].map(() => browser.newPage()));
  for (const other of [...others, page]) {
    if (other !== page) {
      // A browser of its own: another visitor.
      await other.goto(site.url);
      await other.getByRole("button", { name: "Open chat" }).click();
    }
    const field = other.locator("patchbay-chat .composer textarea");
    await field.fill("live agent");
    await field.press("Enter");
    await other.locator("patchbay-chat .bubble", { hasText: "One moment" }).waitFor();
    await other.locator("patchbay-chat .banner", { hasText: "in the queue" }).waitFor({ timeout: 25_000 });
  }
  const place = () => page.locator("patchbay-chat .banner").textContent();
  expect(await place()).toBe("You are number 3 in the queue");
  await screenshot(page, "widget-queue");
  // Ann has room for three: all of them are offered, and who is offered waits in no queue.
  const agent = await Agent.signIn(center, "Ann");
  await expect.poll(place, { timeout: 25_000 }).toBe("Somebody will be with you soon");
  for (const _ of [...others, page]) await agent.accepts();
  await page.getByText("You are talking to Ann").waitFor();
  await expect.poll(place).toBe("");
  agent.leave();
  for (const other of others) await other.context().close();
});

test("outside the opening hours a message can be left", async () => {
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const yesterday = days[new Date(Date.now() - 86_400_000).getUTCDay()];
  await visit(`hours = "${yesterday} 09:00-10:00"\ntime_zone = "UTC"\noffline_text = "Back tomorrow."`);
  await page.getByText("Back tomorrow.").waitFor();
  expect(await violations(page), "the offline form").toEqual([]);
  await screenshot(page, "widget-offline");
  await page.getByLabel("E-mail").fill("zoe@example.com");
  await page.getByLabel("Message").fill("My lamp is broken");
  await page.getByRole("button", { name: "Send message" }).click();
  await page.getByText("Thank you! We have your message.").waitFor();
});

test("a page that the account does not allow is refused", async () => {
  await visit("");
  const look = (origin: string) => fetch(`${center.url}/webchat/config`, { headers: { origin } });
  expect((await look("https://anywhere.example")).status).toBe(200);
  await center.end();
  center = await Center.start((example) =>
    example.replace(/allowed_origins = .*/, 'allowed_origins = "https://shop.example"'),
  );
  expect((await look("https://anywhere.example")).status).toBe(403);
  const allowed = await look("https://shop.example");
  expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
    200,
    "https://shop.example",
  ]);
});
