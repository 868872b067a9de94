import { describe, expect, test } from "vitest";
import type { Reach } from "../protocol/frames.ts";
import type { Message } from "../protocol/generated.ts";
import { message } from "../testing/build.ts";
import {
  isClosed,
  knownParameters,
  possibleWith,
  reachOf,
  type TemplateChoice,
  templatesFor,
  templateText,
  windowOpened,
} from "./reach.ts";

const NOW = 1_795_359_904_000;
const HOME: Reach = { channel: "whatsapp", account: "default", id: "+15005550006" };

function template(change: Partial<TemplateChoice> = {}): TemplateChoice {
  return { channel: "whatsapp", name: "ready", language: "en_US", text: "x", parameters: [], ...change };
}

describe("a window", () => {
  const check = (window_until: number | null | undefined, expect_closed: boolean) =>
    expect(isClosed({ ...HOME, ...(window_until === undefined ? {} : { window_until }) }, NOW)).toBe(
      expect_closed,
    );

  test("is open to its last moment, and closed after it", () => {
    check(NOW, false);
    check(NOW - 1, true);
    check(null, true);
  });

  test("is never closed where the channel has none, or nothing is known of the address", () => {
    check(undefined, false);
    expect(isClosed(null, NOW)).toBe(false);
  });

  test("opens for all addresses of the account that the customer wrote to", () => {
    const other: Reach = { channel: "whatsapp", account: "second", id: HOME.id, window_until: null };
    const opened = windowOpened([{ ...HOME, window_until: null }, other], HOME, NOW);
    expect(opened.map(({ window_until }) => window_until)).toEqual([NOW, null]);
    expect(reachOf(opened, HOME)?.window_until).toBe(NOW);
    expect(reachOf(opened, { ...HOME, id: "+15005550007" })).toBeNull();
  });
});

describe("a message", () => {
  const capabilities = { templates: true, text_max: 4096, replies: true, reactions: false };
  const check = (change: Partial<Message>, expect_possible: [boolean, boolean], reach: Reach = HOME) => {
    const said = message({ channel: "whatsapp", direction: "inbound", provider_id: "wamid.1", ...change });
    const { reply, react } = possibleWith([{ ...reach, capabilities }], said);
    expect([reply, react]).toEqual(expect_possible);
  };

  test("of the customer's can be answered where its channel can", () => {
    check({}, [true, false]);
    check({ direction: "outbound" }, [false, false]);
    check({ deleted: true }, [false, false]);
    check({ account: "second" }, [false, false]);
    expect(possibleWith([HOME], message({ direction: "inbound", provider_id: "1" })).reply).toBe(false);
  });
});

describe("templates", () => {
  test("are those of the account, in the customer's language first", () => {
    const all = [
      template({ name: "a" }),
      template({ name: "b", language: "es" }),
      template({ name: "c", account: "second" }),
      template({ name: "d", channel: "google" }),
    ];
    const names = (account: string, language: string | null) =>
      templatesFor(all, { channel: "whatsapp", account }, language).map(({ name }) => name);
    expect(names("default", "es")).toEqual(["b", "a"]);
    expect(names("second", null)).toEqual(["a", "b", "c"]);
  });

  test("ask for what is not known", () => {
    const variables = { contact: { name: "Zo\u00eb", attributes: {} }, agent: { name: "Ann" } };
    const asked = template({ parameters: ["contact.name", "Order", "contact.attributes.city"] });
    expect(knownParameters(asked, variables)).toEqual(["Zo\u00eb", "", ""]);
  });

  test("say what was filled in, and keep what was not", () => {
    expect(templateText("{{1}}: {{ 2 }} {{3}}", ["a", ""])).toBe("a: {{ 2 }} {{3}}");
  });
});
