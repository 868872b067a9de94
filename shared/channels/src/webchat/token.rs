//! Session tokens: JWT (RFC 7519) in the compact form of RFC 7515, HMAC-SHA256 and nothing else.

use super::WebChat;
use crate::jwt;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_model::SessionSid;
use serde::{Deserialize, Serialize};

/// Seconds that a session token is good for; the client asks for a new one before.
pub const SESSION_TOKEN_S: i64 = 900;
/// Bytes of a token, before it is looked at.
const TOKEN_BYTES_MAX: usize = 4_096;

/// What a session token states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub sid: SessionSid,
    /// The visitor: their address on the channel.
    pub sub: String,
    /// The account that the token is for.
    pub aud: String,
    /// Seconds since the epoch; at this moment the token is no longer good.
    pub exp: i64,
    /// What the visitor said before the chat, or the site vouches for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The language of the visitor's browser (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    /// Which of several keys signed it.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    kid: Option<std::borrow::Cow<'a, str>>,
}

/// A token in its parts, not yet checked.
pub(super) struct Parts<'t> {
    /// What is signed.
    pub(super) signed: &'t str,
    pub(super) tag: Vec<u8>,
    pub(super) kid: Option<String>,
    pub(super) claims: Vec<u8>,
}

/// Takes a token apart; `None` for one of another form or algorithm (the token never chooses how it is
/// checked: RFC 8725, 3.1).
pub(super) fn parse(token: &str) -> Option<Parts<'_>> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let (signed, tag) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let header: Header<'_> = serde_json::from_slice(&header).ok()?;
    if header.alg != "HS256" || header.typ != "JWT" {
        return None;
    }
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    let kid = header.kid.map(std::borrow::Cow::into_owned);
    Some(Parts { signed, tag, kid, claims: URL_SAFE_NO_PAD.decode(claims).ok()? })
}

impl WebChat {
    /// Makes the token of a session. `claims.aud` must be the account's name for the token to be accepted.
    pub fn mint(&self, claims: &Claims) -> String {
        let header = Header { alg: "HS256", typ: "JWT", kid: None };
        jwt::signed(&header, claims, self.signing_secret.current())
    }
}
