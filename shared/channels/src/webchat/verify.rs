use super::WebChat;
use super::token::{self, Claims};
use crate::signature::{Check, Hash, Verified, hmac, is_tag};
use crate::webhook::{Rejection, RejectionReason, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use patchbay_model::{MessageKey, Timestamp};

const REFUSAL_STATUS: u16 = 401;
const ORIGIN_REFUSAL_STATUS: u16 = 403;
pub(super) const ANY_ORIGIN: &str = "*";

/// Whether a setting is `*` or an origin as browsers send it (RFC 6454, 6.2): no path, no slash at the end.
pub(super) fn is_origin(text: &str) -> bool {
    text == ANY_ORIGIN
        || text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).is_some_and(|host| {
            !host.is_empty() && !host.contains(|c: char| c == '/' || c.is_whitespace() || c.is_uppercase())
        })
}

impl WebChat {
    /// Whether a page of this origin may use the widget. A browser always states one; whoever does not is no
    /// browser, and passes only where every origin does.
    pub fn allows_origin(&self, origin: Option<&str>) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == ANY_ORIGIN || Some(allowed.as_str()) == origin)
    }

    /// The session of a request: of a message, or of a socket's handshake. The token is a bearer
    /// `Authorization` or, as browsers cannot set headers on a socket, the query's `token`.
    pub fn session(&self, request: &WebhookRequest, now: Timestamp) -> Result<Claims, Rejection> {
        self.verify_session(request, now).map(|(_, claims)| claims)
    }

    pub(super) fn verify_session<'a>(
        &self,
        request: &'a WebhookRequest,
        now: Timestamp,
    ) -> Result<(Verified<'a>, Claims), Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.signing_secret };
        check.size(request)?;
        if !self.allows_origin(request.headers.get("origin")) {
            return Err(Rejection { status: ORIGIN_REFUSAL_STATUS, reason: RejectionReason::Origin });
        }
        let token = match check.header(request, "authorization") {
            Ok(value) => value.strip_prefix("Bearer ").map(str::to_owned),
            Err(Rejection { reason: RejectionReason::Missing, .. }) => request.query("token"),
            Err(rejection) => return Err(rejection),
        };
        let token = token.ok_or_else(|| check.refuse(RejectionReason::Missing))?;
        let parts = token::parse(&token).ok_or_else(|| check.refuse(RejectionReason::Malformed))?;
        let verified = check.token(request, parts.signed, &parts.tag, parts.claims)?;
        let claims: Claims = verified
            .claims()
            .and_then(|claims| serde_json::from_slice(claims).ok())
            .ok_or_else(|| check.refuse(RejectionReason::Malformed))?;
        if claims.aud != self.account.name {
            return Err(check.refuse(RejectionReason::Wrong));
        }
        if now.seconds() >= claims.exp {
            return Err(check.refuse(RejectionReason::Expired));
        }
        Ok((verified, claims))
    }

    /// A key of ours that this visitor may hand back: with a tag, so that nobody marks a message read that was
    /// not shown to them.
    pub(super) fn receipt(&self, visitor: &str, key: &MessageKey) -> String {
        let key = key.to_string();
        let tag = hmac(Hash::Sha256, self.signing_secret.current(), &receipt_message(visitor, &key));
        format!("{key}~{}", URL_SAFE_NO_PAD.encode(tag))
    }

    pub(super) fn read_receipt(&self, visitor: &str, receipt: &str) -> Option<MessageKey> {
        let (key, tag) = receipt.split_once('~')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let message = receipt_message(visitor, key);
        is_tag(Hash::Sha256, &self.signing_secret, &[message], &tag).then(|| MessageKey::parse(key)).flatten()
    }
}

fn receipt_message(visitor: &str, key: &str) -> Vec<u8> {
    format!("webchat-receipt\n{key}\n{visitor}").into_bytes()
}
