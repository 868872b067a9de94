/** What a browser keeps for an account. A page may forbid it: then nothing outlives the page. */
import type { Document } from "./protocol.ts";

export interface Kept {
  token?: string;
  seenSeq?: number;
  readSeq?: number;
  open?: boolean;
  /** Documents that the center has not acknowledged. */
  outbox?: Document[];
  /** What was asked before the chat was answered. */
  introduced?: boolean;
  draft?: string;
}

export class Storage {
  readonly #key: string;
  #kept: Kept;

  constructor(account: string, center: string) {
    this.#key = `patchbay:${center}:${account}`;
    this.#kept = this.#read();
  }

  get kept(): Kept {
    return this.#kept;
  }

  keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // Forbidden or full: the page remembers.
    }
  }

  forget(): void {
    this.#kept = {};
    try {
      localStorage.removeItem(this.#key);
    } catch {
      // As above.
    }
  }

  #read(): Kept {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "{}");
      return typeof kept === "object" && kept !== null ? (kept as Kept) : {};
    } catch {
      return {};
    }
  }
}
