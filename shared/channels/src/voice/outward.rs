//! Customers who are called for an agent: the agent waits in the conference, and the customer joins it as they answer.

use super::Voice;
use super::twiml::{Hangup, Response};
use crate::delivery::ProviderRequest;
use crate::twilio::form;
use crate::webhook::{WebhookReply, WebhookRequest};
use patchbay_model::call::CallStatus;
use patchbay_model::event::{AgentLeg, Told};

/// Seconds that a customer's phone rings.
const RING_S: u32 = 30;

impl Voice {
    /// Calls a customer into the conference of a task (Twilio, "Create a Participant"). Twilio does not recognise a
    /// repetition. What becomes of it is told under the center's own name of the call.
    pub fn call_customer(&self, leg: &AgentLeg) -> ProviderRequest {
        let twilio = &self.sms.twilio;
        let name = leg.conference();
        let url = format!(
            "{}/Accounts/{}/Conferences/{name}/Participants.json",
            twilio.api_url(),
            twilio.account_sid
        );
        let told = self.url(&[
            ("on", "customer"),
            ("leg", &leg.customer_call),
            ("customer", &leg.customer),
            ("ours", &leg.ours),
        ]);
        let ring_s = RING_S.to_string();
        let body = form::encode([
            ("From", leg.ours.as_str()),
            ("To", &leg.customer),
            ("Label", "customer"),
            ("EarlyMedia", "true"),
            ("Beep", "false"),
            ("StartConferenceOnEnter", "true"),
            ("EndConferenceOnExit", "true"),
            ("Timeout", &ring_s),
            ("StatusCallback", &told),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ]);
        ProviderRequest::post(url, twilio.authorization(), "application/x-www-form-urlencoded", body)
    }

    /// Has an agent's call hear that the customer is not to be reached, and end.
    pub fn tell_unreached(&self, call_sid: &str, status: CallStatus) -> ProviderRequest {
        let url = self.url(&[("on", "unreached"), ("status", status.as_str())]);
        self.change_call(call_sid, &[("Url", url.as_str()), ("Method", "POST")])
    }

    /// What an agent hears then.
    pub(super) fn unreached(&self, request: &WebhookRequest) -> WebhookReply {
        let status = request.query("status").and_then(|status| CallStatus::parse(&status));
        let why = match status {
            Some(CallStatus::Busy) => "The line is busy.",
            Some(CallStatus::NoAnswer) => "Nobody answers.",
            _ => "The call could not be put through.",
        };
        let content = vec![self.words.say(why.to_owned()), Hangup::default().into()];
        self.written(&Response { content })
    }
}

/// What a request tells of a customer whom we call.
pub(super) fn customer_news(request: &WebhookRequest, status: &str, duration: Option<u32>) -> Option<Told> {
    let status = CallStatus::parse(status)?;
    let is_news = status == CallStatus::InProgress || status.is_over();
    let leg = request.query("leg").filter(|_| is_news)?;
    Some(Told::Customer { leg, status, duration_s: duration })
}
