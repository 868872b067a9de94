//! Somebody who is called into a customer's call: a number that an agent adds, a supervisor who listens. All that their
//! call is to do follows from the URL that it was made with.

use super::Voice;
use super::agent::{confirmation, in_conference, seat};
use super::news::takes;
use super::twiml::{Conference, Hangup, Response};
use crate::delivery::ProviderRequest;
use crate::webhook::{WebhookReply, WebhookRequest};
use patchbay_model::event::PartyLeg;

/// Seconds that a number outside rings.
const RING_S: u32 = 30;
/// Seconds that a supervisor's phone rings.
const SUPERVISOR_RING_S: u32 = 20;
const CONFIRM: &str = "Press 1 to join the call.";
/// Characters of whom can be called.
pub const ADDRESS_CHARS_MAX: usize = 255;

/// Somebody to be called, as TaskRouter writes a worker's `contact_uri`: a number, `sip:…`, `client:…`.
pub(super) fn is_phone(contact_uri: &str) -> bool {
    !contact_uri.starts_with("client:")
}

/// Whether this is somebody outside who can be called: a number in the form of E.164, or a `sip:` address.
pub fn is_address(to: &str) -> bool {
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(digits) = to.strip_prefix('+') {
        return (5..=15).contains(&digits.len()) && is_digits(digits);
    }
    let printable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let address = to.strip_prefix("sip:").or_else(|| to.strip_prefix("sips:"));
    let parts = address.filter(|_| to.len() <= ADDRESS_CHARS_MAX).and_then(|address| address.split_once('@'));
    parts.is_some_and(|(user, host)| printable(user) && printable(host) && !host.contains('@'))
}

impl Voice {
    /// Calls a number outside into a call. Whoever picks up is in it.
    pub fn call_number(&self, to: &str, leg: &PartyLeg) -> ProviderRequest {
        let link = |on| self.url(&with_party(on, leg));
        self.place_call(to, &link("party-joins"), &link("party-over"), RING_S)
    }

    /// Calls a supervisor into a call. A phone asks first whether it is them: a machine would record the call.
    pub fn call_supervisor(&self, contact_uri: &str, leg: &PartyLeg) -> ProviderRequest {
        let link = |on| self.url(&with_party(on, leg));
        let asks = link(if is_phone(contact_uri) { "party" } else { "party-joins" });
        self.place_call(contact_uri, &asks, &link("party-over"), SUPERVISOR_RING_S)
    }

    /// Asks who has picked up for a key.
    pub(super) fn party_question(&self, leg: &PartyLeg) -> WebhookReply {
        let action = self.url(&with_party("party-joins", leg));
        self.written(&Response { content: confirmation(CONFIRM, action) })
    }

    /// What they hear then: the conference, if they want it.
    pub(super) fn party_document(&self, digits: Option<&str>, leg: &PartyLeg) -> WebhookReply {
        if !takes(digits) {
            return self.written(&Response { content: vec![Hangup::default().into()] });
        }
        let conference = Conference {
            muted: leg.muted.then_some(true),
            coach: leg.coach.clone(),
            ..seat(&leg.conference, &leg.label)
        };
        self.written(&Response { content: vec![in_conference(conference, None)] })
    }
}

/// The parameters that name somebody's leg, behind what its URL is for.
fn with_party<'a>(on: &'a str, leg: &'a PartyLeg) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("on", on),
        ("call", leg.customer_call.as_str()),
        ("label", &leg.label),
        ("conference", &leg.conference),
        ("customer", &leg.customer),
        ("ours", &leg.ours),
    ];
    parameters.extend(leg.muted.then_some(("muted", "true")));
    parameters.extend(leg.coach.as_deref().map(|call| ("coach", call)));
    parameters
}

/// The leg that a request is about.
pub(super) fn party_of(request: &WebhookRequest) -> Option<PartyLeg> {
    let value = |name: &str| request.query(name);
    Some(PartyLeg {
        customer_call: value("call")?,
        label: value("label")?,
        conference: value("conference")?,
        muted: value("muted").is_some(),
        coach: value("coach"),
        customer: value("customer")?,
        ours: value("ours")?,
    })
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn whoever_can_be_called_has_a_number_or_a_sip_address() {
        let check = |to: &str, expect: bool| assert_eq!(is_address(to), expect, "{to}");
        check("+15005550007", true);
        check("+12345", true);
        check("+1234", false);
        check("+123456789012345", true);
        check("+1234567890123456", false);
        check("15005550007", false);
        check("+1500555000x", false);
        check("sip:ann@example.com", true);
        check("sips:ann@example.com;transport=tls", true);
        check("sip:example.com", false);
        check("sip:a b@example.com", false);
        check("client:ann", false);
        let sip = |chars: usize| format!("sip:{}@h", "a".repeat(chars - 6));
        check(&sip(255), true);
        check(&sip(256), false);
    }
}
