//! Tokens for agents' sockets and `/api`: JWT (RFC 7519) in the compact form of RFC 7515, HMAC-SHA256 and
//! nothing else: a token never chooses how it is checked (RFC 8725, 3.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use patchbay_model::{Timestamp, WorkerSid};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// Who makes these tokens.
const ISSUER: &str = "patchbay";
/// Whom they are for.
const AUDIENCE: &str = "patchbay:agent";
/// Bytes of a token, before it is looked at.
pub const TOKEN_BYTES_MAX: usize = 4_096;
/// Bytes of a signing key (RFC 7518, 3.2: at least as many as the hash has).
pub const KEY_BYTES_MIN: usize = 32;
/// Seconds that a token is good for unless its maker says otherwise: a working day.
pub const TOKEN_S: i64 = 8 * 3_600;

/// The center's signing keys: one, or two while they are exchanged. None, the default, lets nobody in.
#[derive(Clone, Default)]
pub struct SigningKeys {
    keys: Vec<Vec<u8>>,
}

/// A key that is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is shorter than {KEY_BYTES_MIN} bytes")]
pub struct ShortKey;

impl SigningKeys {
    /// `current` signs; `previous` is still believed.
    pub fn new(current: &[u8], previous: Option<&[u8]>) -> Result<SigningKeys, ShortKey> {
        let keys: Vec<Vec<u8>> = std::iter::once(current).chain(previous).map(<[u8]>::to_vec).collect();
        match keys.iter().all(|key| key.len() >= KEY_BYTES_MIN) {
            true => Ok(SigningKeys { keys }),
            false => Err(ShortKey),
        }
    }

    /// Makes a token. `None`: there is no key to sign with.
    pub fn sign(&self, claims: &Claims) -> Option<String> {
        let key = self.keys.first()?;
        let header = encode(&Header { alg: "HS256".into() });
        let signed = format!("{header}.{}", encode(claims));
        let tag = mac(key, &signed)?.finalize().into_bytes();
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
    }

    /// What a token states, once everything about it has been checked.
    pub fn check(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let (signed, tag) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let header: Header = decode(header)?;
        if header.alg != "HS256" {
            return Err(TokenError::Algorithm);
        }
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| TokenError::Malformed)?;
        // `verify_slice` compares in constant time.
        let believed = self.keys.iter().filter_map(|key| mac(key, signed));
        if !believed.fold(false, |found, mac| found | mac.verify_slice(&tag).is_ok()) {
            return Err(TokenError::Signature);
        }
        let claims: Claims = decode(claims)?;
        if claims.iss != ISSUER || claims.aud != AUDIENCE {
            return Err(TokenError::Audience);
        }
        if claims.exp <= now.seconds() {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

/// Keys are never printed.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys([{} redacted])", self.keys.len())
    }
}

/// What its bearer may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
}

/// What a token states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub sub: WorkerSid,
    pub role: Role,
    iss: String,
    aud: String,
    /// Seconds since the epoch; at this moment the token is no longer good.
    pub exp: i64,
}

impl Claims {
    pub fn new(worker: WorkerSid, role: Role, expires_at: Timestamp) -> Claims {
        Claims { sub: worker, role, iss: ISSUER.into(), aud: AUDIENCE.into(), exp: expires_at.seconds() }
    }
}

/// Why a token is not believed. All are answered with 401; which it was, is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not a JWT that states what it should")]
    Malformed,
    #[error("the token is not signed with HS256")]
    Algorithm,
    #[error("the token's signature is not ours")]
    Signature,
    #[error("the token is somebody else's or for somebody else")]
    Audience,
    #[error("the token has expired")]
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
}

fn mac(key: &[u8], signed: &str) -> Option<Hmac<Sha256>> {
    // Any number of bytes is a key of HMAC, so the error has no case.
    Some(Hmac::<Sha256>::new_from_slice(key).ok()?.chain_update(signed))
}

fn encode<T: Serialize>(part: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp(1_795_359_904_000);
    const KEY: &[u8] = b"an invented key of thirty-two by";

    fn keys() -> SigningKeys {
        SigningKeys::new(KEY, None).unwrap()
    }

    fn claims() -> Claims {
        Claims::new(WorkerSid::derive(&["worker", "ann"]), Role::Agent, NOW.plus_s(60))
    }

    /// A token with any header and claims, signed with our key.
    fn forge(header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(header), encode(claims));
        let tag = mac(KEY, &signed).unwrap().finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn check(token: &str, expect: Result<Claims, TokenError>) {
        assert_eq!(keys().check(token, NOW), expect, "{token}");
    }

    #[test]
    fn a_token_says_who_comes_until_it_expires() {
        let token = keys().sign(&claims()).unwrap();
        check(&token, Ok(claims()));
        assert_eq!(keys().check(&token, NOW.plus_s(59)), Ok(claims()));
        assert_eq!(keys().check(&token, NOW.plus_s(60)), Err(TokenError::Expired));
    }

    #[test]
    fn a_changed_token_is_refused() {
        let token = keys().sign(&claims()).unwrap();
        let at_claims = token.find('.').unwrap() + 1;
        for at in [at_claims, at_claims + 20, token.len() - 4] {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            check(&String::from_utf8(bytes).unwrap(), Err(TokenError::Signature));
        }
    }

    #[test]
    fn no_other_algorithm_is_believed() {
        let claims = serde_json::to_value(claims()).unwrap();
        for alg in ["none", "None", "hs256", "HS384", "RS256", ""] {
            check(&forge(&json!({ "alg": alg }), &claims), Err(TokenError::Algorithm));
        }
        let unsigned = forge(&json!({ "alg": "HS256" }), &claims);
        check(&format!("{}.", unsigned.rsplit_once('.').unwrap().0), Err(TokenError::Signature));
    }

    #[test]
    fn a_token_for_another_purpose_is_refused() {
        for (name, value) in [("iss", "another"), ("aud", "webchat")] {
            let mut claims = serde_json::to_value(claims()).unwrap();
            claims[name] = json!(value);
            check(&forge(&json!({ "alg": "HS256" }), &claims), Err(TokenError::Audience));
        }
        for name in ["sub", "role", "iss", "aud", "exp"] {
            let mut claims = serde_json::to_value(claims()).unwrap();
            claims.as_object_mut().unwrap().remove(name);
            check(&forge(&json!({ "alg": "HS256" }), &claims), Err(TokenError::Malformed));
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", ".", "..", "a.b.c", "e30.e30.e30"] {
            check(text, Err(TokenError::Malformed));
        }
        let at_limit = format!("..{}", "A".repeat(TOKEN_BYTES_MAX - 2));
        let past_it = format!("{at_limit}A");
        check(&at_limit, Err(TokenError::Malformed));
        check(&past_it, Err(TokenError::Malformed));
    }

    #[test]
    fn the_previous_key_is_believed_while_keys_are_exchanged() {
        let old = keys().sign(&claims()).unwrap();
        let new_key = [7; KEY_BYTES_MIN];
        let both = SigningKeys::new(&new_key, Some(KEY)).unwrap();
        assert_eq!(both.check(&old, NOW), Ok(claims()));
        check(&both.sign(&claims()).unwrap(), Err(TokenError::Signature));
        let after = SigningKeys::new(&new_key, None).unwrap();
        assert_eq!(after.check(&old, NOW), Err(TokenError::Signature));
    }

    #[test]
    fn without_a_key_nobody_comes_in_and_short_keys_are_none() {
        let none = SigningKeys::default();
        assert_eq!(none.sign(&claims()), None);
        assert_eq!(none.check(&keys().sign(&claims()).unwrap(), NOW), Err(TokenError::Signature));
        assert!(SigningKeys::new(&[1; KEY_BYTES_MIN - 1], None).is_err());
        assert!(SigningKeys::new(KEY, Some(&[1; KEY_BYTES_MIN - 1])).is_err());
        assert_eq!(format!("{:?}", keys()), "SigningKeys([1 redacted])");
    }
}
