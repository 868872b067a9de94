/** Addresses of web pages in what customers write. */

export type Piece = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const CANDIDATE = /https?:\/\/[^\s<>"'`]+/giu;
/** What ends a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]}'"»”’]+$/u;
/** Characters that turn the direction of what follows or cannot be seen: in an address they only mislead. */
const MISLEADING = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** The text in pieces; links are http and https only, and lead where they say. */
export function pieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const found = trimmed(match[0]);
    const href = webAddress(found);
    if (!href) continue;
    if (match.index > end) pieces.push({ kind: "text", text: text.slice(end, match.index) });
    pieces.push({ kind: "link", text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

/** Without what ends the sentence around it; a bracket that the address itself opened belongs to it. */
function trimmed(candidate: string): string {
  const bare = candidate.replace(TRAILING, "");
  const opens = bare.split("(").length > bare.split(")").length;
  return opens && candidate[bare.length] === ")" ? `${bare})` : bare;
}

/** The address in its normal form if it is one of the web, without a password in it. */
export function webAddress(text: string): string | null {
  if (MISLEADING.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return isWeb && url.username === "" && url.password === "" ? url.href : null;
}
