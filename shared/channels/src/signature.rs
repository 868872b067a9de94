//! The proof that a webhook is the provider's, and the only place where one is made.
//!
//! ```compile_fail,E0451
//! use patchbay_channels::{Verified, WebhookRequest};
//! let request = WebhookRequest::default();
//! let unchecked = Verified { request: &request, claims: None };
//! ```

use crate::webhook::{Rejection, RejectionReason, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SIGNATURE_LENGTH, Signature, VerifyingKey};
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use patchbay_model::limits::WEBHOOK_BYTES_MAX;
use ring::signature::{UnparsedPublicKey, VerificationAlgorithm};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// A request whose sender has been proven. Only the functions of this module make one.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    request: &'a WebhookRequest,
    claims: Option<Vec<u8>>,
}

impl<'a> Verified<'a> {
    pub fn request(&self) -> &'a WebhookRequest {
        self.request
    }

    /// What the proof itself states (the payload of a token), where it states anything.
    pub fn claims(&self) -> Option<&[u8]> {
        self.claims.as_deref()
    }
}

/// One account's secrets: one, or several while they are rotated. The first is the one we sign with.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    current: String,
    others: Vec<String>,
}

impl Secrets {
    /// Reads one secret, or several with commas between.
    pub fn parse(text: &str) -> Option<Secrets> {
        let mut secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty());
        let current = secrets.next()?.to_owned();
        Some(Secrets { current, others: secrets.map(str::to_owned).collect() })
    }

    /// No secret: proves nothing. What a setting that cannot be read stands as until it is refused.
    pub(crate) fn none() -> Secrets {
        Secrets { current: String::new(), others: Vec::new() }
    }

    pub fn current(&self) -> &str {
        &self.current
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let all = std::iter::once(self.current.as_str()).chain(self.others.iter().map(String::as_str));
        all.filter(|secret| !secret.is_empty())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} redacted]", self.iter().count())
    }
}

/// The hash under an HMAC (RFC 2104).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    fn bytes(self) -> usize {
        match self {
            Hash::Sha1 => 20,
            Hash::Sha256 => 32,
            Hash::Sha512 => 64,
        }
    }
}

/// HMAC of `message` under `key`.
pub(crate) fn hmac(hash: Hash, key: impl AsRef<[u8]>, message: &[u8]) -> Vec<u8> {
    fn tag<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
        // A key of any length is a key of HMAC, so the error of `new_from_slice` has no case; were there one,
        // the empty tag equals no signature.
        M::new_from_slice(key)
            .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
            .unwrap_or_default()
    }
    let key = key.as_ref();
    match hash {
        Hash::Sha1 => tag::<Hmac<Sha1>>(key, message),
        Hash::Sha256 => tag::<Hmac<Sha256>>(key, message),
        Hash::Sha512 => tag::<Hmac<Sha512>>(key, message),
    }
}

/// Whether `given` is the tag of one of `messages` under one of `secrets`. Every pair is tried and compared in
/// constant time, so that the time tells neither how much was right nor which secret it was.
pub(crate) fn is_tag(hash: Hash, secrets: &Secrets, messages: &[Vec<u8>], given: &[u8]) -> bool {
    found(hash, secrets.iter(), messages, given).into()
}

fn found<K: AsRef<[u8]>>(
    hash: Hash,
    keys: impl IntoIterator<Item = K>,
    messages: &[Vec<u8>],
    given: &[u8],
) -> Choice {
    let mut found = Choice::from(0);
    for key in keys {
        for message in messages {
            let tag = hmac(hash, &key, message);
            found |= Choice::from(u8::from(!tag.is_empty())) & tag.as_slice().ct_eq(given);
        }
    }
    found
}

/// How an account checks its webhooks: the status that a refusal is answered with, and the secrets.
pub(crate) struct Check<'s> {
    pub(crate) refusal_status: u16,
    pub(crate) secrets: &'s Secrets,
}

impl Check<'_> {
    pub(crate) fn refuse(&self, reason: RejectionReason) -> Rejection {
        Rejection { status: self.refusal_status, reason }
    }

    /// Refuses what no webhook may be, before it costs anything.
    pub(crate) fn size(&self, request: &WebhookRequest) -> Result<(), Rejection> {
        if request.body.len() > WEBHOOK_BYTES_MAX {
            return Err(Rejection { status: 413, reason: RejectionReason::TooLarge });
        }
        Ok(())
    }

    /// The one value of the header that carries the proof. Two are refused: which of them counts would
    /// depend on who reads.
    pub(crate) fn header<'r>(&self, request: &'r WebhookRequest, name: &str) -> Result<&'r str, Rejection> {
        let mut values = request.headers.get_all(name);
        let value = values.next().ok_or_else(|| self.refuse(RejectionReason::Missing))?;
        match values.next() {
            None => Ok(value),
            Some(_) => Err(self.refuse(RejectionReason::Repeated)),
        }
    }

    /// The tag in a header, decoded from base64 and as long as the hash makes it.
    pub(crate) fn tag_header(
        &self,
        request: &WebhookRequest,
        name: &str,
        hash: Hash,
    ) -> Result<Vec<u8>, Rejection> {
        STANDARD
            .decode(self.header(request, name)?)
            .ok()
            .filter(|tag| tag.len() == hash.bytes())
            .ok_or_else(|| self.refuse(RejectionReason::Malformed))
    }

    /// The tag in a header, after `prefix` in lower-case hex and as long as the hash makes it.
    pub(crate) fn hex_header(
        &self,
        request: &WebhookRequest,
        name: &str,
        prefix: &str,
        hash: Hash,
    ) -> Result<Vec<u8>, Rejection> {
        match self.header(request, name)?.strip_prefix(prefix) {
            Some(tag) => self.hex(tag, hash),
            None => Err(self.refuse(RejectionReason::Malformed)),
        }
    }

    /// Proves a request by a tag of one of `messages`.
    pub(crate) fn tag<'a>(
        &self,
        request: &'a WebhookRequest,
        hash: Hash,
        messages: &[Vec<u8>],
        given: &[u8],
    ) -> Result<Verified<'a>, Rejection> {
        self.size(request)?;
        if !is_tag(hash, self.secrets, messages, given) {
            return Err(self.refuse(RejectionReason::Wrong));
        }
        Ok(Verified { request, claims: None })
    }

    /// Proves a request by one of the secrets itself, which it carries.
    pub(crate) fn shared<'a>(
        &self,
        request: &'a WebhookRequest,
        given: &str,
    ) -> Result<Verified<'a>, Rejection> {
        self.size(request)?;
        let is_one = |secret: &str| secret.as_bytes().ct_eq(given.as_bytes());
        let found = self.secrets.iter().map(is_one).fold(Choice::from(0), |any, one| any | one);
        if !bool::from(found) {
            return Err(self.refuse(RejectionReason::Wrong));
        }
        Ok(Verified { request, claims: None })
    }

    /// Proves a request that carries several tags of `message`, of which one must be made with one of `keys`.
    pub(crate) fn one_of_tags<'a>(
        &self,
        request: &'a WebhookRequest,
        keys: &[Vec<u8>],
        message: Vec<u8>,
        given: &[Vec<u8>],
    ) -> Result<Verified<'a>, Rejection> {
        self.size(request)?;
        let messages = [message];
        let is_one = |tag: &Vec<u8>| found(Hash::Sha256, keys, &messages, tag);
        if !bool::from(given.iter().map(is_one).fold(Choice::from(0), |any, one| any | one)) {
            return Err(self.refuse(RejectionReason::Wrong));
        }
        Ok(Verified { request, claims: None })
    }

    /// Proves a request by a signature of `message` by Ed25519 (RFC 8032). Strictly: what a weak key could sign
    /// for every message is no proof.
    pub(crate) fn ed25519<'a>(
        &self,
        request: &'a WebhookRequest,
        key: &VerifyingKey,
        message: &[u8],
        given: &[u8; SIGNATURE_LENGTH],
    ) -> Result<Verified<'a>, Rejection> {
        self.size(request)?;
        let signature = Signature::from_bytes(given);
        key.verify_strict(message, &signature).map_err(|_| self.refuse(RejectionReason::Wrong))?;
        Ok(Verified { request, claims: None })
    }

    /// A tag in lower-case hex, as long as the hash makes it.
    pub(crate) fn hex(&self, text: &str, hash: Hash) -> Result<Vec<u8>, Rejection> {
        unhex(text)
            .filter(|tag| tag.len() == hash.bytes())
            .ok_or_else(|| self.refuse(RejectionReason::Malformed))
    }

    /// Proves a request by a signature of `message` that `key` belongs to.
    pub(crate) fn public_key<'a>(
        &self,
        request: &'a WebhookRequest,
        algorithm: &'static dyn VerificationAlgorithm,
        key: &[u8],
        message: &[u8],
        given: &[u8],
    ) -> Result<Verified<'a>, Rejection> {
        self.size(request)?;
        UnparsedPublicKey::new(algorithm, key)
            .verify(message, given)
            .map_err(|_| self.refuse(RejectionReason::Wrong))?;
        Ok(Verified { request, claims: None })
    }

    /// Proves a request by a token whose payload is `claims`, signed over `signed`.
    pub(crate) fn token<'a>(
        &self,
        request: &'a WebhookRequest,
        signed: &str,
        given: &[u8],
        claims: Vec<u8>,
    ) -> Result<Verified<'a>, Rejection> {
        let verified = self.tag(request, Hash::Sha256, &[signed.as_bytes().to_vec()], given)?;
        Ok(Verified { claims: Some(claims), ..verified })
    }
}

/// The bytes of lower-case hex digits; `None` for anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().map(|byte| digit(&byte)).collect::<Option<_>>()?;
    digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_one_or_several() {
        let check = |text: &str, expect: Option<&[&str]>| {
            let secrets = Secrets::parse(text);
            assert_eq!(secrets.as_ref().map(|secrets| secrets.iter().collect::<Vec<_>>()).as_deref(), expect);
        };
        check("a", Some(&["a"]));
        check(" new , old,", Some(&["new", "old"]));
        check("", None);
        check(" , ", None);
    }

    #[test]
    fn tags_are_those_of_rfc_2202_and_rfc_4231() {
        let check = |hash: Hash, key: &str, message: &str, expect: &str| {
            assert_eq!(patchbay_model::id::hex(&hmac(hash, key, message.as_bytes())), expect);
        };
        let message = "what do ya want for nothing?";
        check(Hash::Sha1, "Jefe", message, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        let long = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        check(Hash::Sha256, "Jefe", message, long);
        let longer = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                      caeab1a34d4a6b4b636e070a38bce737";
        check(Hash::Sha512, "Jefe", message, longer);
    }

    #[test]
    fn no_secret_and_no_message_prove_nothing() {
        let tag = hmac(Hash::Sha256, "", b"message");
        assert!(!is_tag(Hash::Sha256, &Secrets::none(), &[b"message".to_vec()], &tag));
        let secrets = Secrets::parse("a").unwrap();
        assert!(!is_tag(Hash::Sha256, &secrets, &[], &hmac(Hash::Sha256, "a", b"message")));
        assert!(is_tag(Hash::Sha256, &secrets, &[b"message".to_vec()], &hmac(Hash::Sha256, "a", b"message")));
        assert!(!is_tag(Hash::Sha256, &secrets, &[b"message".to_vec()], &[]));
    }
}
