/** Text in pieces: what is a link and what is not. Only http and https are links. */

export interface Piece {
  text: string;
  href?: string;
}

/** Ends before punctuation that belongs to the sentence. */
const LINK = /https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}…。、」]/gi;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const href = webUrl(match[0]);
    if (!href) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index) });
    found.push({ text: match[0], href });
    done = match.index + match[0].length;
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}

/** The URL, if it is one of the web; none that hides its host behind a name and a password. */
export function webUrl(text: string): string | undefined {
  try {
    const url = new URL(text);
    const isWeb = url.protocol === "https:" || url.protocol === "http:";
    return isWeb && !url.username && !url.password ? url.href : undefined;
  } catch {
    return undefined;
  }
}
