/** Signing in at an identity provider: authorization code with PKCE (RFC 6749, 7636; OpenID Connect Core 1.0). */

import * as oauth from "oauth4webapi";

export interface OidcSignIn {
  kind: "oidc";
  issuer: string;
  client_id: string;
  /** What is asked for: `openid` and what the claims need. */
  scope: string;
}

/** What the page that comes back must know of the page that left. */
interface Left {
  verifier: string;
  state: string;
  nonce: string;
  /** Where in the page the person was. */
  hash: string;
}

const KEY = "patchbay.signing-in";

/** Where the provider sends people back to: this page, without what is in its address besides. */
function redirectUri(): string {
  return location.origin + location.pathname;
}

async function provider({ issuer }: OidcSignIn): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url));
}

/** Goes to the provider. */
export async function leave(signIn: OidcSignIn): Promise<void> {
  const server = await provider(signIn);
  if (!server.authorization_endpoint) throw new Error("the provider has no authorization endpoint");
  const left: Left = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    hash: location.hash,
  };
  sessionStorage.setItem(KEY, JSON.stringify(left));
  const url = new URL(server.authorization_endpoint);
  const question = {
    client_id: signIn.client_id,
    redirect_uri: redirectUri(),
    response_type: "code",
    scope: signIn.scope,
    state: left.state,
    nonce: left.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(left.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(question)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Whether this page is one that the provider has sent back. */
export function isBack(): boolean {
  const answer = new URLSearchParams(location.search);
  return sessionStorage.getItem(KEY) !== null && (answer.has("code") || answer.has("error"));
}

/** The ID token of whom the provider has sent back; the address is as before, without the code. */
export async function comeBack(signIn: OidcSignIn): Promise<string> {
  const left = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Left | null;
  const answer = new URL(location.href);
  sessionStorage.removeItem(KEY);
  history.replaceState(null, "", redirectUri() + (left?.hash ?? ""));
  if (!left) throw new Error("nobody was signing in");
  const server = await provider(signIn);
  const client: oauth.Client = { client_id: signIn.client_id };
  const checked = oauth.validateAuthResponse(server, client, answer, left.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    checked,
    redirectUri(),
    left.verifier,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: left.nonce,
    requireIdToken: true,
  });
  if (!tokens.id_token) throw new Error("the provider gave no ID token");
  return tokens.id_token;
}
