//! Whether an ID token is one (OpenID Connect Core 1.0, 3.1.3.7; RFC 8725). Pure.

use super::OidcSettings;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_model::Timestamp;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Bytes of an ID token: one with many groups is long.
pub const ID_TOKEN_BYTES_MAX: usize = 16_384;
/// Seconds by which the provider's clock may differ from ours.
const SKEW_S: i64 = 60;

/// Why an ID token is not believed. All are answered with 401; which it was, is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    #[error("the ID token is not a JWT that states what it should")]
    Malformed,
    #[error("the ID token is signed by neither RS256 nor ES256")]
    Algorithm,
    #[error("the ID token's key is not among the provider's")]
    UnknownKey,
    #[error("the ID token's signature is not the provider's")]
    Signature,
    #[error("the ID token is somebody else's")]
    Issuer,
    #[error("the ID token is for somebody else")]
    Audience,
    #[error("the ID token has expired, or is not good yet")]
    Expired,
}

/// A public key of the provider (RFC 7517); of other kinds than these no token is believed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Key {
    #[serde(default)]
    kid: Option<String>,
    kty: String,
    /// `sig`, where the provider says so.
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
}

/// What the token states, once everything about it has been checked but who it speaks of.
pub(super) fn check(
    token: &str,
    keys: &[Key],
    settings: &OidcSettings,
    now: Timestamp,
) -> Result<Map<String, Value>, IdTokenError> {
    if token.len() > ID_TOKEN_BYTES_MAX {
        return Err(IdTokenError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(IdTokenError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(IdTokenError::Malformed)?;
    let header: Header = json(header)?;
    let kty = match header.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(IdTokenError::Algorithm),
    };
    let is_meant = |key: &&Key| {
        key.kty == kty
            && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid))
    };
    let key = keys.iter().find(is_meant).ok_or(IdTokenError::UnknownKey)?;
    if !key.has_signed(signed.as_bytes(), &bytes(signature)?) {
        return Err(IdTokenError::Signature);
    }
    let claims: Map<String, Value> = json(claims)?;
    check_claims(&claims, settings, now)?;
    Ok(claims)
}

fn check_claims(
    claims: &Map<String, Value>,
    settings: &OidcSettings,
    now: Timestamp,
) -> Result<(), IdTokenError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(&settings.issuer) {
        return Err(IdTokenError::Issuer);
    }
    let ours = |value: &Value| value.as_str() == Some(&settings.client_id);
    let is_ours = match claims.get("aud") {
        // For several: who it was given to must be us (3.1.3.7, 4 and 5).
        Some(Value::Array(list)) => {
            list.iter().any(ours) && (list.len() == 1 || claims.get("azp").is_some_and(ours))
        }
        Some(one) => ours(one),
        None => false,
    };
    if !is_ours || claims.get("azp").is_some_and(|party| !ours(party)) {
        return Err(IdTokenError::Audience);
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let expires_at = seconds("exp").ok_or(IdTokenError::Malformed)?;
    let begins_at = seconds("nbf").or_else(|| seconds("iat")).ok_or(IdTokenError::Malformed)?;
    if expires_at.saturating_add(SKEW_S) <= now.seconds() || begins_at.saturating_sub(SKEW_S) > now.seconds()
    {
        return Err(IdTokenError::Expired);
    }
    Ok(())
}

impl Key {
    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let part = |part: &Option<String>| part.as_deref().and_then(|text| bytes(text).ok());
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else { return false };
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            ("EC", Some("P-256")) => {
                let (Some(x), Some(y)) = (part(&self.x), part(&self.y)) else { return false };
                // SEC 1, 2.3.3: an uncompressed point.
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

fn bytes(part: &str) -> Result<Vec<u8>, IdTokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| IdTokenError::Malformed)
}

fn json<T: DeserializeOwned>(part: &str) -> Result<T, IdTokenError> {
    serde_json::from_slice(&bytes(part)?).map_err(|_| IdTokenError::Malformed)
}
