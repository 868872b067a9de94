/** Who is signed in. The token is kept by the tab and ends with it. */

import { create } from "zustand";
import { forgetAll } from "../desk/memory.ts";

/** What a token allows; each role may do what those before it may. */
export const ROLES = ["agent", "supervisor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

export interface Session {
  token: string;
  role: Role;
  /** Seconds since the epoch. */
  expires_at: number;
}

export type SignedOut = "expired" | "refused" | null;

interface SessionState {
  session: Session | null;
  /** Why the agent has to sign in again. */
  why: SignedOut;
}

const KEY = "patchbay.session";

function remembered(): Session | null {
  const token = sessionStorage.getItem(KEY);
  return token === null ? null : sessionOf(token);
}

/** A session of a token that is still good, by its own words; the center is the one to believe it. */
export function sessionOf(token: string): Session | null {
  try {
    const claims: unknown = JSON.parse(
      atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")),
    );
    if (typeof claims !== "object" || claims === null) return null;
    const exp = "exp" in claims ? Number(claims.exp) : 0;
    const role = "role" in claims && isRole(claims.role) ? claims.role : "agent";
    return exp * 1000 > Date.now() ? { token, role, expires_at: exp } : null;
  } catch {
    return null;
  }
}

export const useSession = create<SessionState>(() => ({ session: remembered(), why: null }));

export function signedIn(token: string): void {
  sessionStorage.setItem(KEY, token);
  useSession.setState({ session: sessionOf(token), why: null });
}

/** Drafts and unsent messages stay where the agent did not ask to leave. */
export function signedOut(why: SignedOut): void {
  if (why === null) forgetAll();
  sessionStorage.removeItem(KEY);
  useSession.setState({ session: null, why });
}
