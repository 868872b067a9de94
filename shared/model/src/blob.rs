//! Names of stored objects: media, and whatever else is too large for the table.

use crate::{ContactSid, MessageSid, WorkerSid};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes of a key: what one name of a file system takes (255), and a margin.
pub const BLOB_KEY_BYTES_MAX: usize = 200;
/// What an attachment's `url` begins with when the object is ours.
const SCHEME: &str = "blob:";

/// A text that is not the key of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a key: segments of letters, digits, '.', '_' and '-' with '/' between, {BLOB_KEY_BYTES_MAX} bytes in all"
)]
pub struct BlobKeyError;

/// The name of a stored object: segments with `/` between, safe in a URL and as a path of a file system. The first
/// segment is the area, which says for how long an object is kept and who may do what with it (docs/STORAGE.md).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct BlobKey(String);

impl BlobKey {
    /// `media/<contact>/<message>/<index>`: an attachment that a customer sent. The same at every fetch.
    pub fn media(contact: &ContactSid, message: &MessageSid, index: usize) -> BlobKey {
        BlobKey(format!("media/{contact}/{message}/{index}"))
    }

    /// `media/<contact>/picture`: how their provider shows a contact.
    pub fn picture(contact: &ContactSid) -> BlobKey {
        BlobKey(format!("media/{contact}/picture"))
    }

    /// `media/mail/<account>/<digest>`: a file that came within a mail, by its SHA-256.
    pub fn mail(account: &str, digest: &[u8]) -> BlobKey {
        BlobKey(format!(
            "media/mail/{}/{}",
            crate::id::hex(&crate::id::digest16(&["mail", account])),
            crate::id::hex(digest)
        ))
    }

    /// Whether it came within a mail, and may have come within others.
    pub fn is_of_mail(&self) -> bool {
        self.0.starts_with("media/mail/")
    }

    /// `sent/<worker>/<id>`: what an agent has uploaded, to be sent.
    pub fn sent(worker: &WorkerSid, id: [u8; 16]) -> BlobKey {
        BlobKey(format!("{}{}", BlobKey::sent_by(worker), crate::id::hex(&id)))
    }

    /// What every key of a worker's uploads begins with.
    pub fn sent_by(worker: &WorkerSid) -> String {
        format!("sent/{worker}/")
    }

    /// `upload/<visitor>/<id>`: what a visitor of the web chat has uploaded, and nobody has looked at yet.
    pub fn upload(account: &str, visitor: &str, id: [u8; 16]) -> BlobKey {
        BlobKey(format!("{}{}", BlobKey::uploaded_by(account, visitor), crate::id::hex(&id)))
    }

    /// What every key of a visitor's uploads begins with.
    pub fn uploaded_by(account: &str, visitor: &str) -> String {
        format!("upload/{}/", crate::id::hex(&crate::id::digest16(&["visitor", account, visitor])))
    }

    /// Whether it is a visitor's upload, which nobody has looked at yet.
    pub fn is_upload(&self) -> bool {
        self.0.starts_with("upload/")
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<BlobKey, BlobKeyError> {
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_segment = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(is_safe);
        if text.len() <= BLOB_KEY_BYTES_MAX && text.split('/').all(is_segment) {
            return Ok(BlobKey(text.to_owned()));
        }
        Err(BlobKeyError)
    }

    /// The object that an attachment's `url` is, where it is one of ours.
    pub fn of_reference(url: &str) -> Option<BlobKey> {
        BlobKey::parse(url.strip_prefix(SCHEME)?).ok()
    }

    /// `blob:<key>`: what stands in an attachment's `url`.
    pub fn reference(&self) -> String {
        format!("{SCHEME}{}", self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BlobKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        BlobKey::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_here_reads_back() {
        let (contact, message) = (ContactSid::derive(&["ann"]), MessageSid::derive(&["hello"]));
        let worker = WorkerSid::derive(&["wendy"]);
        let keys = [
            BlobKey::media(&contact, &message, 9),
            BlobKey::sent(&worker, [7; 16]),
            BlobKey::upload("default", "a visitor/../é", [7; 16]),
        ];
        for key in keys {
            assert_eq!(BlobKey::parse(key.as_str()), Ok(key.clone()));
            assert_eq!(BlobKey::of_reference(&key.reference()), Some(key));
        }
    }

    #[test]
    fn a_key_leads_nowhere_else() {
        let check = |text: &str, good: bool| assert_eq!(BlobKey::parse(text).is_ok(), good, "{text:?}");
        check("mail/2026/a_b-c.eml", true);
        check("a", true);
        for text in [
            "", "/a", "a/", "a//b", "..", "a/../b", "a/./b", "a/.b", "a\\b", "a b", "a%2e", "é", "a\0",
            "a?b", "a#b",
        ] {
            check(text, false);
        }
        check(&"a".repeat(BLOB_KEY_BYTES_MAX), true);
        check(&"a".repeat(BLOB_KEY_BYTES_MAX + 1), false);
        for url in ["https://a.example/b", "media/a", "blob:", "blob:https://a.example/b", "BLOB:a"] {
            assert_eq!(BlobKey::of_reference(url), None, "{url}");
        }
    }

    #[test]
    fn uploads_of_two_visitors_are_apart() {
        assert_ne!(BlobKey::uploaded_by("a", "bc"), BlobKey::uploaded_by("ab", "c"));
    }
}
