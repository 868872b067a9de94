/** Requests that wait for their answer, in the order in which they were made. */

import type { Ack, Action, Failure, Frame, Snapshot } from "../protocol/frames.ts";

/** A request that was refused. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

interface Waiting {
  action: Action;
  resolve: (answer: Answer) => void;
  reject: (refused: Refused) => void;
}

/** An answer, with the beginnings of its lists that came before it and what else was heard since it was asked for. */
export interface Answer {
  ack: Ack;
  parts: readonly Snapshot[];
  heard: readonly Frame[];
}

/** What makes no sense later: it is not sent again on another socket. */
const PASSING: readonly Action["action"][] = ["sync", "ping", "message.typing", "conversation.read"];

export class Requests {
  readonly #waiting = new Map<string, Waiting>();
  readonly #heard = new Map<string, { parts: Snapshot[]; frames: Frame[] }>();

  get size(): number {
    return this.#waiting.size;
  }

  add(id: string, action: Action): Promise<Answer> {
    this.#heard.set(id, { parts: [], frames: [] });
    return new Promise((resolve, reject) => this.#waiting.set(id, { action, resolve, reject }));
  }

  /** The frame of a request, if it still waits. */
  text(id: string): string | null {
    const waiting = this.#waiting.get(id);
    return waiting ? JSON.stringify({ id, ...waiting.action }) : null;
  }

  ids(): string[] {
    return [...this.#waiting.keys()];
  }

  /** Notes what is heard while requests wait. */
  hear(frame: Frame): void {
    for (const heard of this.#heard.values()) {
      if (frame.event_type === "sync") heard.parts.push(frame.payload);
      else heard.frames.push(frame);
    }
  }

  resolve(id: string, ack: Ack): void {
    const { parts = [], frames = [] } = this.#heard.get(id) ?? {};
    const waiting = this.#take(id);
    waiting?.resolve({ ack, parts, heard: frames });
  }

  reject(id: string, failure: Failure): void {
    this.#take(id)?.reject(new Refused(failure));
  }

  /** The socket is gone: what makes no sense later is given up, the rest is kept. */
  dropPassing(): void {
    for (const [id, { action }] of this.#waiting) {
      if (PASSING.includes(action.action)) this.reject(id, unavailable(id));
    }
  }

  rejectAll(): void {
    for (const id of this.ids()) this.reject(id, unavailable(id));
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#heard.delete(id);
    return waiting;
  }
}

function unavailable(id: string): Failure {
  return { id, code: "unavailable", message: "the connection was lost" };
}

/** An answer with the beginnings of its lists. */
export function whole({ ack, parts }: Answer): Snapshot {
  const all: Snapshot[] = [...parts, ack];
  return {
    reservations: all.flatMap(({ reservations = [] }) => reservations),
    conversations: all.flatMap(({ conversations = [] }) => conversations),
    calls: all.flatMap(({ calls = [] }) => calls),
    messages: all.flatMap(({ messages = [] }) => messages),
  };
}

/** Why a request was refused, or was not answered. */
export function failureOf(error: unknown, id: string): Failure {
  return error instanceof Refused ? error.failure : { id, code: "unavailable", message: String(error) };
}
