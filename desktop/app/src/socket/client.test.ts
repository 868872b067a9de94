import { beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../model/state.ts";
import type { Frame } from "../protocol/frames.ts";
import { frame } from "../testing/build.ts";
import { type Socket, SocketClient } from "./client.ts";

class FakeSocket implements Socket {
  sent: string[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  says(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  actions(): { id: string; action: string }[] {
    return this.sent.filter((text) => text !== " ").map((text) => JSON.parse(text));
  }
}

let now = 0;
let timers: { at: number; call: () => void }[] = [];
let sockets: FakeSocket[] = [];
let heard: Frame[] = [];
let states: Connection[] = [];
let opened = 0;
let believed = true;
let client: SocketClient;

function pass(ms: number): void {
  const end = now + ms;
  for (;;) {
    const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    now = next.at;
    timers = timers.filter((timer) => timer !== next);
    next.call();
  }
  now = end;
}

function socket(at = -1): FakeSocket {
  const found = sockets.at(at);
  if (!found) throw new Error("no socket was opened");
  return found;
}

beforeEach(() => {
  [now, timers, sockets, heard, states, opened, believed] = [0, [], [], [], [], 0, true];
  let ids = 0;
  const surroundings = {
    open: () => {
      sockets.push(new FakeSocket());
      return socket();
    },
    now: () => now,
    random: () => 0.5,
    after: (ms: number, call: () => void) => {
      const timer = { at: now + ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    isBelieved: async () => believed,
    newId: () => {
      ids += 1;
      return String(ids);
    },
  };
  client = new SocketClient(surroundings, {
    frame: (frame) => heard.push(frame),
    connection: (connection) => states.push(connection),
    opened: () => {
      opened += 1;
    },
  });
  client.connect();
});

const accept = { action: "reservation.accept", reservation_sid: "WR1" } as const;
const ack = (id: string): Frame => ({ event_type: "ack", payload: { id } });

describe("a socket", () => {
  test("hands frames on and answers to those who asked", async () => {
    socket().onopen?.();
    const answer = client.request(accept);
    expect(socket().actions()).toEqual([{ id: "1", ...accept }]);
    socket().says(frame("reservation.created"));
    socket().says({ event_type: "sync", payload: { messages: [] } });
    socket().says(ack("1"));
    const { parts, heard: meanwhile } = await answer;
    expect([parts.length, meanwhile.length, heard.length]).toEqual([1, 1, 2]);
  });

  test("asks again, under the same id, what was not answered before it broke", async () => {
    socket().onopen?.();
    const answer = client.request(accept);
    const typing = client.request({ action: "message.typing", conversation_sid: "CH1", on: true });
    socket().onclose?.();
    await expect(typing).rejects.toThrow();
    expect(states.at(-1)).toEqual({ phase: "offline", retry_at: 1_000 });
    pass(1_000);
    socket().onopen?.();
    expect(socket().actions()).toEqual([{ id: "1", ...accept }]);
    socket().says(ack("1"));
    await answer;
    expect([sockets.length, opened]).toEqual([2, 2]);
  });

  test("waits longer each time it fails, up to a minute", () => {
    const waits = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
    for (const wait of waits) {
      socket().onclose?.();
      expect(states.at(-1)).toEqual({ phase: "offline", retry_at: now + wait });
      pass(wait);
    }
    socket().onopen?.();
    socket().onclose?.();
    expect(states.at(-1)).toEqual({ phase: "offline", retry_at: now + 1_000 });
  });

  test("repeats what the center could not do just now", async () => {
    socket().onopen?.();
    const answer = client.request(accept);
    socket().says({ event_type: "error", payload: { id: "1", code: "unavailable", message: "" } });
    pass(1_000);
    expect(socket().actions()).toHaveLength(2);
    socket().says(ack("1"));
    await answer;
  });

  test("is suspect when it does not answer", () => {
    socket().onopen?.();
    void client.request(accept);
    pass(10_000);
    expect(socket().isClosed).toBe(true);
    expect(states.at(-1)?.phase).toBe("offline");
  });

  test("beats while it is silent", () => {
    socket().onopen?.();
    pass(10 * 60_000);
    expect(socket().sent).toEqual([" ", " "]);
  });

  test("is renewed before the cloud closes it, without a pause", () => {
    socket().onopen?.();
    pass(110 * 60_000);
    expect(sockets).toHaveLength(2);
    void client.request({ action: "ping" });
    expect([socket(0).isClosed, socket(0).actions().length]).toEqual([false, 1]);
    socket(1).onopen?.();
    expect(socket(0).isClosed).toBe(true);
    expect(states.every(({ phase }) => phase !== "offline")).toBe(true);
  });

  test("stays with the old one when the new one fails", () => {
    socket().onopen?.();
    pass(110 * 60_000);
    socket(1).onclose?.();
    expect([socket(0).isClosed, states.at(-1)?.phase]).toEqual([false, "online"]);
    pass(60_000);
    expect(sockets).toHaveLength(3);
  });

  test("signs out when the token has expired or is not believed", async () => {
    socket().onopen?.();
    const answer = client.request(accept);
    socket().says({ event_type: "error", payload: { id: "1", code: "expired", message: "" } });
    await expect(answer).rejects.toThrow();
    expect(states.at(-1)).toEqual({ phase: "signed_out", why: "expired" });
  });

  test("asks whether it is believed when a handshake fails", async () => {
    believed = false;
    socket().onclose?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(states.at(-1)).toEqual({ phase: "signed_out", why: "refused" });
  });
});

test("what is no frame is left alone", () => {
  socket().onopen?.();
  for (const data of ["", "7", "{", "null", "[]", '{"event_type":"x"}']) socket().onmessage?.({ data });
  expect(heard).toEqual([]);
});
