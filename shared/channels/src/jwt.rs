//! JSON Web Tokens (RFC 7519) in the compact form of RFC 7515, signed with HMAC-SHA256 and nothing else.

use crate::signature::{Hash, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// A token that states `claims`; the `alg` of `header` is `HS256`.
pub(crate) fn signed(header: &impl Serialize, claims: &impl Serialize, key: &str) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let tag = hmac(Hash::Sha256, key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// What is written here has names for its keys, so that the error has no case.
fn encoded(part: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}
