//! What a signed URL or form allows, signed with HMAC-SHA256 under a key of the data directory.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use patchbay_model::{BlobKey, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// Bytes of a query or a policy, before it is looked at.
pub(super) const SIGNED_BYTES_MAX: usize = 4_096;

/// The key; never printed.
pub(super) struct Signer(Vec<u8>);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer([redacted])")
    }
}

pub(super) struct DownloadGrant<'a> {
    pub(super) key: &'a BlobKey,
    pub(super) until: Timestamp,
    /// Empty: none.
    pub(super) file_name: &'a str,
}

/// A download that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub key: BlobKey,
    pub file_name: Option<String>,
    /// Seconds for which a browser may keep it.
    pub left_s: i64,
}

/// An upload that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadGrant {
    pub key: BlobKey,
    pub content_type: String,
    pub bytes_max: u64,
    pub until: Timestamp,
}

impl Signer {
    pub(super) fn new(secret: &[u8]) -> Signer {
        Signer(secret.to_vec())
    }

    /// The parts are told apart by lengths in front, and what is signed for one purpose is good for no other.
    fn mac(&self, purpose: &str, parts: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [purpose].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }

    fn tag(&self, purpose: &str, parts: &[&str]) -> String {
        let tag = self.mac(purpose, parts).map(|mac| mac.finalize().into_bytes().to_vec());
        URL_SAFE_NO_PAD.encode(tag.unwrap_or_default())
    }

    /// In constant time.
    fn is_signed(&self, purpose: &str, parts: &[&str], tag: &str) -> bool {
        let tag = URL_SAFE_NO_PAD.decode(tag).unwrap_or_default();
        self.mac(purpose, parts).is_some_and(|mac| mac.verify_slice(&tag).is_ok())
    }

    pub(super) fn query(&self, grant: &DownloadGrant<'_>) -> String {
        let until = grant.until.0.to_string();
        let tag = self.tag("get", &[grant.key.as_str(), &until, grant.file_name]);
        format!(
            "until={until}&name={}&signature={tag}",
            utf8_percent_encode(grant.file_name, NON_ALPHANUMERIC)
        )
    }

    pub(super) fn check_download(&self, key: &str, raw_query: &str, now: Timestamp) -> Option<Allowed> {
        if raw_query.len() > SIGNED_BYTES_MAX {
            return None;
        }
        let rest = raw_query.strip_prefix("until=")?;
        let (until, rest) = rest.split_once("&name=")?;
        let (name, tag) = rest.split_once("&signature=")?;
        let name = percent_decode_str(name).decode_utf8().ok()?;
        if !self.is_signed("get", &[key, until, &name], tag) {
            return None;
        }
        let left_ms = Timestamp(until.parse().ok()?).since_ms(now);
        let file_name = Some(name.into_owned()).filter(|name| !name.is_empty());
        (left_ms > 0).then_some(Allowed {
            key: BlobKey::parse(key).ok()?,
            file_name,
            left_s: left_ms / 1_000,
        })
    }

    /// A policy and its signature.
    pub(super) fn policy(&self, grant: &UploadGrant) -> (String, String) {
        // Our own type serialises.
        let policy = URL_SAFE_NO_PAD.encode(serde_json::to_vec(grant).unwrap_or_default());
        let tag = self.tag("post", &[&policy]);
        (policy, tag)
    }

    pub(super) fn check_upload(&self, policy: &str, tag: &str, now: Timestamp) -> Option<UploadGrant> {
        if policy.len() > SIGNED_BYTES_MAX || !self.is_signed("post", &[policy], tag) {
            return None;
        }
        let grant: UploadGrant = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(policy).ok()?).ok()?;
        (now < grant.until).then_some(grant)
    }
}
