//! What the center does to calls by the API, and what the answers mean.

use super::Voice;
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse};
use crate::twilio::{form, rest};

/// Twilio's codes of a call that is over, or gone: nothing can be done to it, and nothing need be.
pub(super) const OVER: [&str; 2] = ["21220", "20404"];

/// How the API is told what to do.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

impl Voice {
    /// Has a call ask again what it is to do, wherever it is (Twilio, "Update a Call resource"). Doing so twice does no
    /// harm.
    pub fn move_call(&self, call_sid: &str) -> ProviderRequest {
        let own = self.url(&[]);
        self.change_call(call_sid, &[("Url", own.as_str()), ("Method", "POST")])
    }

    /// The number that is called.
    pub fn number(&self) -> &str {
        self.sms.twilio.number()
    }

    pub(super) fn change_call(&self, call_sid: &str, change: &[(&str, &str)]) -> ProviderRequest {
        let twilio = &self.sms.twilio;
        let url = format!("{}/Accounts/{}/Calls/{call_sid}.json", twilio.api_url(), twilio.account_sid);
        let body = form::encode(change.iter().copied());
        ProviderRequest { idempotent: true, ..ProviderRequest::post(url, twilio.authorization(), FORM, body) }
    }

    /// What became of a request about a call that goes on: one that is over is as good as done.
    pub fn call_outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        match rest::outcome(request, response) {
            DeliveryOutcome::Refused { code, .. } if OVER.contains(&code.as_str()) => {
                DeliveryOutcome::Sent { provider_id: None }
            }
            outcome => outcome,
        }
    }
}
