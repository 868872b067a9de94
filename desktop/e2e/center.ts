/** The real program, on a free port, with a data folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "../..");

/** Where cargo has put the program; `PATCHBAY_PROGRAM` says otherwise. */
function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const path = process.env.PATCHBAY_PROGRAM ?? join(target, "debug/patchbay");
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build --package patchbay-local`);
  return path;
}

export interface Settings {
  /** Lines of `channels.toml` that replace those of the account's table. */
  channels?: (example: string) => string;
}

export class Center {
  url = "";
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start({ channels }: Settings = {}): Promise<Center> {
    const folder = mkdtempSync(join(tmpdir(), "patchbay-e2e-"));
    cpSync(join(ROOT, "config"), join(folder, "config"), { recursive: true });
    if (channels) {
      const file = join(folder, "config/channels.toml");
      writeFileSync(file, channels(readFileSync(file, "utf8")));
    }
    const center = new Center(folder);
    await center.run("127.0.0.1:0");
    return center;
  }

  /** Starts it, again where it was with what it had. */
  async run(listen = new URL(this.url).host): Promise<void> {
    const options = ["serve", "--listen", listen, "--data", join(this.#folder, "data")];
    options.push("--config", join(this.#folder, "config"), "--pages", join(ROOT, "desktop"));
    const child = spawn(program(), options, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, RUST_LOG: "error" },
    });
    this.#process = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = /^ready (\S+)/.exec(line);
      if (ready?.[1]) {
        this.url = ready[1];
        child.stdout.resume();
        return;
      }
    }
    throw new Error("the center did not start");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
}

/** Looks until there is something, for twenty seconds. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain until ${what}`);
}
