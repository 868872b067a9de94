use super::Sms;
use crate::signature::{Check, Verified};
use crate::twilio::signature;
use crate::webhook::{Rejection, WebhookRequest};

/// Twilio takes no notice of a refusal's status; 403 is what its own validators' examples answer.
const REFUSAL_STATUS: u16 = 403;

impl Sms {
    pub(super) fn verify_signature<'a>(
        &self,
        request: &'a WebhookRequest,
    ) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.auth_token };
        signature::verify(&check, &self.account.public_url, request)
    }
}
