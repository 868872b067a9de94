/** An agent's telephone at work: does what the machine says, and tells it what comes of it. */

import { createStore, type StoreApi } from "zustand/vanilla";
import type { Devices, Line, OpenLine } from "./line.ts";
import { NO_PHONE, type PhoneEffect, type PhoneEvent, type PhoneState, step } from "./machine.ts";

/** Until a center that could not be asked is asked again. */
const AGAIN_MS = 15_000;

/** The browser and the center, as much of them as a telephone needs. */
export interface PhoneWorld {
  /** A token; none where the agent has no telephone in the browser. */
  token(): Promise<string | null>;
  /** Whether the page may listen, without asking anybody. */
  mayListen(): Promise<boolean>;
  /** Asks the agent. */
  askToListen(): Promise<"allowed" | "microphone_denied" | "no_microphone">;
  /** Loads what connects calls: agents without a telephone never do. */
  load(): Promise<OpenLine>;
  /** Whether this desk has asked for a call that has not come yet. */
  expectsCall(): boolean;
  /** Which devices the agent has chosen. */
  devices(): Devices;
  ring: { start(): void; stop(): void };
  /** Calls back after so many milliseconds, unless the returned function is called before. */
  after(ms: number, call: () => void): () => void;
}

export class Softphone {
  readonly store: StoreApi<PhoneState> = createStore<PhoneState>(() => NO_PHONE);
  #line: Line | null = null;
  #token: string | null = null;
  #later: (() => void) | null = null;
  #isEnded = false;
  /** Counts the lines: what an earlier one tells late is not believed. */
  #turn = 0;

  constructor(private readonly world: PhoneWorld) {}

  start(): void {
    this.tell({ type: "started" });
  }

  /** Puts the telephone down for good. */
  end(): void {
    this.#isEnded = true;
    this.#later?.();
    this.world.ring.stop();
    this.#close();
  }

  takeUp(): void {
    this.tell({ type: "take_up" });
  }

  putDown(): void {
    this.tell({ type: "put_down" });
  }

  take(): void {
    this.tell({ type: "take" });
  }

  /** Declines what rings, ends what goes on. */
  hangUp(): void {
    this.tell({ type: "hang_up" });
  }

  mute(on: boolean): void {
    this.tell({ type: "mute", on });
  }

  press(digits: string): void {
    this.tell({ type: "press", digits });
  }

  /** The agent has chosen other devices. */
  devicesChosen(): void {
    this.#line?.use(this.world.devices());
  }

  tell(event: PhoneEvent): void {
    if (this.#isEnded) return;
    const [state, effects] = step(this.store.getState(), event);
    this.store.setState(state, true);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: PhoneEffect): void {
    const { ring, after } = this.world;
    switch (effect.do) {
      case "ask_token":
        void this.#askToken();
        break;
      case "ask_token_later":
        this.#later?.();
        this.#later = after(AGAIN_MS, () => this.tell({ type: "again" }));
        break;
      case "ask_microphone":
        void this.#askToListen();
        break;
      case "open":
        void this.#open();
        break;
      case "renew":
        if (this.#token !== null) this.#line?.renew(this.#token);
        break;
      case "close":
        this.#close();
        break;
      case "ring":
        ring.start();
        break;
      case "silence":
        ring.stop();
        break;
      case "take":
        this.#line?.take();
        break;
      case "decline":
        this.#line?.decline();
        break;
      case "hang_up":
        this.#line?.hangUp();
        break;
      case "mute":
        this.#line?.mute(effect.on);
        break;
      case "press":
        this.#line?.press(effect.digits);
        break;
    }
  }

  async #askToken(): Promise<void> {
    try {
      this.#token = await this.world.token();
      if (this.#token === null) this.tell({ type: "no_phone" });
      else this.tell({ type: "token", allowed: await this.world.mayListen() });
    } catch (error) {
      this.tell({ type: "no_token", message: messageOf(error) });
    }
  }

  async #askToListen(): Promise<void> {
    const answer = await this.world.askToListen();
    if (answer === "allowed") this.tell({ type: "microphone", allowed: true });
    else this.tell({ type: "microphone", allowed: false, why: answer });
  }

  async #open(): Promise<void> {
    const turn = ++this.#turn;
    const isCurrent = () => turn === this.#turn && !this.#isEnded;
    try {
      const open = await this.world.load();
      const token = this.#token;
      if (!isCurrent() || token === null) return;
      this.#line = open(token, this.world.devices(), {
        tell: (event) => {
          if (isCurrent()) this.tell(event);
        },
        incoming: (from) => {
          if (isCurrent()) this.tell({ type: "incoming", from, expected: this.world.expectsCall() });
        },
      });
    } catch (error) {
      if (isCurrent()) this.tell({ type: "problem", why: "unsupported", message: messageOf(error) });
    }
  }

  #close(): void {
    this.#turn += 1;
    this.#line?.close();
    this.#line = null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
