use super::Custom;
use crate::signature::{Check, Verified};
use crate::standard;
use crate::webhook::{Rejection, WebhookRequest};
use patchbay_model::Timestamp;

const REFUSAL_STATUS: u16 = 401;

impl Custom {
    pub(super) fn verify_signature<'a>(
        &self,
        request: &'a WebhookRequest,
        now: Timestamp,
    ) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.inbound_secret };
        standard::verify(&check, &self.inbound_keys, request, now)
    }
}
