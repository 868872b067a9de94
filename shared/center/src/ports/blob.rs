//! Stored objects: media, and whatever else is too large for the table. Bytes go in and out whole; clients and
//! providers fetch and upload by signed URLs, past us.

use async_trait::async_trait;
use bytes::Bytes;
use patchbay_model::{BlobKey, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Seconds for which a signed URL may be good (S3, "Sharing objects with presigned URLs").
pub const VALID_S_MAX: u32 = 7 * 86_400;

/// An object and its media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    pub content_type: String,
    pub bytes: Bytes,
}

/// What a URL for fetching allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download<'a> {
    /// Under which name a browser saves it.
    pub file_name: Option<&'a str>,
    /// The same arguments make the same URL.
    pub from: Timestamp,
    pub valid_s: u32,
}

/// What a form for uploading allows: one object of this type, of 1 to `bytes_max` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    pub content_type: &'a str,
    pub bytes_max: u64,
    pub from: Timestamp,
    pub valid_s: u32,
}

/// A form that a browser posts as `multipart/form-data`: all fields first, then `file` with the bytes
/// (S3, "Browser-based uploads using HTTP POST"). 2xx is success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UploadForm {
    pub url: String,
    pub fields: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    #[error("the object is larger than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    /// The arguments can never do: nothing was stored or signed.
    #[error("not possible: {0}")]
    Invalid(String),
    /// It may or may not have been done: the same call is worth another try.
    #[error("the object store failed: {0}")]
    Unavailable(String),
}

#[async_trait]
pub trait Blob: Send + Sync {
    /// Stores an object whole or not at all; it takes the place of one with the same key.
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), BlobError>;

    /// An object of at most `bytes_max` bytes; `None` where there is none.
    async fn get(&self, key: &BlobKey, bytes_max: usize) -> Result<Option<StoredBlob>, BlobError>;

    /// Deletes an object; one that is not there is fine.
    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError>;

    /// A URL by which anybody who has it fetches the object, as an attachment (RFC 6266), until it lapses. Nothing is
    /// called: whether there is such an object, the URL's user learns.
    fn download_url(&self, key: &BlobKey, download: &Download<'_>) -> Result<String, BlobError>;

    /// A form by which anybody who has it stores the object until it lapses.
    fn upload_form(&self, key: &BlobKey, upload: &Upload<'_>) -> Result<UploadForm, BlobError>;
}

/// Refuses a life that no implementation can sign.
pub fn check_valid_s(valid_s: u32) -> Result<(), BlobError> {
    if (1..=VALID_S_MAX).contains(&valid_s) {
        return Ok(());
    }
    Err(BlobError::Invalid(format!("a URL is good for 1 to {VALID_S_MAX} seconds")))
}

/// The header `Content-Disposition` of a download (RFC 6266; the extended form is RFC 8187's): never inline.
pub fn attachment_disposition(file_name: Option<&str>) -> String {
    let Some(name) = file_name else { return "attachment".to_owned() };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._-()".contains(&byte);
    let plain: String =
        name.chars().map(|c| if c.is_ascii() && is_plain(c as u8) { c } else { '_' }).collect();
    // RFC 8187, 3.2.1: `attr-char`, without what needs no thought.
    let is_attr = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let mut extended = String::with_capacity(name.len());
    for byte in name.bytes() {
        if is_attr(byte) {
            extended.push(byte.into());
        } else {
            extended.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let check = |name: Option<&str>, expect: &str| assert_eq!(attachment_disposition(name), expect);
        check(None, "attachment");
        check(Some("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        check(Some("é.png"), "attachment; filename=\"_.png\"; filename*=UTF-8''%C3%A9.png");
        check(Some("a\"\r\nb;"), "attachment; filename=\"a___b_\"; filename*=UTF-8''a%22%0D%0Ab%3B");
    }

    #[test]
    fn a_life_has_a_limit() {
        assert!(check_valid_s(VALID_S_MAX).is_ok() && check_valid_s(1).is_ok());
        assert!(check_valid_s(VALID_S_MAX + 1).is_err() && check_valid_s(0).is_err());
    }
}
