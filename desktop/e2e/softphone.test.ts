/** The telephone in the page: the real SDK, under the page's policy, against signalling that the test plays. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import {
  finishes,
  launch,
  offers,
  open,
  screenshot,
  signIn,
  tasks,
  type Watched,
} from "./support/browser.ts";
import { Center, type Workspace } from "./support/center.ts";
import { Phone } from "./support/phones.ts";
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

const bar = (page: Page) => page.getByRole("region", { name: "Phone call" });
const button = (page: Page, name: string) => bar(page).getByRole("button", { name, exact: true });

async function stands(page: Page, words: string): Promise<void> {
  await bar(page).getByRole("status").filter({ hasText: words }).first().waitFor();
}

/** Whether the microphone is open, as what goes out over the wire is. */
function microphone(page: Page): Promise<boolean[]> {
  return page.evaluate(() => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    const open = peers.filter(({ connectionState }) => connectionState !== "closed");
    return open.flatMap((peer) =>
      peer.getSenders().flatMap(({ track }) => (track?.kind === "audio" ? [track.enabled] : [])),
    );
  });
}

/** Remembers the connections that sound goes by, and the keys that are pressed into them. */
async function watchPeers({ page }: Watched): Promise<void> {
  await page.addInitScript(() => {
    const peers: RTCPeerConnection[] = [];
    const Peer = window.RTCPeerConnection;
    class Watched extends Peer {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        peers.push(this);
      }
    }
    const pressed: string[] = [];
    const press = RTCDTMFSender.prototype.insertDTMF;
    RTCDTMFSender.prototype.insertDTMF = function (...tones) {
      pressed.push(tones[0]);
      press.apply(this, tones);
    };
    Object.assign(window, { peers, pressed, RTCPeerConnection: Watched });
  });
  await page.reload();
  await page.getByRole("banner").getByText("Connected", { exact: true }).waitFor();
}

/** A caller waits, Ann accepts, and the call that the center makes to her browser is the one that her SDK hears of. */
async function talks(ann: Watched, from: string) {
  const caller = await Phone.dial(center, from);
  await caller.hears("For English, press 1");
  await caller.press("1");
  await offers(ann.page)
    .getByRole("button", { name: /^Accept/u })
    .click();
  const hers = await Phone.ringing(center, "client:");
  const count = signalling.said.filter(({ type }) => type === "answer").length;
  const other = await gateway();
  signalling.invite(hers.call, await other.offer(), { From: from });
  // She has asked for it: it is taken by itself.
  const { payload } = await signalling.heard("answer", count + 1);
  await other.answer(String(payload.sdp));
  await hers.answer();
  await stands(ann.page, "Connected");
  await caller.sits("room");
  return { caller, hers, other };
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
  await bar.waitFor();
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

test("a call is taken, muted, held, pressed into and ended from the bar, all in the page", async () => {
  const ann = await signIn(browser, center.url, "Ann", GRANTED);
  const { page } = ann;
  await watchPeers(ann);
  await ready(ann);
  const { caller, hers, other } = await talks(ann, "+15005550501");
  await expect.poll(() => other.energy()).toBeGreaterThan(0);
  expect(await microphone(page)).toEqual([true]);
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "softphone-and-bar");

  await button(page, "Mute").click();
  await expect.poll(() => microphone(page)).toEqual([false]);
  await bar(page).getByRole("img", { name: "Muted" }).waitFor();
  await page.keyboard.press("Alt+k");
  await expect.poll(() => microphone(page)).toEqual([true]);
  await expect.poll(() => bar(page).getByRole("img", { name: "Muted" }).count()).toBe(0);

  // Another window of hers mutes her while she looks at nothing of it.
  const window = await signIn(browser, center.url, "Ann");
  await tasks(window.page).getByRole("button").first().click();
  await button(window.page, "Mute").click();
  await bar(page).getByRole("img", { name: "Muted" }).waitFor();
  await expect.poll(() => microphone(page)).toEqual([false]);
  await button(page, "Unmute").click();
  await expect.poll(() => microphone(page)).toEqual([true]);
  await window.page.context().close();

  await page.keyboard.press("Alt+o");
  await stands(page, "On hold");
  await caller.hears('"play"');
  await button(page, "Take off hold").click();
  await stands(page, "Connected");

  await page.keyboard.press("Alt+p");
  await page.getByRole("dialog", { name: "Keypad" }).getByRole("button", { name: "5", exact: true }).click();
  await page.waitForFunction(() => (window as unknown as { pressed: string[] }).pressed.join("") === "5");
  await page.keyboard.press("Escape");

  await button(page, "End call").click();
  expect((await signalling.heard("hangup")).payload).toMatchObject({ callsid: hers.call });
  await hers.ends();
  await caller.ends();
  await page.getByText("The conversation has ended.").waitFor();
  await ready(ann);
  await finishes(page);
  expect([...ann.problems, ...window.problems]).toEqual([]);
});

test("a call is passed on from the bar, and the telephone is free for the next one", async () => {
  const ann = await signIn(browser, center.url, "Ann", GRANTED);
  const { page } = ann;
  await watchPeers(ann);
  await ready(ann);
  const first = await talks(ann, "+15005550502");
  await button(page, "Mute").click();
  await expect.poll(() => microphone(page)).toEqual([false]);
  await page.keyboard.press("Alt+t");
  const dialog = page.getByRole("dialog", { name: "Transfer the task" });
  await dialog.getByRole("textbox", { name: "Find a queue or an agent" }).fill("+15005550300");
  await dialog.getByRole("button", { name: /\+15005550300/u }).click();
  const expert = await Phone.ringing(center, "+15005550300");
  // Her own call is ended by the network.
  await first.hers.ends();
  signalling.hangUp(first.hers.call);
  await expert.answer();
  await expert.isHeardBy(first.caller, "I am the expert");
  await ready(ann);
  await finishes(page);
  // Whoever was muted in one call is heard in the next.
  const second = await talks(ann, "+15005550503");
  await expect.poll(() => microphone(page)).toEqual([true]);
  await second.caller.hangUp();
  await second.hers.ends();
  signalling.hangUp(second.hers.call);
  await stands(page, "The call has ended");
  await ready(ann);
  await finishes(page);
  await first.caller.hangUp();
  expect(ann.problems).toEqual([]);
});
