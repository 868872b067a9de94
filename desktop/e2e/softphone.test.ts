/** The telephone in the page: the real SDK, under the page's policy, against signalling that the test plays. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { launch, open, screenshot, signIn, type Watched } from "./support/browser.ts";
import { Center, type Workspace } from "./support/center.ts";
import { Gateway, Signalling } from "./support/signalling.ts";

const SECRET = "an-invented-api-key-secret";
const KEY = `api_key_sid = "SK0123456789abcdef0123456789abcdef"\napi_key_secret = "${SECRET}"\n`;
const GRANTED = { permissions: ["microphone"] };
const CALLER = "+15005550001";

let center: Center;
let browser: Browser;
let signalling: Signalling;

beforeAll(async () => {
  center = await Center.start(
    (example) => example.replace("[voice.default]\n", `[voice.default]\n${KEY}`),
    inBrowser,
  );
});

/** Ann has no phone but her browser; Bruno keeps his. */
function inBrowser(workspace: Workspace): void {
  const ann = workspace.workers.find(({ friendly_name }) => friendly_name === "Ann");
  delete ann?.attributes.contact_uri;
}

afterAll(() => center?.end());

beforeEach(async () => {
  signalling = await Signalling.start(SECRET);
  browser = await launch(signalling.chromium, ["WebRtcHideLocalIpsWithMdns"]);
});

afterEach(async () => {
  await browser?.close();
  signalling?.stop();
});

const telephone = (page: Page) => page.getByRole("button", { name: /^Telephone/u });

async function ready({ page }: Watched): Promise<void> {
  await page.getByRole("button", { name: "Telephone: You can be called" }).waitFor();
}

async function gateway(): Promise<Gateway> {
  return new Gateway(await (await browser.newContext()).newPage());
}

test("it registers under the worker's name, and nothing is asked that the policy does not know", async () => {
  const ann = await signIn(browser, center.url, "Ann", GRANTED);
  await ready(ann);
  const { payload } = await signalling.heard("listen");
  const [, claims = ""] = String(payload.token).split(".");
  const { grants } = JSON.parse(Buffer.from(claims, "base64url").toString());
  expect(grants.identity).toMatch(/^WK[0-9a-f]{32}$/u);
  expect([...signalling.hosts]).toContain("voice-js.roaming.twilio.com");
  expect([...signalling.hosts].filter((host) => !/^(voice-js|eventgw)\./u.test(host))).toEqual([]);
  expect(ann.problems).toEqual([]);
});

test("who is called at a phone has none, and loads none of it", async () => {
  const asked: string[] = [];
  const bruno = await open(browser, `${center.url}/desktop/`, GRANTED);
  bruno.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await bruno.page.getByRole("button", { name: "Bruno" }).click();
  await bruno.page.getByText("Connected").waitFor();
  await expect.poll(() => asked.filter((path) => path === "/api/voice/token").length).toBe(1);
  // The dial pad rings the phone that he has.
  await bruno.page.getByRole("button", { name: "Telephone", exact: true }).waitFor();
  expect(asked.filter((path) => /twilio|quiet\.wav/u.test(path))).toEqual([]);
  expect(signalling.said).toEqual([]);
  expect(bruno.problems).toEqual([]);
});

test("a call rings, is taken, heard on both sides, and ends", async () => {
  const ann = await signIn(browser, center.url, "Ann", GRANTED);
  await ready(ann);
  const other = await gateway();
  signalling.invite("CA1", await other.offer(), { From: CALLER });
  const bar = ann.page.getByRole("alert").filter({ hasText: `Call from ${CALLER}` });
  await bar.waitFor();
  expect(await violations(ann.page)).toEqual([]);
  await screenshot(ann.page, "softphone-rings");
  await bar.getByRole("button", { name: "Take the call" }).click();
  const { payload } = await signalling.heard("answer");
  await other.answer(String(payload.sdp));
  await expect.poll(() => other.energy()).toBeGreaterThan(0);
  await expect.poll(() => bar.count()).toBe(0);
  signalling.hangUp("CA1");
  await ready(ann);

  // One that nobody takes stops by itself, one that is declined is told.
  signalling.invite("CA2", await (await gateway()).offer(), { From: CALLER });
  await bar.waitFor();
  signalling.cancel("CA2");
  await expect.poll(() => bar.count()).toBe(0);
  signalling.invite("CA3", await (await gateway()).offer(), { From: CALLER });
  await ann.page.keyboard.press("Alt+y");
  await signalling.heard("answer", 2);
  expect(ann.problems).toEqual([]);
});

test("a lost connection is shown and comes back, and a token is exchanged before it lapses", async () => {
  const ann = await signIn(browser, center.url, "Ann", GRANTED);
  await ready(ann);
  const first = await signalling.heard("listen");
  // So short that it is to be exchanged at once.
  signalling.ttl_s = 60;
  signalling.drop();
  await ann.page.getByText("The telephone has lost its connection").waitFor();
  const again = await signalling.heard("listen", 2);
  expect(again.payload.token).toBe(first.payload.token);
  signalling.ttl_s = 3_600;
  const exchanged = await signalling.heard("listen", 3);
  expect(exchanged.payload.token).not.toBe(first.payload.token);
  await ready(ann);
  expect(ann.problems).toEqual([]);
});

test("a key that the network does not believe is said", async () => {
  signalling.believes = false;
  const ann = await signIn(browser, center.url, "Ann", GRANTED);
  await ann.page.getByText("does not believe the center's key").waitFor();
  signalling.believes = true;
  await ann.page.getByRole("button", { name: "Try again", exact: true }).click();
  await ready(ann);
  expect(ann.problems).toEqual([]);
});

test("without leave to listen it says why, and registers once it has it", async () => {
  const ann = await signIn(browser, center.url, "Ann");
  await ann.page.getByText("nobody can call it until you take it up").waitFor();
  await ann.page.getByRole("button", { name: "Take up the telephone" }).click();
  await ann.page.getByText("The browser does not let this page use the microphone").waitFor();
  expect(await violations(ann.page)).toEqual([]);
  await screenshot(ann.page, "softphone-denied");
  expect(signalling.said).toEqual([]);
  await ann.page.context().grantPermissions(["microphone"]);
  await ann.page.getByRole("button", { name: "Try again", exact: true }).click();
  await ready(ann);
  await telephone(ann.page).click();
  const menu = ann.page.getByRole("dialog", { name: "Telephone" });
  await menu.getByRole("button", { name: "Call", exact: true }).waitFor();
  expect(await violations(ann.page)).toEqual([]);
  await screenshot(ann.page, "softphone-menu");
  await ann.page.getByRole("button", { name: "Put down" }).click();
  await ann.page.getByText("nobody can call it until you take it up").first().waitFor();
  expect(ann.problems).toEqual([]);
});

test("devices are chosen in the settings", async () => {
  const ann = await signIn(browser, center.url, "Ann", { ...GRANTED, colorScheme: "dark" });
  await ready(ann);
  await ann.page.getByRole("button", { name: "Settings" }).click();
  const microphone = ann.page.getByRole("combobox", { name: "Microphone" });
  await microphone.selectOption({ index: 1 });
  expect(await microphone.inputValue()).not.toBe("");
  expect(await violations(ann.page)).toEqual([]);
  await screenshot(ann.page, "softphone-devices-dark");
  expect(ann.problems).toEqual([]);
});
