//! Standard Webhooks 1.0.0: an id, a time and signatures in headers, over the raw body. What others sign for us, and
//! we for them, where no provider has a form of its own.

use crate::signature::{Check, Hash, Verified, hmac};
use crate::webhook::{Headers, Rejection, RejectionReason, WebhookRequest};
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use patchbay_model::Timestamp;

pub(crate) const ID_HEADER: &str = "webhook-id";
const TIMESTAMP_HEADER: &str = "webhook-timestamp";
const SIGNATURE_HEADER: &str = "webhook-signature";
/// Seconds by which a signature may be older or younger than our clock ("Verifying webhook authenticity").
pub(crate) const TOLERANCE_S: i64 = 300;
/// Signatures of one request that are tried: one for each secret that is being exchanged.
pub(crate) const SIGNATURES_MAX: usize = 8;
/// Bytes of a symmetric secret ("Signature scheme").
const KEY_BYTES_MIN: usize = 24;
const KEY_BYTES_MAX: usize = 64;
const SECRET_PREFIX: &str = "whsec_";
/// The version of a signature by HMAC-SHA256.
const VERSION: &str = "v1,";

/// Secrets are written with padding and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key that a secret stands for.
pub(crate) fn key(secret: &str) -> Option<Vec<u8>> {
    let key = BASE64.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    (KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&key.len()).then_some(key)
}

fn signed(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

/// The headers by which a request is proven: a signature for each of the keys.
pub(crate) fn headers(keys: &[Vec<u8>], id: &str, at: Timestamp, body: &[u8]) -> Headers {
    let timestamp = at.seconds().to_string();
    let message = signed(id, &timestamp, body);
    let signature =
        |key: &Vec<u8>| format!("{VERSION}{}", STANDARD.encode(hmac(Hash::Sha256, key, &message)));
    let signatures: Vec<String> = keys.iter().map(signature).collect();
    Headers::from_iter([
        (ID_HEADER, id),
        (TIMESTAMP_HEADER, timestamp.as_str()),
        (SIGNATURE_HEADER, signatures.join(" ").as_str()),
    ])
}

/// Proves a request by a signature under one of `keys`.
pub(crate) fn verify<'a>(
    check: &Check<'_>,
    keys: &[Vec<u8>],
    request: &'a WebhookRequest,
    now: Timestamp,
) -> Result<Verified<'a>, Rejection> {
    check.size(request)?;
    let id = check.header(request, ID_HEADER)?;
    let timestamp = check.header(request, TIMESTAMP_HEADER)?;
    let signatures = check.header(request, SIGNATURE_HEADER)?;
    let malformed = || check.refuse(RejectionReason::Malformed);
    let at: i64 = timestamp.parse().map_err(|_| malformed())?;
    // Versions that are not known are others' business.
    let given: Vec<Vec<u8>> = signatures
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix(VERSION)?).ok())
        .collect();
    if id.is_empty() || !(1..=SIGNATURES_MAX).contains(&given.len()) {
        return Err(malformed());
    }
    let message = signed(id, timestamp, &request.body);
    let verified = check.one_of_tags(request, keys, message, &given)?;
    if now.seconds().abs_diff(at) > TOLERANCE_S.unsigned_abs() {
        return Err(check.refuse(RejectionReason::Stale));
    }
    Ok(verified)
}
