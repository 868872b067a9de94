/** What customers write is text, whatever it looks like. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addressOf } from "../simulator/src/channels.ts";
import { launch, offers, screenshot, signIn, tasks, timeline } from "./support/browser.ts";
import { Center, until, type Workspace } from "./support/center.ts";

/** Every channel of the example that carries texts. */
const CHANNELS = [
  "sms",
  "line",
  "webchat",
  "whatsapp",
  "messenger",
  "instagram",
  "telegram",
  "discord",
  "email",
  "custom",
];

let center: Center;
let browser: Browser;

beforeAll(async () => {
  // One agent holds a conversation of every channel.
  const roomy = ({ workers }: Workspace) => {
    for (const worker of workers) worker.channels = { chat: { capacity: CHANNELS.length } };
  };
  [center, browser] = await Promise.all([Center.start(undefined, roomy), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(2)>",
  "<svg/onload=alert(3)>",
  "<iframe src=javascript:alert(4)></iframe>",
  "<style>*{display:none}</style>",
  "<a href='javascript:alert(5)'>click</a>",
  "javascript:alert(6)",
  "JaVaScRiPt://%0aalert(7)",
  "data:text/html,<script>alert(8)</script>",
  "vbscript:msgbox(9)",
  'https://example.com/"onmouseover="alert(10)',
  "https://user:secret@example.com/",
  "http://example.com/\u202egnp.exe",
  "{{constructor.constructor('alert(11)')()}}",
  "$" + "{alert(12)}",
  "]]><script>alert(13)</script>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(14)>",
  "<meta http-equiv=refresh content='0;url=https://example.com/'>",
  "<base href=https://example.com/>",
  "\u0000\u001b[31mred",
  "a".repeat(1_500),
  "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 <b>bold</b>",
];

/** Some providers tell the language of a customer, who is not asked for it then. */
async function askForAgent(channel: string, from: string): Promise<void> {
  await center.write(channel, from, "live agent");
  const answers = ["Which language", "One moment"];
  const answer = await until(async () => {
    const deliveries = await center.deliveries(channel, from);
    return answers.find((answer) => deliveries.some(({ text }) => text.includes(answer)));
  });
  if (answer === "Which language") await center.write(channel, from, "English");
}

test("no text of a customer becomes anything else", async () => {
  const { page, problems } = await signIn(browser, center.url, "Ann");
  for (const [at, channel] of CHANNELS.entries()) {
    // Somebody else on each: a phone number is one person on all channels that have them.
    const from = addressOf(channel, { name: "Zoë Martin", number: `555000${51 + at}` });
    await askForAgent(channel, from);
    await offers(page).getByRole("button", { name: "Accept" }).click();
    await tasks(page).nth(at).waitFor();
    for (const payload of PAYLOADS) await center.write(channel, from, payload);
    await center.write(channel, from, `the end of ${channel}`);
    await timeline(page).getByText(`the end of ${channel}`).waitFor();
    // All of it is looked at: only what is in sight is in the page.
    await timeline(page).focus();
    for (let page_up = 0; page_up < 12; page_up += 1) await page.keyboard.press("PageUp");
    await page.keyboard.press("End");
  }
  await tasks(page).first().getByRole("button").click();
  await timeline(page).getByText("<b>bold</b>").waitFor();
  await screenshot(page, "hostile");

  const found = await page.evaluate(() => ({
    foreign: document.querySelectorAll(
      "[role=log] :is(script, iframe, style, form, math, base, meta, object)",
    ).length,
    handlers: [...document.querySelectorAll("*")].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith("on")),
    ).length,
    links: [...document.querySelectorAll<HTMLAnchorElement>("[role=log] a")].map(({ protocol, rel }) => ({
      protocol,
      rel,
    })),
  }));
  expect(found.foreign).toBe(0);
  expect(found.handlers).toBe(0);
  for (const { protocol, rel } of found.links) {
    expect(protocol).toMatch(/^https?:$/u);
    expect(rel).toContain("noopener");
  }
  expect(problems).toEqual([]);
});

test("the page may not be framed, keeps its token out of addresses, and has a strict policy", async () => {
  const answer = await fetch(`${center.url}/desktop/`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toContain("unsafe");
  const { page, problems } = await signIn(browser, center.url, "Bruno");
  const token = await page.evaluate(() => sessionStorage.getItem("patchbay.session") ?? "");
  expect(token.split(".")).toHaveLength(3);
  const addresses = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => name),
  );
  expect([page.url(), ...addresses].filter((address) => address.includes(token))).toEqual([]);
  expect(problems).toEqual([]);
});
