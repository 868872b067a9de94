import { readFileSync } from "node:fs";
import "../widget/src/page.ts";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { Agent } from "./support/agent.ts";
import { launch, open, screenshot } from "./support/browser.ts";
import { Center } from "./support/center.ts";
import { Site } from "./support/site.ts";

/** Bytes of the widget, as it is sent. */
const WIDGET_GZIP_BYTES_MAX = 40 * 1024;

let center: Center;
let site: Site;
let browser: Browser;
let page: Page;
let seen: string[];
let agent: Agent | undefined;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await center?.end();
});
beforeEach(async () => {
  site = await Site.start(center.url);
  ({ page, problems: seen } = await open(browser, "about:blank", { viewport: { width: 1100, height: 800 } }));
});
afterEach(async () => {
  agent?.leave();
  agent = undefined;
  await page.context().close();
  site.stop();
  expect(seen).toEqual([]);
});

const bubble = (text: string) => page.locator("patchbay-chat .bubble", { hasText: text }).first();
const sees = (text: string) => bubble(text).waitFor({ timeout: 20_000 });
const openChat = () => page.getByRole("button", { name: "Open chat" }).click();
async function says(text: string): Promise<void> {
  const field = page.locator("patchbay-chat .composer textarea");
  await field.fill(text);
  await field.press("Enter");
}
const bubbles = () => page.locator("patchbay-chat .bubble").allTextContents();

/** Leads the visitor from the robot to an agent. */
async function reachAgent(name = "Ann"): Promise<{ reservation: string; conversation: string }> {
  agent = await Agent.signIn(center, name);
  // The page's language is the visitor's: they are not asked.
  await says("live agent");
  await sees("One moment");
  return agent.accepts();
}

test("is small", () => {
  const script = readFileSync(join(import.meta.dirname, "../widget/dist/widget.js"));
  expect(gzipSync(script).length).toBeLessThan(WIDGET_GZIP_BYTES_MAX);
});

test("a visitor of a foreign page talks to the robot and to an agent, to the end", async () => {
  await page.goto(site.url);
  await openChat();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("PATCHBAY-CHAT");
  await says("hello");
  await sees("I am a robot");
  await screenshot(page, "widget-robot");
  const { conversation, reservation } = await reachAgent();
  await page.getByText("Ann joined").waitFor();
  await page.getByText("You are talking to Ann").waitFor();
  await agent?.says(conversation, "Good morning, this is Ann. https://shop.example/lamps");
  await sees("this is Ann");
  const link = page.locator("patchbay-chat .bubble a");
  expect(await link.getAttribute("rel")).toContain("noopener");

  // Typing, both ways.
  await agent?.act("message.typing", { conversation_sid: conversation, on: true });
  await page.locator("patchbay-chat .typing").waitFor();
  await page.locator("patchbay-chat .composer textarea").pressSequentially("My lamp");
  await agent?.hears("typing", (payload) => payload.on === true);
  await screenshot(page, "widget-agent");
  await page.locator("patchbay-chat .composer textarea").press("Enter");
  await agent?.hears("message.created", (payload) => payload.text === "My lamp");

  // The agent's message was seen, and the agent hears of it.
  await agent?.hears("message.updated", (payload) => payload.status === "read");

  if (agent) await agent.finishes(reservation);
  await page.getByText("The conversation has ended").waitFor();
  await page.getByRole("radio", { name: "4 of 5" }).check({ force: true });
  await page.getByRole("textbox", { name: "Anything to add?" }).fill("Quick");
  await screenshot(page, "widget-rating");
  await page.getByRole("button", { name: "Send rating" }).click();
  await page.getByText("Thank you for your rating!").waitFor();

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Download transcript" }).click();
  const text = readFileSync(await (await download).path(), "utf8");
  expect(text).toContain("Ann: Good morning, this is Ann.");
  expect(text).toContain("You: My lamp");
});

test("what was said is there after a reload, once, and what comes meanwhile too", async () => {
  await page.goto(site.url);
  await openChat();
  await says("hello");
  await sees("I am a robot");
  const { conversation } = await reachAgent();
  const before = await bubbles();
  await page.goto("about:blank");
  await agent?.says(conversation, "Are you there?");
  await page.goto(site.url);
  // It was open, and it is again.
  await sees("Are you there?");
  await expect.poll(bubbles).toEqual([...before, "Are you there?"]);
  await says("Yes");
  await agent?.hears("message.created", (payload) => payload.text === "Yes");
});

test("where sockets are blocked, the history is asked", async () => {
  await page.addInitScript(() => {
    class Blocked extends EventTarget {
      readyState = 3;
      constructor() {
        super();
        setTimeout(() => (this as unknown as { onclose?: () => void }).onclose?.());
      }
      close() {}
    }
    Object.assign(Blocked, { OPEN: 1 });
    Object.assign(window, { WebSocket: Blocked });
  });
  await page.goto(site.url);
  await openChat();
  await says("hello");
  await sees("I am a robot");
  const { conversation } = await reachAgent();
  await agent?.says(conversation, "Without a socket");
  await sees("Without a socket");
  await page.getByText("You are talking to Ann").waitFor();
  await says("Still here");
  await agent?.hears("message.created", (payload) => payload.text === "Still here");
  expect((await bubbles()).filter((text) => text === "hello")).toHaveLength(1);
});

test("what is written while the center is away is sent once when it is back", async () => {
  await page.goto(site.url);
  await openChat();
  await says("hello");
  await sees("I am a robot");
  await center.kill();
  await says("When do you open?");
  await page.locator("patchbay-chat .entry.sending").waitFor();
  await center.resume();
  await sees("9:00");
  await expect
    .poll(async () => (await bubbles()).filter((text) => text.includes("When do you open?")).length)
    .toBe(1);
  expect(await page.locator("patchbay-chat .entry.sending").count()).toBe(0);
});

const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "javascript:alert(1)",
  '"><iframe srcdoc="<script>alert(1)</script>">',
  "<style>*{display:none}</style>",
  "{{constructor.constructor('alert(1)')()}}",
  'https://a.example/"onmouseover=alert(1)',
  "data:text/html,<script>alert(1)</script>",
  "\u202egnp.exe",
  "<a href=javascript:alert(1)>x</a>",
];

test("what people write is text and nothing else", async () => {
  await page.goto(site.url);
  await openChat();
  await says("hello");
  await sees("I am a robot");
  const { conversation } = await reachAgent();
  for (const payload of PAYLOADS) await agent?.says(conversation, payload);
  for (const payload of PAYLOADS.slice(0, 4)) await says(payload);
  await agent?.act("message.send", {
    conversation_sid: conversation,
    text: "the last",
    media: [
      {
        url: "https://a.example/x.svg",
        content_type: "image/svg+xml",
        file_name: "<img src=x onerror=alert(1)>.svg",
      },
    ],
  });
  await sees("the last");
  const texts = await bubbles();
  for (const payload of PAYLOADS) expect(texts).toContain(payload);
  const elements = await page.locator("patchbay-chat .log").evaluate((log) => {
    const hrefs = [...log.querySelectorAll("a")].map((link) => link.protocol);
    return { odd: log.querySelectorAll("script, iframe, img, style, object").length, hrefs };
  });
  expect(elements.odd).toBe(0);
  expect(elements.hrefs.every((protocol) => protocol === "https:")).toBe(true);
});

test("in Arabic it reads from right to left", async () => {
  site.lang = "ar";
  await page.goto(site.url);
  await page.getByRole("button", { name: "فتح المحادثة" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  expect(await dialog.evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  await says("مرحبا");
  await sees("I am a robot");
  await screenshot(page, "widget-arabic");
  expect(await violations(page), "Arabic").toEqual([]);
});

test("is accessible, light and dark, and by keyboard", async () => {
  for (const theme of ["light", "dark"]) {
    site.attributes = `data-theme="${theme}" data-color="#f5c518"`;
    await page.goto(site.url);
    if (theme === "light") {
      await page.locator(".launcher").waitFor();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
    }
    await page.getByRole("dialog").waitFor();
    await says("hello");
    await sees("I am a robot");
    await screenshot(page, `widget-${theme}`);
    expect(await violations(page), theme).toEqual([]);
  }
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className);
  await expect.poll(focused).toBe("launcher");
  await page.reload();
  // Closed stays closed, and nothing is unread.
  await page.getByRole("button", { name: "Open chat", exact: true }).waitFor();
});

test("fills a small screen, and keeps the focus there", async () => {
  await page.setViewportSize({ width: 390, height: 760 });
  await page.goto(site.url);
  await openChat();
  const box = await page.getByRole("dialog").boundingBox();
  expect(box).toMatchObject({ x: 0, y: 0, width: 390, height: 760 });
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("PATCHBAY-CHAT");
  }
  await screenshot(page, "widget-small");
});

test("a page can open it, hear of it, and let the next visitor be another", async () => {
  site.attributes = 'data-launcher="none" data-title="Lamps"';
  await page.goto(site.url);
  await page.waitForFunction(() => window.Patchbay !== undefined);
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    window.Patchbay?.on("message", (message) => heard.push(message.sid));
    window.Patchbay?.open();
  });
  await page.getByRole("heading", { name: "Lamps" }).waitFor();
  await says("hello");
  await sees("I am a robot");
  expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard.length)).toBe(1);
  await page.evaluate(() => window.Patchbay?.logout());
  await page.evaluate(() => window.Patchbay?.open());
  await page.getByText("Hello! How can we help?").waitFor();
  expect(await bubbles()).toEqual([]);
});

test("leaves the page's own things alone", async () => {
  await page.goto(site.url);
  const before = await page.evaluate(() => Object.keys(window).length);
  await page.reload();
  await openChat();
  const added = await page.evaluate(() => ({
    heads: document.head.querySelectorAll("style, link, script").length,
    children: [...document.body.children].map((child) => child.tagName),
    inline: document.querySelector("patchbay-chat")?.getAttribute("style"),
  }));
  expect(added).toEqual({ heads: 0, children: ["MAIN", "SCRIPT", "PATCHBAY-CHAT"], inline: null });
  expect(await page.evaluate(() => Object.keys(window).length)).toBe(before);
});
