import { describe, expect, test } from "vitest";
import { conversation, message, said } from "../testing/build.ts";
import { plainText, type Row, rows } from "./timeline.ts";

const day = (at: number) => new Date(at).toISOString().slice(0, 10);
const sid = conversation().sid;
const at = message().created_at;

function build(messages: ReturnType<typeof message>[]): Row[] {
  return rows({ messages, sending: [], conversation_sid: sid }, day);
}

const kinds = (list: Row[]) => list.map(({ kind }) => kind);

describe("rows", () => {
  test("each day and each conversation begins with a line", () => {
    const earlier = message({
      sid: "IM1",
      seq: 1,
      conversation_sid: "CHearlier",
      created_at: at - 86_400_000,
    });
    const now = message({ sid: "IM2", seq: 2 });
    const list = build([earlier, now]);
    expect(kinds(list)).toEqual(["day", "conversation", "message", "day", "conversation", "message"]);
    expect(list.filter((row) => row.kind === "conversation").map(({ current }) => current)).toEqual([
      false,
      true,
    ]);
    expect(kinds(build([now]))).toEqual(["day", "message"]);
  });

  test("what one author says in a row stands together", () => {
    const one = message({ sid: "IM1", seq: 1 });
    const soon = message({ sid: "IM2", seq: 2, created_at: at + 60_000 });
    const later = message({ sid: "IM3", seq: 3, created_at: at + 600_000 });
    const elsewhere = message({ sid: "IM4", seq: 4, created_at: at + 600_000, channel: "line" });
    const together = build([one, soon, later, elsewhere]).flatMap((row) =>
      row.kind === "message" ? [row.continues] : [],
    );
    expect(together).toEqual([false, true, false, false]);
  });

  test("a reaction is shown at its message, the last one of each author", () => {
    const target = message({ sid: "IM1", seq: 1, provider_id: "SM1" });
    const reaction = (n: number, emoji?: string) => {
      const { emoji: _, ...rest } = said("reaction") as ReturnType<typeof message> & { emoji?: string };
      return {
        ...rest,
        sid: `IM${n}`,
        seq: n,
        provider_id: `SM${n}`,
        reply_to: "SM1",
        ...(emoji ? { emoji } : {}),
      } as ReturnType<typeof message>;
    };
    const reactions = (list: Row[]) => list.flatMap((row) => (row.kind === "message" ? row.reactions : []));
    expect(kinds(build([target, reaction(2, "👍")]))).toEqual(["day", "message"]);
    expect(reactions(build([target, reaction(2, "👍"), reaction(3, "❤️")]))).toEqual([
      { emoji: "❤️", count: 1 },
    ]);
    expect(reactions(build([target, reaction(2, "👍"), reaction(3)]))).toEqual([]);
    expect(kinds(build([reaction(2, "👍")]))).toEqual(["day", "message"]);
  });

  test("an answer knows what it answers, an edit is what is shown", () => {
    const asked = message({ sid: "IM1", seq: 1 });
    const answer = message({ sid: "IM2", seq: 2, reply_to: "IM1", edited: { kind: "text", text: "better" } });
    const row = build([asked, answer]).at(-1);
    expect(row?.kind === "message" && [row.answers?.sid, plainText(row.content)]).toEqual(["IM1", "better"]);
  });

  test("what is being sent comes last, in its own conversation only", () => {
    const sending = {
      id: "1",
      conversation_sid: sid,
      text: "hi",
      media: [],
      template: null,
      choices: [],
      reply_to: null,
      to: null,
      written_at: at,
      phase: "sending",
      failure: null,
    } as const;
    const list = rows(
      {
        messages: [message()],
        sending: [sending, { ...sending, id: "2", conversation_sid: "CHother" }],
        conversation_sid: sid,
      },
      day,
    );
    expect(kinds(list)).toEqual(["day", "message", "sending"]);
  });
});

test("every kind of content has a line that stands for it", () => {
  const lines = (
    [
      "text",
      "media",
      "location",
      "sticker",
      "choice",
      "choices",
      "email",
      "contacts",
      "template",
      "reaction",
      "system",
    ] as const
  ).map((kind) => plainText(said(kind)));
  expect(lines.filter((line) => line === "")).toEqual([]);
  expect(plainText(said("unsupported"))).toBe("");
});
