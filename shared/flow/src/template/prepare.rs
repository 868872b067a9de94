//! Makes a template's source safe and regular before the Liquid parser sees it.
//!
//! Studio tolerates what the parser does not: blanks around the dots of a path, a dot at its end, path segments
//! that begin with a digit, empty `{{ }}`. And the parser recurses and panics where it should refuse, and takes
//! quadratic time on blanks: nesting, numbers, whitespace control and verbatim blocks are dealt with here.

use super::TemplateError;
use super::filters::PRINT_FILTER;
use crate::limits::{PATH_NESTING_MAX, TEMPLATE_BYTES_MAX, TEMPLATE_NESTING_MAX};

/// Bytes of one tag or expression; also bounds how long a chain of `and` and `or` can be.
pub(super) const TAG_BYTES_MAX: usize = 4096;

/// Digits of a number that surely fits 64 bits.
const NUMBER_DIGITS_MAX: usize = 18;

/// Blanks in a row that the parser gets as they are: it looks from each of them to their end.
const BLANKS_MAX: usize = 32;

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
        let (before, tag) = rest.split_at(start);
        let tag = Tag::read(tag)?;
        push_text(&mut out, if tag.trims_before { before.trim_end() } else { before });
        rest = tag.after;
        if tag.name == "raw" || tag.name == "comment" {
            let Some((body, after)) = verbatim(rest, tag.name)? else {
                return Err(TemplateError::Syntax(format!("{{% {} %}} is not closed", tag.name)));
            };
            let body = if tag.trims_after { body.trim_start() } else { body };
            if tag.name == "raw" {
                push_quoted(&mut out, if after.trims_before { body.trim_end() } else { body });
            }
            rest = if after.trims_after { after.after.trim_start() } else { after.after };
            continue;
        }
        nesting.see(tag.name)?;
        let body = regular(tag.body)?;
        if tag.is_tag {
            push_tag(&mut out, format_args!("{{%{body}%}}"));
        } else if !body.trim().is_empty() {
            push_tag(&mut out, format_args!("{{{{{body} | {PRINT_FILTER} }}}}"));
        }
        if tag.trims_after {
            rest = rest.trim_start();
        }
    }
    push_text(&mut out, rest);
    Ok(Some(out))
}

/// A tag or expression, and what follows it.
struct Tag<'a> {
    is_tag: bool,
    name: &'a str,
    /// Between the delimiters, without the dashes of whitespace control.
    body: &'a str,
    trims_before: bool,
    trims_after: bool,
    after: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads the one with which `text` begins.
    fn read(text: &'a str) -> Result<Tag<'a>, TemplateError> {
        let is_tag = text.starts_with("{%");
        let close = if is_tag { "%}" } else { "}}" };
        let Some(length) = inner_length(&text[2..], close) else {
            let start: String = text.chars().take(40).collect();
            return Err(TemplateError::Syntax(format!("{start:?} is not closed by {close}")));
        };
        let inner = &text[2..2 + length];
        if inner.len() > TAG_BYTES_MAX {
            return Err(TemplateError::TagTooLong);
        }
        let (trims_before, body) = inner.strip_prefix('-').map_or((false, inner), |rest| (true, rest));
        let (trims_after, body) = body.strip_suffix('-').map_or((false, body), |rest| (true, rest));
        let name = if is_tag { tag_name(body) } else { "" };
        Ok(Tag { is_tag, name, body, trims_before, trims_after, after: &text[2 + length + 2..] })
    }
}

/// Writes a tag or expression. A brace before it would be taken for a part of it.
fn push_tag(out: &mut String, tag: std::fmt::Arguments<'_>) {
    if out.ends_with('{') {
        out.pop();
        out.push_str("{{'{'}}");
    }
    out.push_str(&tag.to_string());
}

/// Writes text that is no Liquid. Long runs of blanks become quoted expressions.
fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let words = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        out.push_str(&rest[..words]);
        rest = &rest[words..];
        let blanks = rest.find(|c: char| !c.is_ascii_whitespace()).unwrap_or(rest.len());
        if blanks > BLANKS_MAX {
            push_quoted(out, &rest[..blanks]);
        } else {
            out.push_str(&rest[..blanks]);
        }
        rest = &rest[blanks..];
    }
}

/// Writes text of any kind as expressions that print it.
fn push_quoted(out: &mut String, text: &str) {
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            push_tag(out, format_args!("{{{{'\"'}}}}"));
        }
        if !part.is_empty() {
            push_tag(out, format_args!("{{{{\"{part}\"}}}}"));
        }
    }
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
    let inner = inner.trim_start();
    &inner[..inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()]
}

/// The content of a block whose content is not Liquid, and the tag that ends it.
fn verbatim<'a>(text: &'a str, name: &str) -> Result<Option<(&'a str, Tag<'a>)>, TemplateError> {
    let mut at = 0;
    while let Some(start) = text[at..].find("{%") {
        let start = at + start;
        at = start + 2;
        let inner = text[at..].trim_start_matches('-').trim_start();
        if inner.strip_prefix("end").is_some_and(|rest| rest.starts_with(name)) {
            return Ok(Some((&text[..start], Tag::read(&text[start..])?)));
        }
    }
    Ok(None)
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
