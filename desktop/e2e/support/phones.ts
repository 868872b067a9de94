/** Telephones of the simulator: a caller's, an agent's, somebody's who is called. */

import { type Center, until } from "./center.ts";

interface Heard {
  kind?: string;
  [name: string]: unknown;
}

interface Call {
  sid: string;
  from: string;
  to: string;
  status: string;
  seat: string | null;
  direction: string;
  heard: Heard[];
}

export class Phone {
  private constructor(
    private readonly center: Center,
    readonly call: string,
  ) {}

  /** Somebody calls the center. */
  static async dial(center: Center, from: string): Promise<Phone> {
    const { call } = (await center.post("/simulator/api/voice/calls", { from })) as { call: string };
    return new Phone(center, call);
  }

  /** The phone with this number or address, as soon as the center has it rung. */
  static async ringing(center: Center, to: string): Promise<Phone> {
    const found = await until(async () => {
      const calls = await all(center);
      return calls.find((call) => call.to.startsWith(to) && call.status === "ringing");
    });
    return new Phone(center, found.sid);
  }

  async is(): Promise<Call> {
    const found = (await all(this.center)).find(({ sid }) => sid === this.call);
    if (!found) throw new Error("there is no such call");
    return found;
  }

  press(digits: string): Promise<unknown> {
    return this.#does("keys", { digits });
  }

  say(text: string): Promise<unknown> {
    return this.#does("say", { text });
  }

  answer(): Promise<unknown> {
    return this.#does("answer");
  }

  decline(): Promise<unknown> {
    return this.#does("decline");
  }

  hangUp(): Promise<unknown> {
    return this.#does("hangup");
  }

  /** Whoever picks up is asked to press 1. */
  async picksUp(): Promise<void> {
    await this.answer();
    await this.hears("Press 1");
    await this.press("1");
  }

  async hears(text: string): Promise<void> {
    await until(async () => JSON.stringify((await this.is()).heard).includes(text));
  }

  /** Says it until the other hears it: whoever has just answered may still be on hold, or not be led to them yet. */
  async isHeardBy(other: Phone, text: string): Promise<void> {
    await until(async () => {
      await this.say(text);
      return JSON.stringify((await other.is()).heard).includes(text);
    });
  }

  async sits(seat: string): Promise<void> {
    await until(async () => (await this.is()).seat === seat);
  }

  async ends(): Promise<void> {
    await until(async () => (await this.is()).status === "completed");
  }

  #does(act: string, fields: Record<string, string> = {}): Promise<unknown> {
    return this.center.post(`/simulator/api/voice/phone/${act}`, { call: this.call, ...fields });
  }
}

async function all(center: Center): Promise<Call[]> {
  const answer = await fetch(`${center.url}/simulator/api/voice/calls`);
  return (await answer.json()) as Call[];
}
