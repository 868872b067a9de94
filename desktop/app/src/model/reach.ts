/** Where a contact may be written to, and what a provider has approved for when it may not be. */

import type { Possible, Reach, Template } from "../protocol/frames.ts";
import type { ChannelKind, Message } from "../protocol/generated.ts";
import { fill, type Variables } from "./canned.ts";

/** A template as agents choose it (`desk.templates` of the configuration). */
export interface TemplateChoice {
  channel: ChannelKind;
  /** None: every account of the channel has it. */
  account?: string;
  name: string;
  language: string;
  /** With `{{1}}`, `{{2}}`, … for what is filled in. */
  text: string;
  /** What the agent is asked for, in the order of the placeholders. */
  parameters: string[];
}

type Account = Pick<Possible, "channel" | "account">;

function isSameAccount(a: Account, b: Account): boolean {
  return a.channel === b.channel && a.account === b.account;
}

export function reachOf(addresses: readonly Reach[], to: Possible): Reach | null {
  return addresses.find((reach) => isSameAccount(reach, to) && reach.id === to.id) ?? null;
}

/** What can be done with a customer's message where it came from. */
export function possibleWith(
  addresses: readonly Reach[],
  message: Message,
): { reply: boolean; react: boolean } {
  const isTheirs = message.direction === "inbound" && message.provider_id !== undefined && !message.deleted;
  const can = isTheirs && addresses.find((reach) => isSameAccount(reach, message))?.capabilities;
  return { reply: can ? can.replies : false, react: can ? can.reactions : false };
}

/** The addresses after the customer wrote to one of our accounts. */
export function windowOpened(addresses: readonly Reach[], to: Account, window_until: number): Reach[] {
  return addresses.map((reach) => (isSameAccount(reach, to) ? { ...reach, window_until } : reach));
}

/** Whether the channel lets us write freely only after the customer has written again. */
export function isClosed(reach: Reach | null, now: number): boolean {
  if (reach?.window_until === undefined) return false;
  return reach.window_until === null || reach.window_until < now;
}

/** Those of the account, in the customer's language first. */
export function templatesFor(
  templates: readonly TemplateChoice[],
  to: Account,
  language: string | null,
): TemplateChoice[] {
  const fits = templates.filter(
    ({ channel, account }) => channel === to.channel && (account === undefined || account === to.account),
  );
  const isTheirs = (template: TemplateChoice) =>
    language !== null && template.language.toLowerCase().startsWith(language.toLowerCase());
  return [...fits.filter(isTheirs), ...fits.filter((template) => !isTheirs(template))];
}

/** What is known of a template's parameters before the agent is asked; empty where nothing is. */
export function knownParameters(template: TemplateChoice, variables: Variables): string[] {
  return template.parameters.map((name) => {
    const variable = `{{${name}}}`;
    const filled = fill(variable, variables);
    return filled === variable ? "" : filled;
  });
}

const PLACEHOLDER = /\{\{\s*(\d+)\s*\}\}/gu;

/** What a template says with its parameters; a placeholder without one stays. */
export function templateText(text: string, parameters: readonly string[]): string {
  return text.replace(PLACEHOLDER, (placeholder, at: string) => parameters[Number(at) - 1] || placeholder);
}

export function filled(template: TemplateChoice, parameters: string[]): Template {
  return { name: template.name, language: template.language, parameters };
}
