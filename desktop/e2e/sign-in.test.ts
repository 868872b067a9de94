/** Signing in at an identity provider, which is played at the edge of the browser. */

import { createHash } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "./support/access.ts";
import { launch, open, screenshot } from "./support/browser.ts";
import { Center } from "./support/center.ts";

const ISSUER = "https://id.example";

let center: Center;
let browser: Browser;

beforeAll(async () => {
  [center, browser] = await Promise.all([Center.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await center?.end();
});

const base64url = (text: string) => Buffer.from(text).toString("base64url");

/** Its signature is the center's to check. */
function idToken(nonce: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, aud: "desk", sub: "1", iat: now, exp: now + 300, nonce };
  const header = { alg: "RS256" };
  return [JSON.stringify(header), JSON.stringify(claims), "signature"].map(base64url).join(".");
}

async function withProvider(nonceOf: (asked: string) => string) {
  const watched = await open(browser, "about:blank");
  const { page } = watched;
  const asked = { challenge: "", state: "", nonce: "", verified: false, exchanged: "" };
  // In the cloud the page's policy names the provider (template.yaml).
  await page.route(`${center.url}/desktop/**`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    const policy = headers["content-security-policy"];
    if (policy) headers["content-security-policy"] = policy.replace("connect-src", `connect-src ${ISSUER}`);
    await route.fulfill({ response, headers });
  });
  await page.route("**/desktop/config.json", (route) =>
    route.fulfill({
      json: {
        api_url: "",
        socket_url: "/agent",
        sign_in: { kind: "oidc", issuer: ISSUER, client_id: "desk", scope: "openid email" },
      },
    }),
  );
  await page.route(`${ISSUER}/**`, async (route) => {
    const url = new URL(route.request().url());
    const headers = { "access-control-allow-origin": "*" };
    if (url.pathname === "/.well-known/openid-configuration") {
      const endpoints = { authorization_endpoint: `${ISSUER}/login`, token_endpoint: `${ISSUER}/token` };
      return route.fulfill({ headers, json: { issuer: ISSUER, ...endpoints } });
    }
    if (url.pathname === "/login") {
      asked.challenge = url.searchParams.get("code_challenge") ?? "";
      asked.state = url.searchParams.get("state") ?? "";
      asked.nonce = url.searchParams.get("nonce") ?? "";
      const back = new URL(url.searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("code", "once");
      back.searchParams.set("state", asked.state);
      // A redirect of a played answer would pass the other played ones by.
      const body = `<meta http-equiv="refresh" content="0;url=${back.href.replaceAll("&", "&amp;")}">`;
      return route.fulfill({ contentType: "text/html", body });
    }
    const form = new URLSearchParams(route.request().postData() ?? "");
    const verifier = form.get("code_verifier") ?? "";
    asked.verified =
      form.get("code") === "once" &&
      createHash("sha256").update(verifier).digest("base64url") === asked.challenge;
    return route.fulfill({
      headers,
      json: { access_token: "a", token_type: "bearer", id_token: idToken(nonceOf(asked.nonce)) },
    });
  });
  await page.route("**/api/token", async (route) => {
    asked.exchanged = (route.request().postDataJSON() as { id_token: string }).id_token;
    const { token } = (await center.post("/api/dev/sign-in", { worker: "Ann" })) as { token: string };
    await route.fulfill({ json: { token, expires_at: 0 } });
  });
  await page.goto(`${center.url}/desktop/`);
  return { ...watched, asked };
}

test("a code is exchanged with its verifier, and the ID token for a token of the center", async () => {
  const { page, problems, asked } = await withProvider((nonce) => nonce);
  await page.getByText("You sign in at id.example.").waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, "sign-in-provider");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Connected").waitFor();
  expect(asked.verified).toBe(true);
  const claims = Buffer.from(asked.exchanged.split(".")[1] ?? "", "base64url").toString();
  expect(JSON.parse(claims)).toMatchObject({ iss: ISSUER, nonce: asked.nonce });
  expect(page.url()).toBe(`${center.url}/desktop/`);
  expect(problems).toEqual([]);
});

test("an ID token for another sign-in is not passed on", async () => {
  const { page, asked } = await withProvider(() => "another");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("nonce").waitFor();
  expect(asked.exchanged).toBe("");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});
