/** Where words occur in a text, whatever their case and accents: as the center compares them. */

/** A piece of a text, and whether it is what was looked for. */
export interface Piece {
  text: string;
  hit: boolean;
}

/** What stands on Latin, Greek and Cyrillic letters, and the signs that Hebrew and Arabic are mostly written without. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/gu;
const LETTERS: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  ı: "i",
  þ: "th",
  ς: "σ",
};

function foldLetter(letter: string): string {
  const bare = letter.normalize("NFKD").replace(ACCENTS, "").toLowerCase().normalize("NFC");
  return [...bare]
    .map((one) => {
      const code = one.codePointAt(0) ?? 0;
      if (code >= 0x30a1 && code <= 0x30f6) return String.fromCodePoint(code - 0x60);
      return LETTERS[one] ?? one;
    })
    .join("");
}

/** The words that are looked for. */
export function wordsOf(question: string): string[] {
  return question
    .split(/\s+/u)
    .map((word) => [...word].map(foldLetter).join(""))
    .filter(Boolean);
}

/** The text in pieces that are hits and pieces that are not, in their order; put together they are the text. */
export function highlighted(text: string, words: readonly string[]): Piece[] {
  if (words.length === 0) return [{ text, hit: false }];
  // A letter may become two, or none: each of the folded text knows where it comes from.
  const letters = [...text];
  const from: number[] = [];
  let folded = "";
  letters.forEach((letter, at) => {
    const bare = foldLetter(letter);
    folded += bare;
    for (let index = 0; index < bare.length; index += 1) from.push(at);
  });
  const hit = letters.map(() => false);
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      const [first, last] = [from[at] ?? 0, from[at + word.length - 1] ?? 0];
      hit.fill(true, first, last + 1);
    }
  }
  const pieces: Piece[] = [];
  letters.forEach((letter, at) => {
    const last = pieces.at(-1);
    if (last && last.hit === hit[at]) last.text += letter;
    else pieces.push({ text: letter, hit: hit[at] ?? false });
  });
  return pieces;
}
