//! What somebody wrote in a mail, without what they quote. For display: the whole text is kept beside it.
//!
//! No rule finds every quotation, since no program marks them alike; where it is not clear, everything is shown.

mod header;

use header::{is_separator, quote_header};

/// Beginnings of lines that programs put under a text of their own accord.
const SIGNATURES: [&str; 22] = [
    "sent from my ",
    "sent from outlook",
    "sent from mail for",
    "sent from yahoo",
    "sent with ",
    "sent via ",
    "get outlook for ",
    "envoyé de mon ",
    "envoyé depuis ",
    "von meinem ",
    "gesendet von ",
    "gesendet mit ",
    "enviado desde mi ",
    "enviado do meu ",
    "enviado dal ",
    "inviato da ",
    "inviato dal ",
    "verzonden vanaf ",
    "verstuurd vanaf ",
    "skickat från ",
    "sendt fra min ",
    "отправлено с ",
];
/// Lines that a signature of one of the programs above has at the most.
const SIGNATURE_LINES_MAX: usize = 3;

/// The text as it is shown.
pub(super) fn trimmed(text: &str) -> &str {
    let lines = Lines::of(text);
    let shown = match first_quote(&lines) {
        None => text,
        Some(quote) if lines.is_blank(0, quote.begin) => {
            // The answer stands below, or there is none.
            let below = &text[lines.start(quote.end)..];
            if quote.marked && first_quote(&Lines::of(below)).is_none() { below } else { text }
        }
        Some(quote) if !quote.marked || lines.is_blank(quote.end, lines.count()) => {
            &text[..lines.start(quote.begin)]
        }
        // Text between quotations: an answer point by point.
        Some(quote) if lines.is_signature(quote.end) => &text[..lines.start(quote.begin)],
        Some(_) => text,
    };
    let shown = without_signature(shown);
    let shown = shown.trim_end_matches(|c: char| c.is_whitespace()).trim_start_matches(['\n', '\r']);
    if shown.trim().is_empty() { text.trim_end() } else { shown }
}

/// The lines of a text and where they begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Lines<'t> {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Lines { text, starts }
    }

    fn count(&self) -> usize {
        self.starts.len()
    }

    /// Where a line begins; behind the last one, where the text ends.
    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    fn get(&self, line: usize) -> &'t str {
        self.text[self.start(line)..self.start(line + 1)].trim()
    }

    fn is_blank(&self, from: usize, to: usize) -> bool {
        (from..to).all(|line| self.get(line).is_empty())
    }

    /// Whether from here on there is a signature and nothing else.
    fn is_signature(&self, from: usize) -> bool {
        let first = (from..self.count()).find(|line| !self.get(*line).is_empty());
        first.is_some_and(|line| matches!(self.get(line), "--" | "—") || is_separator(self.get(line)))
    }
}

/// A quotation: lines `begin..end`.
struct Quote {
    begin: usize,
    end: usize,
    /// Its lines begin with `>`, so that it is known where it ends.
    marked: bool,
}

fn first_quote(lines: &Lines<'_>) -> Option<Quote> {
    let mut line = 0;
    while line < lines.count() {
        if is_marked(lines.get(line)) {
            let end = marked_end(lines, line);
            return Some(Quote { begin: line, end, marked: true });
        }
        if let Some(behind) = quote_header(line, lines.count(), |line| lines.get(line)) {
            let first = (behind..lines.count()).find(|line| !lines.get(*line).is_empty());
            return Some(match first.filter(|line| is_marked(lines.get(*line))) {
                Some(first) => Quote { begin: line, end: marked_end(lines, first), marked: true },
                None => Quote { begin: line, end: lines.count(), marked: false },
            });
        }
        line += 1;
    }
    None
}

/// Behind the last line of a quotation, past blank ones between its paragraphs, and past one that an old program
/// broke without marking what it broke off.
fn marked_end(lines: &Lines<'_>, begin: usize) -> usize {
    let mut end = begin;
    let mut line = begin;
    while line < lines.count() {
        let text = lines.get(line);
        let broken_off = line == end && line + 1 < lines.count() && is_marked(lines.get(line + 1));
        if is_marked(text) || broken_off {
            end = line + 1;
        } else if !text.is_empty() {
            break;
        }
        line += 1;
    }
    end
}

/// `>`, `|`, or initials before it (`Ann> …`).
fn is_marked(line: &str) -> bool {
    if line.starts_with('>') || line.starts_with("| ") || line == "|" {
        return true;
    }
    let initials = line.find('>').map(|at| &line[..at]);
    initials.is_some_and(|name| (1..=3).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_uppercase()))
}

fn without_signature(text: &str) -> &str {
    let lines = Lines::of(text);
    let mut left = (0..lines.count()).filter(|line| !lines.get(*line).is_empty()).count();
    for line in 0..lines.count() {
        let found = lines.get(line);
        // RFC 3676, 4.3.
        let delimiter = found == "--" || found == "—";
        let low = found.to_lowercase();
        let program = SIGNATURES.iter().any(|beginning| low.starts_with(beginning));
        if line > 0 && (delimiter || (program && left <= SIGNATURE_LINES_MAX)) {
            return &text[..lines.start(line)];
        }
        left -= usize::from(!found.is_empty());
    }
    // A rule with nothing below it.
    let last = (0..lines.count()).rev().find(|line| {
        let found = lines.get(*line);
        !found.is_empty() && !is_separator(found)
    });
    last.map_or(text, |line| &text[..lines.start(line + 1)])
}

#[cfg(test)]
mod tests;
