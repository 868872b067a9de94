import { expect, test } from "vitest";
import type { Devices, Line, Listener } from "./line.ts";
import { type PhoneWorld, Softphone } from "./softphone.ts";

const DEFAULT: Devices = { microphone: null, speaker: null };

/** A telephone in a played world: `done` is what was asked of the line and the bell, in order. */
function played(change: Partial<PhoneWorld> = {}) {
  const done: string[] = [];
  const listeners: Listener[] = [];
  const timers: (() => void)[] = [];
  let tokens = 0;
  const line: Line = {
    renew: (token) => done.push(`renew ${token}`),
    take: () => done.push("take"),
    decline: () => done.push("decline"),
    hangUp: () => done.push("hang up"),
    mute: (on) => done.push(`mute ${on}`),
    press: (digits) => done.push(`press ${digits}`),
    use: ({ microphone }) => done.push(`use ${microphone}`),
    close: () => done.push("close"),
  };
  const world: PhoneWorld = {
    token: async () => `token ${++tokens}`,
    mayListen: async () => true,
    askToListen: async () => "allowed",
    load: async () => (token, _, listener) => {
      done.push(`open ${token}`);
      listeners.push(listener);
      return line;
    },
    expectsCall: () => false,
    devices: () => DEFAULT,
    ring: { start: () => done.push("ring"), stop: () => done.push("silence") },
    after: (_, call) => {
      timers.push(call);
      return () => timers.splice(timers.indexOf(call), 1);
    },
    ...change,
  };
  const phone = new Softphone(world);
  const at = (where: string) => expect.poll(() => phone.store.getState().line.at).toBe(where);
  const network = () => {
    const listener = listeners.at(-1);
    if (!listener) throw new Error("no line is open");
    return listener;
  };
  return { phone, done, at, network, listeners, timers };
}

test("it registers, rings, and talks", async () => {
  const { phone, done, network } = played();
  phone.start();
  await expect.poll(() => done).toEqual(["open token 1"]);
  network().tell({ type: "registered" });
  network().incoming("+15005550001");
  phone.take();
  network().tell({ type: "connected" });
  phone.press("5");
  phone.mute(true);
  phone.devicesChosen();
  phone.hangUp();
  const talk = ["ring", "silence", "take", "press 5", "mute true", "use null", "hang up"];
  expect(done).toEqual(["open token 1", ...talk]);
});

test("a desk without one asks once, loads nothing, and says nothing", async () => {
  let loads = 0;
  const { phone, at } = played({
    token: async () => null,
    load: () => {
      loads += 1;
      return Promise.reject(new Error("nobody asked"));
    },
  });
  phone.start();
  await at("none");
  expect(loads).toBe(0);
});

test("a center that is away is asked again", async () => {
  let tries = 0;
  const { phone, done, timers } = played({
    token: async () => {
      tries += 1;
      if (tries === 1) throw new Error("away");
      return "late";
    },
  });
  phone.start();
  await expect.poll(() => timers.length).toBe(1);
  timers[0]?.();
  await expect.poll(() => done).toEqual(["open late"]);
});

test("a token that ends soon is exchanged on the line that is open", async () => {
  const { phone, done, network } = played();
  phone.start();
  await expect.poll(() => done).toEqual(["open token 1"]);
  network().tell({ type: "registered" });
  network().tell({ type: "token_ends" });
  await expect.poll(() => done).toEqual(["open token 1", "renew token 2"]);
});

test("one that has ended opens another line, and the first is not heard any more", async () => {
  const { phone, done, network, listeners } = played();
  phone.start();
  await expect.poll(() => done.length).toBe(1);
  network().tell({ type: "token_ended" });
  await expect.poll(() => done).toEqual(["open token 1", "close", "open token 2"]);
  listeners[0]?.tell({ type: "registered" });
  expect(phone.store.getState().line.at).toBe("registering");
  network().tell({ type: "registered" });
  expect(phone.store.getState().line.at).toBe("ready");
});

test("what the desk asked for is taken without a sound", async () => {
  const { phone, done, network } = played({ expectsCall: () => true });
  phone.start();
  await expect.poll(() => done.length).toBe(1);
  network().tell({ type: "registered" });
  network().incoming(null);
  expect(done).toEqual(["open token 1", "take"]);
});

test("what cannot be loaded is a problem that is said", async () => {
  const { phone, at } = played({ load: () => Promise.reject(new Error("blocked")) });
  phone.start();
  await at("failed");
  expect(phone.store.getState().line).toMatchObject({ why: "unsupported", message: "blocked" });
});

test("at its end it is quiet and hears nothing", async () => {
  const { phone, done, network } = played();
  phone.start();
  await expect.poll(() => done.length).toBe(1);
  const listener = network();
  phone.end();
  listener.tell({ type: "registered" });
  expect(done).toEqual(["open token 1", "silence", "close"]);
  expect(phone.store.getState().line.at).toBe("registering");
});
