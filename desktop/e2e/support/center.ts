/** A center of its own for each story: the real program, with an empty store, on a free port. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const START_MS_MAX = 60_000;

/** The program that `cargo build` made. */
function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, "target");
  const path = process.env.PATCHBAY_BIN ?? join(target, "debug/patchbay");
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build --package patchbay-local`);
  return path;
}

/** What a customer was shown. */
export interface Delivery {
  to: string;
  text: string;
  media?: string[];
  /** The provider's id of the message that it answers. */
  reply_to?: string;
  /** What it is instead of a message: `typing`, `read`, `reaction`. */
  signal?: string;
}

/** The example's `workspace.json`, as far as stories change it. */
export interface Workspace {
  desk: Record<string, unknown>;
  workers: {
    friendly_name: string;
    attributes: Record<string, unknown>;
    channels: Record<string, { capacity: number }>;
  }[];
}

export class Center {
  #process: ChildProcess | null = null;
  #url = "";

  private constructor(private readonly folder: string) {}

  /** With the example's configuration, whose `channels.toml` and `workspace.json` may be changed first. */
  static async start(
    channels: (example: string) => string = (example) => example,
    workspace: (example: Workspace) => void = () => undefined,
  ): Promise<Center> {
    const center = new Center(await mkdtemp(join(tmpdir(), "patchbay-e2e-")));
    await cp(join(REPOSITORY, "config"), center.#config, { recursive: true });
    const file = join(center.#config, "channels.toml");
    await writeFile(file, channels(await readFile(file, "utf8")));
    const document = join(center.#config, "workspace.json");
    const example = JSON.parse(await readFile(document, "utf8")) as Workspace;
    workspace(example);
    await writeFile(document, JSON.stringify(example));
    await center.resume("127.0.0.1:0");
    return center;
  }

  get #config(): string {
    return join(this.folder, "config");
  }

  get url(): string {
    return this.#url;
  }

  /** Starts where it was, with what it had. */
  async resume(listen = new URL(this.#url).host): Promise<void> {
    const where = ["--listen", listen, "--data", join(this.folder, "data"), "--config", this.#config];
    const child = spawn(program(), ["serve", ...where], {
      cwd: REPOSITORY,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, RUST_LOG: "warn" },
    });
    this.#process = child;
    this.#url = await ready(child);
  }

  /** Ends at once, as a machine does whose power goes. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async end(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(this.#url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** The documents in force. */
  async config(): Promise<unknown> {
    const { token } = (await this.post("/api/dev/sign-in", { worker: "Ann", role: "admin" })) as {
      token: string;
    };
    const answer = await fetch(`${this.#url}/api/config`, { headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { documents: unknown }).documents;
  }

  /** A customer writes; the providers are played by the simulator. */
  async write(channel: string, from: string, message: string | Record<string, unknown>): Promise<void> {
    const body = typeof message === "string" ? { text: message } : message;
    const taken = await this.post(`/simulator/api/${channel}/messages`, { from, ...body });
    const { status } = taken as { status: number };
    if (status >= 300) throw new Error(`the webhook answered ${status}`);
  }

  async deliveries(channel: string, to: string): Promise<Delivery[]> {
    const answer = await fetch(
      `${this.#url}/simulator/api/${channel}/deliveries?to=${encodeURIComponent(to)}`,
    );
    return (await answer.json()) as Delivery[];
  }

  /** Waits until a customer was shown a text; how many times they were. */
  async shown(channel: string, to: string, text: string): Promise<number> {
    return until(async () => {
      const deliveries = await this.deliveries(channel, to);
      return deliveries.filter((delivery) => delivery.text.includes(text)).length;
    });
  }

  /** A customer who asks for a person, and says in which language. */
  async askForAgent(channel: string, from: string): Promise<void> {
    await this.write(channel, from, "hello");
    await this.shown(channel, from, "robot");
    await this.write(channel, from, "live agent");
    await this.shown(channel, from, "Which language");
    await this.write(channel, from, "English");
  }
}

/** Asks until there is something. */
export async function until<T>(ask: () => Promise<T>, ms_max = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms_max;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error("it did not come");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`the center did not start: ${text}`)), START_MS_MAX);
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const url = /^ready (\S+)/mu.exec(text)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`the center ended with ${code}: ${text}`)));
  });
}
