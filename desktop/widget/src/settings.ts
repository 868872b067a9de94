/** What the page and the account say about the widget. */
import type { Opening } from "./hours.ts";

export type FieldName = "name" | "email" | "phone" | "topic";

export interface PreChatField {
  name: FieldName;
  required: boolean;
}

/** The answer of `GET /webchat/config`. */
export interface Config {
  title?: string;
  subtitle?: string;
  greeting?: string;
  color?: string;
  logo?: string;
  position?: "left" | "right";
  locale?: string;
  pre_chat: PreChatField[];
  /** When somebody is there in the next weeks; always, where it is not said. */
  openings?: Opening[];
  outside_hours: "form" | "chat";
  offline_text?: string;
  rating: boolean;
  socket_url?: string;
}

/** The attributes of the script tag, without `data-`. */
export interface Attributes {
  /** Where the center is: where the script came from, if the page does not say. */
  center: string;
  account: string;
  socket?: string;
  title?: string;
  subtitle?: string;
  greeting?: string;
  color?: string;
  logo?: string;
  position?: "left" | "right";
  locale?: string;
  theme: "auto" | "light" | "dark";
  /** Whether the button is shown; a page may have one of its own. */
  launcher: boolean;
  open: boolean;
}

/** Both together: what the page says comes before what the account says. */
export type Look = Config & Pick<Attributes, "theme" | "launcher">;

export function readAttributes(
  data: Readonly<Record<string, string | undefined>>,
  script: string,
): Attributes {
  const attributes: Attributes = {
    center: (data.center ?? new URL(script).origin).replace(/\/+$/, ""),
    account: data.account ?? "default",
    theme: data.theme === "light" || data.theme === "dark" ? data.theme : "auto",
    launcher: data.launcher !== "none",
    open: data.open === "true",
  };
  for (const key of ["socket", "title", "subtitle", "greeting", "color", "logo", "locale"] as const) {
    const value = data[key];
    if (value) attributes[key] = value;
  }
  if (data.position === "left" || data.position === "right") attributes.position = data.position;
  return attributes;
}

export const PLAIN: Config = { pre_chat: [], outside_hours: "form", rating: true };

export function readConfig(answer: unknown): Config {
  return typeof answer === "object" && answer !== null ? { ...PLAIN, ...(answer as Partial<Config>) } : PLAIN;
}

export function look(attributes: Attributes, config: Config): Look {
  const { title, subtitle, greeting, color, logo, position, locale, theme, launcher } = attributes;
  const said = { title, subtitle, greeting, color, logo, position, locale };
  const defined = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...config, ...defined, theme, launcher };
}

/** Where the visitor's socket is. */
export function socketUrl(attributes: Attributes, config: Config): string {
  return attributes.socket ?? config.socket_url ?? `${attributes.center.replace(/^http/, "ws")}/webchat`;
}
