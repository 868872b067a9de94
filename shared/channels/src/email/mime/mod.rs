//! A mail's parts (RFC 2045 to 2049), read from whatever bytes somebody calls a mail.
//!
//! Architecture invariant: nothing here fails or panics. Depth and number of parts are bounded before anything is
//! read, so a mail costs what its bytes cost: the functions abort where they panic.

mod address;
mod charset;
mod date;
mod field;
mod parameter;
mod transfer;
mod word;

pub(super) use address::{Mailbox, mailboxes};
pub(super) use charset::decode as decode_charset;
pub(super) use date::parse as parse_date;
pub(super) use field::Fields;
pub(super) use parameter::Parameterised;

/// Parts of one mail; what comes behind them stays in the last one, unread.
pub(super) const PARTS_MAX: usize = 100;
/// Parts within parts; what lies deeper stays one part, unread.
pub(super) const DEPTH_MAX: usize = 10;

/// One part, or the mail itself.
#[derive(Debug)]
pub(super) struct Part<'m> {
    pub(super) fields: Fields,
    pub(super) content_type: Parameterised,
    pub(super) disposition: Option<Parameterised>,
    /// As it came: still encoded for its transfer.
    body: &'m [u8],
    /// Of a multipart.
    pub(super) parts: Vec<Part<'m>>,
}

/// A mail as a tree of parts.
#[derive(Debug)]
pub(super) struct Mime<'m> {
    pub(super) root: Part<'m>,
    /// Something was left unread for `PARTS_MAX` or `DEPTH_MAX`.
    pub(super) cut: bool,
}

/// Reads a mail.
pub(super) fn parse(mail: &[u8]) -> Mime<'_> {
    let mut reading = Reading { parts: 0, cut: false };
    let root = reading.part(mail, 0, "text/plain");
    Mime { root, cut: reading.cut }
}

/// The parts of a form (RFC 7578): a multipart whose boundary is its first line.
pub(super) fn parts_of_form(body: &[u8]) -> Vec<Part<'_>> {
    let first = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let boundary = first.trim_ascii_end().strip_prefix(b"--").and_then(|line| std::str::from_utf8(line).ok());
    let mut reading = Reading { parts: 0, cut: false };
    boundary.map(|boundary| reading.parts(body, boundary, 0, "text/plain")).unwrap_or_default()
}

struct Reading {
    parts: usize,
    cut: bool,
}

impl Reading {
    fn part<'m>(&mut self, bytes: &'m [u8], depth: usize, default_type: &str) -> Part<'m> {
        self.parts += 1;
        let (fields, body) = Fields::read(bytes);
        let content_type = fields
            .get("content-type")
            .map(Parameterised::read)
            .filter(|content_type| content_type.value.contains('/'))
            .unwrap_or_else(|| Parameterised::plain(default_type));
        let disposition = fields.get("content-disposition").map(Parameterised::read);
        let parts = match content_type.get("boundary") {
            Some(boundary) if content_type.value.starts_with("multipart/") && !boundary.is_empty() => {
                let inner =
                    if content_type.value == "multipart/digest" { "message/rfc822" } else { "text/plain" };
                self.parts(body, boundary, depth, inner)
            }
            _ => Vec::new(),
        };
        Part { fields, content_type, disposition, body, parts }
    }

    fn parts<'m>(
        &mut self,
        body: &'m [u8],
        boundary: &str,
        depth: usize,
        default_type: &str,
    ) -> Vec<Part<'m>> {
        let mut parts = Vec::new();
        for bytes in split(body, boundary) {
            if depth >= DEPTH_MAX || self.parts >= PARTS_MAX {
                self.cut = true;
                break;
            }
            parts.push(self.part(bytes, depth + 1, default_type));
        }
        parts
    }
}

/// What stands between the lines of a boundary (RFC 2046, 5.1.1); a mail that ends before its last one ends the part.
fn split<'m>(body: &'m [u8], boundary: &str) -> Vec<&'m [u8]> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let start = at;
        at += line.len();
        let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary.as_bytes()))
        else {
            continue;
        };
        let rest = rest.trim_ascii_end();
        if !rest.is_empty() && rest != b"--" {
            continue;
        }
        if let Some(from) = open {
            found.push(without_line_end(&body[from..start.max(from)]));
        }
        open = rest.is_empty().then_some(at);
        if open.is_none() {
            return found;
        }
    }
    if let Some(from) = open {
        found.push(&body[from..]);
    }
    found
}

/// The line end before a boundary is the boundary's.
fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

impl Part<'_> {
    /// The content, decoded from its transfer encoding.
    pub(super) fn bytes(&self) -> Vec<u8> {
        transfer::decode(self.fields.get("content-transfer-encoding").unwrap_or_default(), self.body)
    }

    /// The content as it came.
    pub(super) fn bytes_as_they_are(&self) -> &[u8] {
        self.body
    }

    /// The content as text. A line ends with `\n`.
    pub(super) fn text(&self) -> String {
        let text = decode_charset(self.content_type.get("charset"), &self.bytes());
        text.replace("\r\n", "\n").replace('\r', "\n")
    }

    /// The file's name, where the part has one.
    pub(super) fn file_name(&self) -> Option<&str> {
        let stated = self.disposition.as_ref().and_then(|disposition| disposition.get("filename"));
        stated.or_else(|| self.content_type.get("name")).map(str::trim).filter(|name| !name.is_empty())
    }

    pub(super) fn is_attached(&self) -> bool {
        self.disposition.as_ref().is_some_and(|disposition| disposition.value == "attachment")
    }

    pub(super) fn media_type(&self) -> &str {
        &self.content_type.value
    }
}

#[cfg(test)]
mod tests;
