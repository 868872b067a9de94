/** How fast and how large the desk is with many long conversations: in Chromium, against the program. */

import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch, offers, open, tasks, timeline } from "../support/browser.ts";
import { Center, type Workspace } from "../support/center.ts";
import { mb, median, ms, print, share } from "./numbers.ts";

/** A quick look takes fewer. */
const CONVERSATIONS = Number(process.env.BENCH_CONVERSATIONS ?? 20);
const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 500);
const PAINTED = Number(process.env.BENCH_PAINTED ?? 200);
/** Milliseconds of a frame at 60 in a second. */
const FRAME_MS = 1000 / 60;
const SCROLL_PX = 90;

let center: Center;
let browser: Browser;
let page: Page;
let cdp: CDPSession;

interface Watch {
  /** When the frame with this text came. */
  came: Map<string, number>;
  painted: (text: string) => Promise<number>;
}

beforeAll(async () => {
  const roomy = ({ workers }: Workspace) => {
    for (const worker of workers) worker.channels = { chat: { capacity: CONVERSATIONS } };
  };
  [center, browser] = await Promise.all([Center.start(undefined, roomy), launch()]);
  ({ page } = await open(browser, "about:blank"));
  await page.addInitScript(watch);
  await page.goto(`${center.url}/desktop/`);
  await page.getByRole("button", { name: "Ann" }).click();
  await page.getByText("Connected").waitFor();
  cdp = await page.context().newCDPSession(page);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

/** Runs in the page: notes when frames come, before anybody else hears of them. */
function watch(): void {
  const came = new Map<string, number>();
  const own = window.WebSocket;
  window.WebSocket = class extends own {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => {
        const text = /measured \d+\./u.exec(String(data))?.[0];
        if (text && !came.has(text)) came.set(text, performance.now());
      });
    }
  };
  /** After the frame in which it was painted: the first moment behind the next animation frame. */
  const painted = (text: string) =>
    new Promise<number>((resolve) => {
      const look = () => {
        const log = document.querySelector("[role=log]");
        if (!log?.textContent?.includes(text)) return false;
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - (came.get(text) ?? Number.NaN));
          port2.postMessage(null);
        });
        return true;
      };
      if (look()) return;
      const observer = new MutationObserver(() => look() && observer.disconnect());
      observer.observe(document.documentElement, { childList: true, subtree: true, characterData: true });
    });
  (window as unknown as { watch: Watch }).watch = { came, painted };
}

/** A customer of their own for each conversation, with an agent on it. */
const customer = (at: number): string => `visitor-${1000 + at}`;

async function begin(at: number): Promise<void> {
  await center.askForAgent("webchat", customer(at));
  await offers(page).getByRole("button", { name: "Accept" }).first().click();
  await timeline(page).getByText("Which language do you prefer?").first().waitFor();
}

async function measure(): Promise<{ heap: number; nodes: number; rows: number }> {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  const rows = await page.evaluate(() => document.querySelectorAll("[role=log] article").length);
  return { heap: usedSize, nodes, rows };
}

test("from a frame of the socket to the painted message", async () => {
  await begin(0);
  const taken: number[] = [];
  for (let n = 0; n < PAINTED; n += 1) {
    // The full stop keeps `measured 1` apart from `measured 10`.
    const text = `measured ${n}.`;
    const painted = page.evaluate(
      (text) => (window as unknown as { watch: Watch }).watch.painted(text),
      text,
    );
    await center.write("webchat", customer(0), `${text} Is my order on its way?`);
    taken.push(await painted);
  }
  const known = taken.filter((value) => !Number.isNaN(value));
  print(`from a frame to the painted message, ${known.length} messages`, [
    ["median", ms(median(known))],
    ["95 of 100 below", ms(share(known, 0.95))],
  ]);
});

test("memory, nodes and scrolling with many long conversations", async () => {
  const before = await measure();
  for (let at = 1; at < CONVERSATIONS; at += 1) await begin(at);
  const writes = Array.from({ length: CONVERSATIONS }, async (_, at) => {
    for (let n = at === 0 ? PAINTED : 0; n < MESSAGES; n += 1)
      await center.write(
        "webchat",
        customer(at),
        `${n}: where is order ${4000 + n}? https://shop.example/${n}`,
      );
  });
  await Promise.all(writes);
  // Each was looked at once.
  for (let at = 0; at < CONVERSATIONS; at += 1) {
    await tasks(page).nth(at).getByRole("button").first().click();
    await timeline(page)
      .getByText(`${MESSAGES - 1}: where`)
      .first()
      .waitFor();
  }
  const after = await measure();
  print(`${CONVERSATIONS} open conversations of ${MESSAGES} messages`, [
    ["heap after collecting, one short conversation", mb(before.heap)],
    ["heap after collecting, all of them", mb(after.heap)],
    ["elements in the page, before and after", `${before.nodes} and ${after.nodes}`],
  ]);

  // Processor time: other programs take some of a clock's.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const script = async () => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "ScriptDuration")?.value ?? Number.NaN);
  };
  const script_before = await script();
  const deltas = await page.evaluate(scroll, SCROLL_PX);
  const script_ms = (await script()) - script_before;
  const dropped = deltas.reduce((lost, delta) => lost + Math.max(0, Math.round(delta / FRAME_MS) - 1), 0);
  print(`scrolling ${MESSAGES} messages from the end to the beginning`, [
    ["frames", `${deltas.length}`],
    ["frames dropped", `${dropped}`],
    ["between two frames, median", ms(median(deltas))],
    ["95 of 100 below", ms(share(deltas, 0.95))],
    ["scripts, processor time", ms(script_ms)],
  ]);
});

/** Runs in the page: so many pixels in each frame, up to the beginning; milliseconds between the frames. */
function scroll(px: number): Promise<number[]> {
  const log = document.querySelector("[role=log]");
  const deltas: number[] = [];
  return new Promise((resolve) => {
    let last = 0;
    let still = 0;
    const step = (now: number) => {
      if (last > 0) deltas.push(now - last);
      last = now;
      const before = log?.scrollTop ?? 0;
      if (log) log.scrollTop = before - px;
      // At the beginning older ones may still be fetched.
      still = before <= 0 ? still + 1 : 0;
      if (still > 60) resolve(deltas.slice(0, -still));
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}
