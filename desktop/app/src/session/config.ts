/** Where the center is, and how one signs in: a document beside the page. */

import type { OidcSignIn } from "./oidc.ts";

export interface DeskConfig {
  /** Where `/api` is; empty: where the page is. */
  api_url: string;
  /** The agent's socket; a path is on the page's host. */
  socket_url: string;
  /** `local`: by choosing a worker, on this machine only; `oidc`: at an identity provider. */
  sign_in: { kind: "local" } | OidcSignIn;
}

export async function loadConfig(): Promise<DeskConfig> {
  const answer = await fetch("config.json", { cache: "no-store" });
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  return (await answer.json()) as DeskConfig;
}

/** The socket's address with its scheme. */
export function socketUrl(config: DeskConfig): string {
  const url = new URL(config.socket_url, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}
