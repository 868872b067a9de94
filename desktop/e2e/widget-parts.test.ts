/** What a conversation in the widget has besides texts, and how it lives in other people's pages. */

import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { launch, open, screenshot } from "./support/browser.ts";
import { Center, until } from "./support/center.ts";
import { Site } from "./support/site.ts";
import { Visitor } from "./support/visitor.ts";

let center: Center;
let browser: Browser;
let site: Site;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
  site = await Site.start(center.url);
});

afterAll(async () => {
  await browser?.close();
  site?.stop();
  await center?.end();
});

async function visit(options: BrowserContextOptions = {}) {
  const { page, problems } = await open(browser, site.url, {
    viewport: { width: 1100, height: 800 },
    ...options,
  });
  return { page, problems, visitor: new Visitor(page) };
}

/** One pixel. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("files go both ways: pictures are shown, everything else is a link", async () => {
  const { page, problems, visitor } = await visit();
  await visitor.open();
  const { agent, conversation, reservation } = await visitor.reach(center, "Ann");
  await page.locator("patchbay-chat input[type=file]").setInputFiles([
    { name: "lamp.png", mimeType: "image/png", buffer: PICTURE },
    { name: "bill.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") },
  ]);
  const chips = () => page.locator("patchbay-chat .chip span").allTextContents();
  await expect.poll(chips).toEqual(["lamp.png", "bill.pdf"]);
  await visitor.says("My lamp, and the bill");
  // First as an upload, then where it is kept.
  type Files = { url: string; content_type: string }[];
  const isKept = ({ kind, attachments }: Record<string, unknown>) =>
    kind === "media" && (attachments as Files).every(({ url }) => url.startsWith("http"));
  const heard = await agent.hears("message.updated", isKept);
  const attachments = heard.attachments as Files;
  expect(attachments.map(({ content_type }) => content_type)).toEqual(["image/png", "application/pdf"]);
  const pictures = page.locator("patchbay-chat .log img");
  await expect
    .poll(() => pictures.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth)))
    .toEqual([1]);
  await page.getByRole("link", { name: "bill.pdf" }).waitFor();

  const [picture] = attachments;
  await agent.act("message.send", {
    conversation_sid: conversation,
    text: "This one?",
    media: [{ url: picture?.url, content_type: "image/png", file_name: "ours.png" }],
  });
  await visitor.sees("This one?");
  await expect.poll(() => pictures.count()).toBe(2);
  expect(await pictures.last().getAttribute("alt")).toBe("ours.png");
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "widget-media");
  await agent.finishes(reservation);
  agent.leave();
  expect(problems).toEqual([]);
  await page.context().close();
});

test("an answer is pressed once, and what the visitor wrote is seen to be read", async () => {
  const { page, problems, visitor } = await visit();
  await visitor.open();
  const { agent, conversation, reservation } = await visitor.reach(center, "Ann");
  await agent.act("message.send", {
    conversation_sid: conversation,
    text: "Which one?",
    choices: [
      { data: "red", text: "The red one" },
      { data: "blue", text: "The blue one" },
    ],
  });
  await visitor.sees("Which one?");
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "widget-choices");
  await page.getByRole("button", { name: "The blue one" }).press("Enter");
  const chosen = await agent.hears("message.created", (payload) => payload.kind === "choice");
  expect(chosen.data).toBe("blue");
  // What was answered cannot be answered again.
  await expect.poll(() => page.getByRole("button", { name: "The red one" }).count()).toBe(0);

  await page.locator("patchbay-chat .meta", { hasText: "Sent" }).last().waitFor();
  await agent.act("conversation.read", { conversation_sid: conversation, seq: chosen.seq });
  await page.locator("patchbay-chat .meta", { hasText: "Read" }).last().waitFor();
  await agent.finishes(reservation);
  agent.leave();
  expect(problems).toEqual([]);
  await page.context().close();
});

test("what is new is counted and announced while the window is closed and open", async () => {
  const { page, problems, visitor } = await visit();
  await visitor.open();
  const { agent, conversation, reservation } = await visitor.reach(center, "Ann");
  const log = page.getByRole("log");
  expect(await log.getAttribute("aria-live")).toBe("polite");
  await page.keyboard.press("Escape");
  await agent.says(conversation, "Are you still there?");
  await page.getByRole("button", { name: /^Open chat, \d+ new$/u }).click();
  await page.getByRole("button", { name: "Close chat" }).first().waitFor();
  await visitor.sees("Are you still there?");
  // Another tab is the same visitor, and hears the same.
  const tab = await page.context().newPage();
  await tab.goto(site.url);
  await new Visitor(tab).sees("Are you still there?");
  await visitor.says("Yes, here");
  await new Visitor(tab).sees("Yes, here");
  await tab.close();
  await agent.finishes(reservation);
  agent.leave();
  expect(problems).toEqual([]);
  await page.context().close();
});

test("nothing moves for who wants nothing to move", async () => {
  for (const [reducedMotion, moves] of [
    ["no-preference", true],
    ["reduce", false],
  ] as const) {
    const { page, problems, visitor } = await visit({ reducedMotion });
    await visitor.open();
    const { agent, conversation, reservation } = await visitor.reach(center, "Ann");
    await agent.act("message.typing", { conversation_sid: conversation, on: true });
    await page.locator("patchbay-chat .typing").waitFor();
    const running = await page.locator("patchbay-chat").evaluate((host) => {
      const animations = host.shadowRoot?.getAnimations() ?? [];
      return animations.filter(({ playState }) => playState === "running").length;
    });
    expect(running > 0, reducedMotion).toBe(moves);
    await agent.finishes(reservation);
    agent.leave();
    expect(problems).toEqual([]);
    await page.context().close();
  }
});

test("there is one widget, however often its tag is there and whatever becomes of the page's body", async () => {
  const { page, problems, visitor } = await visit();
  await visitor.open();
  await visitor.says("hello");
  await visitor.sees("I am a robot");
  const tagAgain = () =>
    page.evaluate((src) => {
      const script = document.createElement("script");
      // The page allows no policy of trusted types: scripts come by its own markup only.
      return new Promise<string>((resolve) => {
        script.onload = () => resolve("loaded");
        try {
          script.src = src;
          document.body.append(script);
        } catch {
          resolve("refused");
        }
      });
    }, `${center.url}/widget.js`);
  expect(await tagAgain()).toBe("refused");
  site.twice = true;
  await page.reload();
  await visitor.sees("I am a robot");
  expect(await page.locator("patchbay-chat").count()).toBe(1);
  site.twice = false;

  // Another body, as pages bring it that do not load a document for each address.
  await page.evaluate(() => {
    const body = document.createElement("body");
    body.append(document.createElement("h1"));
    document.body.replaceWith(body);
    history.pushState(null, "", "/another");
  });
  await expect.poll(() => page.locator("body > patchbay-chat").count()).toBe(1);
  await visitor.sees("I am a robot");
  await visitor.says("Still here");
  await until(async () =>
    (await page.locator("patchbay-chat .bubble").allTextContents()).includes("Still here"),
  );
  // Reloading the second page is coming back, too.
  await page.reload();
  await visitor.sees("Still here");
  expect(
    await page.evaluate(() => Object.keys(window).filter((name) => /patchbay|preact/iu.test(name))),
  ).toEqual(["Patchbay"]);
  expect(problems.filter((problem) => !problem.startsWith("policy: require-trusted-types-for"))).toEqual([]);
  await page.context().close();
});

test("the page's styles do not reach in, and none leak out", async () => {
  site.style = "* { color: rgb(1, 2, 3) !important; font-size: 99px !important; display: block !important }";
  const { page, visitor } = await visit();
  await visitor.open();
  await page.getByRole("heading", { name: "Chat with us" }).waitFor();
  const heading = await page.getByRole("heading", { name: "Chat with us" }).evaluate((element) => {
    const { color, fontSize } = getComputedStyle(element);
    return { color, fontSize };
  });
  expect(heading.color).not.toBe("rgb(1, 2, 3)");
  expect(heading.fontSize).not.toBe("99px");
  site.style = "";
  await page.context().close();
});

test("a page gives it its colour, its logo, its side and its words", async () => {
  site.attributes =
    `data-position="left" data-color="#9a4a00" data-logo="${center.url}/desktop/favicon.svg" ` +
    'data-title="Lamps" data-subtitle="Ask us" data-greeting="What shines?" data-locale="es"';
  const { page, problems } = await visit();
  await page.getByRole("button", { name: "Abrir" }).click();
  const dialog = page.getByRole("dialog", { name: "Lamps" });
  await dialog.getByText("Ask us").waitFor();
  await dialog.getByText("What shines?").waitFor();
  const logo = dialog.locator("img.logo");
  await expect.poll(() => logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  expect((await dialog.boundingBox())?.x).toBeLessThan(200);
  const color = () =>
    page.locator("patchbay-chat .launcher").evaluate((one) => getComputedStyle(one).backgroundColor);
  expect(await color()).toBe("rgb(154, 74, 0)");
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "widget-dressed");
  site.attributes = "";
  expect(problems).toEqual([]);
  await page.context().close();
});
