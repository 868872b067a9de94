//! What proves a webhook: Discord's signature by Ed25519 over the timestamp's text and the raw body (Discord,
//! "Interactions overview", "Validating security request headers"), or, from the forwarder of the Gateway, Standard
//! Webhooks under a secret that it shares with the account.

use super::Discord;
use crate::signature::{Check, Verified, unhex};
use crate::standard;
use crate::webhook::{Rejection, RejectionReason, WebhookRequest};
use patchbay_model::Timestamp;

pub(super) const SIGNATURE_HEADER: &str = "x-signature-ed25519";
pub(super) const TIMESTAMP_HEADER: &str = "x-signature-timestamp";
/// Discord tries now and then with a wrong signature, and removes a URL that answers anything else.
const REFUSAL_STATUS: u16 = 401;

impl Discord {
    pub(super) fn verify_request<'a>(
        &self,
        request: &'a WebhookRequest,
        now: Timestamp,
    ) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.gateway_secret };
        check.size(request)?;
        if request.headers.get(SIGNATURE_HEADER).is_none() && !self.gateway_keys.is_empty() {
            return standard::verify(&check, &self.gateway_keys, request, now);
        }
        let signature = unhex(&check.header(request, SIGNATURE_HEADER)?.to_ascii_lowercase())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| check.refuse(RejectionReason::Malformed))?;
        let timestamp = check.header(request, TIMESTAMP_HEADER)?;
        let message = signed(timestamp, &request.body);
        check.ed25519(request, &self.public_key, &message, &signature)
    }
}

/// What is signed.
pub(super) fn signed(timestamp: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), body].concat()
}
