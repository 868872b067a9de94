/** Canned replies: texts with variables, `{{contact.name}}`. */

export interface CannedReply {
  shortcut: string;
  text: string;
  /** Of the customer, as in the contact's attribute `language`; none: for everybody. */
  language?: string;
  /** Answers to choose from, where the channel has buttons. */
  choices?: string[];
}

export interface Variables {
  contact: { name: string | null; attributes: Readonly<Record<string, unknown>> };
  agent: { name: string };
}

const VARIABLE = /\{\{\s*([\w.]+)\s*\}\}/gu;

/** The text with what its variables stand for; one that stands for nothing stays, so that the agent sees it. */
export function fill(text: string, variables: Variables): string {
  return text.replace(VARIABLE, (variable, path: string) => {
    const value = path
      .split(".")
      .reduce<unknown>(
        (value, name) =>
          typeof value === "object" && value !== null && Object.hasOwn(value, name)
            ? (value as Record<string, unknown>)[name]
            : undefined,
        variables,
      );
    return typeof value === "string" || typeof value === "number" ? String(value) : variable;
  });
}

/** Those that fit what the agent typed after `/`, those in the customer's language first. */
export function matching(
  replies: readonly CannedReply[],
  typed: string,
  language: string | null,
): CannedReply[] {
  const wanted = typed.toLowerCase();
  const fits = replies.filter(
    ({ shortcut, text }) => shortcut.toLowerCase().includes(wanted) || text.toLowerCase().includes(wanted),
  );
  const rank = (reply: CannedReply) =>
    (reply.language !== undefined && reply.language !== language ? 2 : 0) +
    (reply.shortcut.toLowerCase().startsWith(wanted) ? 0 : 1);
  return fits.sort((a, b) => rank(a) - rank(b));
}
