/** What the page knows: who is played, what they sent, what they were shown. */
import * as api from "./api.ts";
import { Calls } from "./calls.ts";
import { addressOf, invent, type Persona, placeOf } from "./channels.ts";

/** Something that a customer sent from this page. */
export interface Sent {
  message: api.Written;
  at: number;
  state: "sending" | "taken" | "refused";
  /** Why it was refused. */
  why?: string;
  /** How often it was delivered. */
  times: number;
}

/** One line of a phone. */
export type Line = { key: string; at: number } & ({ sent: Sent } | { shown: api.Delivery });

/** Milliseconds between looks for what the customers were shown. */
const LOOK_MS = 700;
const KEPT_MAX = 200;
/** Milliseconds that typing is shown. */
const TYPING_MS = 15_000;
const KEY = "patchbay:simulator";

interface Kept {
  people: Persona[];
  at: number;
  sent: Record<string, Sent[]>;
  introduced: boolean;
}

export class Simulator {
  accounts: api.Account[] = [];
  people: Persona[] = [];
  at = 0;
  /** By channel, account and address. */
  sent: Record<string, Sent[]> = {};
  shown: Record<string, api.Delivery[]> = {};
  /** Orders of faults that this page has given, for people to see. */
  faults: Record<string, string[]> = {};
  /** Those of every account that can be called. */
  calls: Calls[] = [];
  /** What was told of a message, by its id. */
  told: Record<string, string> = {};
  error = "";
  isReady = false;
  introduced = false;
  #listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get person(): Persona {
    return this.people[this.at] ?? { name: "Zoë Martin", number: "10000001" };
  }

  async start(): Promise<void> {
    this.#restore();
    if (this.people.length === 0) this.people = [invent([], Math.random)];
    try {
      const accounts = await api.accounts();
      this.accounts = accounts.toSorted((a, b) => placeOf(a.channel) - placeOf(b.channel));
      const called = this.accounts.filter(({ channel }) => channel === "voice");
      this.calls = called.map(({ account }) => new Calls(account, () => this.#changed()));
    } catch (error) {
      this.error = message(error);
    }
    this.isReady = true;
    this.#changed();
    await this.#look();
  }

  play(at: number): void {
    this.at = at;
    this.#changed();
    void this.#lookOnce();
  }

  newPerson(): void {
    this.people = [...this.people, invent(this.people, Math.random)];
    this.play(this.people.length - 1);
  }

  rename(name: string): void {
    this.people = this.people.with(this.at, { ...this.person, name });
    this.#changed();
  }

  dismiss(): void {
    this.introduced = true;
    this.#changed();
  }

  address(account: api.Account): string {
    return addressOf(account.channel, this.person);
  }

  /** What the played person's telephone is called at. */
  get number(): string {
    return addressOf("voice", this.person);
  }

  lines(account: api.Account): Line[] {
    const key = this.#key(account);
    return merge(this.sent[key] ?? [], this.shown[key] ?? []);
  }

  async write(account: api.Account, content: { kind: string; [field: string]: unknown }): Promise<void> {
    const seed = crypto.randomUUID();
    const written: api.Written = { ...content, from: this.address(account), account: account.account, seed };
    await this.#send(account, { message: written, at: Date.now(), state: "sending", times: 0 });
  }

  /** The provider delivers the webhook of the last message once more. */
  async repeat(account: api.Account): Promise<void> {
    const last = this.sent[this.#key(account)]?.at(-1);
    if (last) await this.#send(account, last);
  }

  /** What the provider tells of a message: the customer has read it, or it failed after all. */
  async tell(account: api.Account, act: api.Told, id: string): Promise<void> {
    try {
      const { status } = await api.tell(account.channel, account.account, this.address(account), act, id);
      this.told = {
        ...this.told,
        [id]: status >= 200 && status < 300 ? act : `the center answered ${status}`,
      };
    } catch (error) {
      this.told = { ...this.told, [id]: message(error) };
    }
    this.#changed();
  }

  /** Whether the center shows the customer right now that somebody types. */
  isTyping(account: api.Account): boolean {
    const shown = this.shown[this.#key(account)] ?? [];
    const last = shown.findLast(({ signal }) => signal === "typing");
    const isAnswered = shown.some(({ signal, at }) => signal === undefined && at > (last?.at ?? 0));
    return last?.on === true && !isAnswered && Date.now() - last.at < TYPING_MS;
  }

  async disturb(account: api.Account, fault: api.Fault, words: string): Promise<void> {
    try {
      await api.order(account.channel, fault);
      const before = this.faults[account.channel] ?? [];
      this.faults = { ...this.faults, [account.channel]: fault.next === 0 ? [] : [...before, words] };
    } catch (error) {
      this.error = message(error);
    }
    this.#changed();
  }

  async #send(account: api.Account, sent: Sent): Promise<void> {
    const key = this.#key(account);
    const put = (change: Partial<Sent>) => {
      const changed = { ...sent, ...change };
      const others = (this.sent[key] ?? []).filter((other) => other.message.seed !== sent.message.seed);
      this.sent = { ...this.sent, [key]: [...others, changed].sort((a, b) => a.at - b.at).slice(-KEPT_MAX) };
      this.#changed();
    };
    put({ state: "sending" });
    try {
      const { status } = await api.write(account.channel, sent.message);
      const taken = status >= 200 && status < 300;
      put(
        taken
          ? { state: "taken", times: sent.times + 1 }
          : { state: "refused", why: `the center answered ${status}` },
      );
    } catch (error) {
      put({ state: "refused", why: message(error) });
    }
    await this.#lookOnce();
  }

  async #look(): Promise<never> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (!document.hidden) await this.#lookOnce();
    }
  }

  async #lookOnce(): Promise<void> {
    try {
      const looks = this.calls.map((calls) => calls.look());
      await Promise.all([
        ...looks,
        ...this.accounts.map(async (account) => {
          const key = this.#key(account);
          const shown = await api.deliveries(account.channel, this.address(account));
          if (shown.length === (this.shown[key]?.length ?? 0)) return;
          this.shown = { ...this.shown, [key]: shown };
          this.#changed();
        }),
      ]);
      if (this.error) {
        this.error = "";
        this.#changed();
      }
    } catch {
      this.error = "The center does not answer. Is it running?";
      this.#changed();
    }
  }

  #key(account: api.Account): string {
    return `${account.channel}/${account.account}/${this.address(account)}`;
  }

  #changed(): void {
    this.#keep();
    for (const listener of this.#listeners) listener();
  }

  #keep(): void {
    const kept: Kept = { people: this.people, at: this.at, sent: this.sent, introduced: this.introduced };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Forbidden or full: the page remembers until it is left.
    }
  }

  #restore(): void {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Kept>;
      Object.assign(this, { people: [], at: 0, sent: {}, introduced: false, ...kept });
    } catch {
      // As above.
    }
  }
}

/** What was sent and what was shown, in their order. */
export function merge(sent: readonly Sent[], shown: readonly api.Delivery[]): Line[] {
  const lines: Line[] = [
    ...sent.map((sent) => ({ key: sent.message.seed, at: sent.at, sent })),
    ...shown.map((shown, at) => ({ key: `${shown.id}/${at}`, at: shown.at, shown })).filter(isSeen),
  ];
  return lines.sort((a, b) => a.at - b.at);
}

/** Typing and reading are no lines of their own. */
const isSeen = ({ shown }: { shown: api.Delivery }): boolean =>
  shown.signal === undefined || shown.signal === "reaction";

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
