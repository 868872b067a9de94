use super::Line;
use crate::signature::{Check, Hash, Verified, hmac};
use crate::webhook::{Rejection, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// LINE, "Verify webhook signature": base64 of HMAC-SHA256 over the raw body. The key is the channel secret
/// as text, not what its hex digits stand for.
const HEADER: &str = "x-line-signature";
const REFUSAL_STATUS: u16 = 401;

impl Line {
    pub(super) fn verify_signature<'a>(
        &self,
        request: &'a WebhookRequest,
    ) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.channel_secret };
        check.size(request)?;
        let given = check.tag_header(request, HEADER, Hash::Sha256)?;
        check.tag(request, Hash::Sha256, std::slice::from_ref(&request.body), &given)
    }

    /// Signs a webhook as LINE does, for the played provider.
    pub(super) fn add_signature(&self, request: &mut WebhookRequest) {
        let tag = hmac(Hash::Sha256, self.channel_secret.current(), &request.body);
        request.headers.push(HEADER, STANDARD.encode(tag));
    }
}
