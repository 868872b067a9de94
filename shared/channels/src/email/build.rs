//! Mails as bytes: ours, and those that a provider has taken apart.

use super::letter::LetterFile;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;
use patchbay_model::id::{digest16, hex};

/// Fields that a mail's parts state themselves.
const OF_PARTS: [&str; 5] =
    ["content-type", "content-transfer-encoding", "content-disposition", "mime-version", "content-id"];

/// The body of a mail: its text, the same as HTML where that comes with it, and its files. The same content is the
/// same bytes: boundaries come from `seed`, not from a clock.
pub(super) fn body<'p>(
    text: Option<&'p str>,
    html: Option<&'p str>,
    files: &'p [LetterFile],
    seed: &str,
) -> MimePart<'p> {
    let text = text.map(|text| MimePart::new("text/plain", text));
    let html = html.map(|html| MimePart::new("text/html", html));
    let said = match (text, html) {
        (Some(text), Some(html)) => multipart("multipart/alternative", seed, vec![text, html]),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => MimePart::new("text/plain", ""),
    };
    if files.is_empty() {
        return said;
    }
    let files = files.iter().map(|file| {
        let name = file.name.as_deref().unwrap_or("file");
        MimePart::new(ContentType::new(media_type(&file.content_type)), file.bytes.as_slice())
            .attachment(name)
    });
    multipart("multipart/mixed", seed, std::iter::once(said).chain(files).collect())
}

fn multipart<'p>(kind: &'p str, seed: &str, parts: Vec<MimePart<'p>>) -> MimePart<'p> {
    let boundary = hex(&digest16(&["boundary", kind, seed]));
    MimePart::new(ContentType::new(kind).attribute("boundary", boundary), parts)
}

/// A media type without parameters, fit for a field.
fn media_type(content_type: &str) -> &str {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
    let fits = kind.split_once('/').is_some_and(|(top, sub)| {
        !top.is_empty() && !sub.is_empty() && top.chars().all(is_token) && sub.chars().all(is_token)
    });
    // A mail within a mail may not be encoded, so it goes as a file.
    if fits && !kind.starts_with("message/") && !kind.starts_with("multipart/") {
        kind
    } else {
        "application/octet-stream"
    }
}

/// A mail that a provider has taken apart, put together again, so that all are read in one way.
pub(super) fn together(
    fields: &[(String, String)],
    text: Option<&str>,
    html: Option<&str>,
    files: &[LetterFile],
) -> Vec<u8> {
    let mut mail = Vec::new();
    for (name, value) in fields {
        if OF_PARTS.contains(&name.to_ascii_lowercase().as_str())
            || !name.bytes().all(|byte| byte.is_ascii_graphic())
        {
            continue;
        }
        let value = value.split(['\r', '\n']).map(str::trim).collect::<Vec<_>>().join(" ");
        mail.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    body(text, html, files, "together").write_part(&mut mail);
    mail
}
