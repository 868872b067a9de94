//! Files of Telegram: known by an id, fetched in two steps.

use super::Telegram;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::webhook::Headers;
use patchbay_model::Attachment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

/// What Telegram fetches from a URL and sends on as what it is (Bot API, "Sending files"): a document by URL
/// is a PDF or a ZIP only.
pub(super) const TYPES: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/gif",
    "video/mp4",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "application/pdf",
    "application/zip",
];
/// Bytes of a photo, and of any other file, that Telegram fetches from a URL (Bot API, "Sending files").
const PHOTO_BYTES_MAX: u64 = 5_000_000;
const FILE_BYTES_MAX: u64 = 20_000_000;

/// Kept as they are in a file's id and in its path.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
const PATH: &AsciiSet = &ID.remove(b'/').remove(b'.');

/// The method that sends an attachment, and the parameter that carries it; `None` for what goes as a link.
pub(super) fn method(attachment: &Attachment) -> Option<(&'static str, &'static str)> {
    let web = attachment.url.starts_with("https://") || attachment.url.starts_with("http://");
    let (method, bytes_max) = match attachment.content_type.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" | "image/png" => (("sendPhoto", "photo"), PHOTO_BYTES_MAX),
        "image/gif" => (("sendAnimation", "animation"), FILE_BYTES_MAX),
        "video/mp4" => (("sendVideo", "video"), FILE_BYTES_MAX),
        "audio/mpeg" | "audio/mp4" => (("sendAudio", "audio"), FILE_BYTES_MAX),
        "audio/ogg" => (("sendVoice", "voice"), FILE_BYTES_MAX),
        "application/pdf" | "application/zip" => (("sendDocument", "document"), FILE_BYTES_MAX),
        _ => return None,
    };
    (web && attachment.bytes.is_none_or(|bytes| bytes <= bytes_max)).then_some(method)
}

#[derive(Deserialize)]
struct Answer {
    result: File,
}

#[derive(Deserialize)]
struct File {
    file_path: String,
}

impl Telegram {
    /// Where a file is, without the key of the bot's token: that goes only into the request. A played provider
    /// has no files and names a URL instead.
    pub(super) fn file_url(&self, file_id: &str) -> String {
        if file_id.starts_with("https://") || file_id.starts_with("http://") {
            return file_id.to_owned();
        }
        format!("{}{}", self.file_url_base(), utf8_percent_encode(file_id, ID))
    }

    fn file_url_base(&self) -> String {
        format!("{}/bot{}/getFile?file_id=", self.api_base, self.bot_id())
    }

    /// Asks for the path of a file of `file_url`.
    pub(super) fn file_request(&self, url: &str) -> Option<ProviderRequest> {
        let id = url.strip_prefix(&self.file_url_base())?;
        let id = percent_decode_str(id).decode_utf8().ok()?;
        let id = utf8_percent_encode(&id, ID);
        Some(get(format!("{}/bot{}/getFile?file_id={id}", self.api_base, self.bot_token)))
    }

    /// Fetches the file whose path Telegram told (Bot API, "getFile"); good for an hour.
    pub(super) fn file_content_request(&self, answer: &ProviderResponse) -> Option<ProviderRequest> {
        let ProviderResponse::Http { status: 200, body, .. } = answer else { return None };
        let path = serde_json::from_slice::<Answer>(body).ok()?.result.file_path;
        let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        let plain = path.split('/').all(is_plain);
        let path = utf8_percent_encode(&path, PATH);
        plain.then(|| get(format!("{}/file/bot{}/{path}", self.api_base, self.bot_token)))
    }
}

/// A GET whose credentials are in its URL.
fn get(url: String) -> ProviderRequest {
    ProviderRequest {
        method: "GET".into(),
        url,
        headers: Headers::new(),
        body: Vec::new(),
        idempotent: true,
        on_refused: None,
    }
}
