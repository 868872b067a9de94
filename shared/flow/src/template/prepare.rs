//! Makes a template's source safe and regular before the Liquid parser sees it.
//!
//! Studio tolerates what the parser does not: blanks around the dots of a path, a dot at its end, path segments
//! that begin with a digit, empty `{{ }}`. And the parser recurses and panics where it should refuse: nesting and
//! number sizes are checked here.

use super::TemplateError;
use super::filters::PRINT_FILTER;
use crate::limits::{PATH_NESTING_MAX, TEMPLATE_BYTES_MAX, TEMPLATE_NESTING_MAX};

/// Bytes of one tag or expression; also bounds how long a chain of `and` and `or` can be.
pub(super) const TAG_BYTES_MAX: usize = 4096;

/// Digits of a number that surely fits 64 bits.
const NUMBER_DIGITS_MAX: usize = 18;

/// The source as the parser shall see it; `None` when there is no Liquid in it.
pub(super) fn prepare(source: &str) -> Result<Option<String>, TemplateError> {
    if source.len() > TEMPLATE_BYTES_MAX {
        return Err(TemplateError::TooLong(source.len()));
    }
    if !source.contains("{{") && !source.contains("{%") {
        return Ok(None);
    }
    let mut out = String::with_capacity(source.len() + 64);
    let mut rest = source;
    let mut nesting = Nesting::default();
    while let Some(start) = opening(rest) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let is_tag = rest.starts_with("{%");
        let close = if is_tag { "%}" } else { "}}" };
        let Some(length) = inner_length(&rest[2..], close) else {
            // Unclosed: the parser says where.
            break;
        };
        let inner = &rest[2..2 + length];
        if inner.len() > TAG_BYTES_MAX {
            return Err(TemplateError::TagTooLong);
        }
        let after = &rest[2 + length + 2..];
        let name = if is_tag { tag_name(inner) } else { "" };
        if name == "raw" || name == "comment" {
            let end = verbatim_length(after, name);
            out.push_str(&rest[..2 + length + 2 + end]);
            rest = &after[end..];
            continue;
        }
        nesting.see(name)?;
        let (open_dash, body, close_dash) = dashes(inner);
        let body = regular(body)?;
        if is_tag {
            out.push_str(&format!("{{%{open_dash}{body}{close_dash}%}}"));
        } else if !body.trim().is_empty() {
            out.push_str(&format!("{{{{{open_dash}{body} | {PRINT_FILTER} {close_dash}}}}}"));
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// Where the next `{{` or `{%` is.
fn opening(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes.windows(2).position(|pair| pair == b"{{" || pair == b"{%")
}

/// Bytes up to `close`, which inside quotes is text.
fn inner_length(text: &str, close: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match quote {
            Some(open) if open == *byte => quote = None,
            Some(_) => {}
            None if *byte == b'"' || *byte == b'\'' => quote = Some(*byte),
            None if bytes[at..].starts_with(close.as_bytes()) => return Some(at),
            None => {}
        }
    }
    None
}

fn tag_name(inner: &str) -> &str {
    let inner = inner.trim_start_matches('-').trim_start();
    &inner[..inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()]
}

/// Bytes up to and including the tag that ends a block whose content is not Liquid; all when none does.
fn verbatim_length(text: &str, name: &str) -> usize {
    let mut at = 0;
    while let Some(start) = text[at..].find("{%") {
        let tag = at + start + 2;
        let Some(length) = text[tag..].find("%}") else {
            break;
        };
        if tag_name(&text[tag..tag + length]).strip_prefix("end") == Some(name) {
            return tag + length + 2;
        }
        at = tag;
    }
    text.len()
}

/// The whitespace-control dashes and what is between them.
fn dashes(inner: &str) -> (&'static str, &str, &'static str) {
    let (open, inner) = inner.strip_prefix('-').map_or(("", inner), |rest| ("-", rest));
    let (inner, close) = inner.strip_suffix('-').map_or((inner, ""), |rest| (rest, "-"));
    (open, inner, close)
}

/// Depth of blocks.
#[derive(Default)]
struct Nesting {
    open: usize,
}

impl Nesting {
    fn see(&mut self, name: &str) -> Result<(), TemplateError> {
        match name {
            "if" | "unless" | "case" | "for" | "capture" | "ifchanged" => self.open += 1,
            name if name.starts_with("end") => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        if self.open > TEMPLATE_NESTING_MAX {
            return Err(TemplateError::NestedTooDeep);
        }
        Ok(())
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// The inside of a tag or expression with regular paths and numbers that fit.
fn regular(inner: &str) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(inner.len());
    let mut depth = 0usize;
    let mut rest = inner;
    while let Some(first) = rest.chars().next() {
        match first {
            '"' | '\'' => {
                let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            '.' if rest.starts_with("..") => {
                out.push_str("..");
                rest = &rest[2..];
            }
            '.' if ends_with_path(&out) => {
                out.truncate(out.trim_end().len());
                rest = segment(rest[1..].trim_start(), &rest[1..], &mut out);
            }
            _ if first.is_ascii_digit() => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let inside_word = out.bytes().last().is_some_and(|b| is_word(b) && b != b'-');
                if digits > NUMBER_DIGITS_MAX && !inside_word {
                    return Err(TemplateError::NumberTooLarge(rest[..digits].to_owned()));
                }
                out.push_str(&rest[..digits]);
                rest = &rest[digits..];
            }
            _ => {
                depth = match first {
                    '[' => depth + 1,
                    ']' => depth.saturating_sub(1),
                    _ => depth,
                };
                if depth > PATH_NESTING_MAX {
                    return Err(TemplateError::PathTooDeep);
                }
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    Ok(out)
}

/// Whether what precedes a dot is a path rather than a number.
fn ends_with_path(out: &str) -> bool {
    let out = out.trim_end();
    let word: usize = out.bytes().rev().take_while(|b| is_word(*b)).count();
    let word = &out[out.len() - word..];
    out.ends_with(']') || word.bytes().find(|b| *b != b'-').is_some_and(|b| !b.is_ascii_digit())
}

/// Writes the path segment that follows a dot; a dot that nothing follows is dropped.
fn segment<'a>(trimmed: &'a str, untrimmed: &'a str, out: &mut String) -> &'a str {
    let length = trimmed.bytes().take_while(|b| is_word(*b)).count();
    let word = &trimmed[..length];
    match word.bytes().next() {
        None | Some(b'-') => untrimmed,
        Some(first) if first.is_ascii_digit() => {
            let index = word.bytes().all(|b| b.is_ascii_digit()) && word.len() <= NUMBER_DIGITS_MAX;
            out.push_str(&if index { format!("[{word}]") } else { format!("[\"{word}\"]") });
            &trimmed[length..]
        }
        Some(_) => {
            out.push('.');
            out.push_str(word);
            &trimmed[length..]
        }
    }
}
