//! Requests in which a call waits for its next document.

use super::place::{flow_of, with_flow};
use super::{Voice, document};
use crate::signature::Verified;
use crate::twilio::form;
use crate::voice::twiml::{Method, Pause, Redirect, Response};
use crate::webhook::{Problem, WebhookReply, WebhookRequest};
use patchbay_model::call::CallStatus;
use patchbay_model::event::FlowCall;
use std::collections::BTreeMap;

/// Seconds between two questions of a call whose flow waits for somebody else; the last goes on.
const POLLS_S: [u32; 5] = [1, 1, 2, 3, 5];

/// Where a call stands that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At its beginning, or back from somebody else.
    First,
    /// At the end of the document with this id. `polls`: how often it has asked so.
    After { document: String, polls: u32 },
    /// A call that a flow has made was answered: it follows no document yet.
    Answered { call: FlowCall, polls: u32 },
    /// In the queue, where these keys were pressed.
    Pressed(String),
}

/// A call that waits on the line for what to do next. Its parameters are as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    pub call_sid: String,
    pub place: Place,
    /// The address of whom we talk to, and ours.
    pub customer: String,
    pub ours: String,
    pub params: BTreeMap<String, String>,
}

/// Whether a webhook is about a call.
pub(super) fn is_of_call(request: &WebhookRequest) -> bool {
    form::pairs(request).iter().any(|(name, _)| name == "CallSid" || name == "ConferenceSid")
}

/// Whether these tell what happens in a conference.
pub(super) fn is_of_conference(params: &BTreeMap<String, String>) -> bool {
    params.contains_key("ConferenceSid") && params.contains_key("StatusCallbackEvent")
}

/// The customer of a call with these parameters, and our number. A caller who hides their number, and so shares what
/// stands for it with everybody else who does, is nobody but this call's.
pub(super) fn parties(params: &BTreeMap<String, String>, call_sid: &str) -> (String, String) {
    let value = |name: &str| params.get(name).cloned().unwrap_or_default();
    let outbound = params.get("Direction").is_some_and(|direction| direction.starts_with("outbound"));
    let (customer, ours) = if outbound { (value("To"), value("From")) } else { (value("From"), value("To")) };
    let customer = if is_hidden(&customer) { format!("anonymous:{call_sid}") } else { customer };
    (customer, ours)
}

/// What Twilio writes for a number that is not told: words, or the digits that spell them on a keypad.
fn is_hidden(address: &str) -> bool {
    const WORDS: [&str; 5] = ["anonymous", "restricted", "blocked", "unknown", "unavailable"];
    // ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE.
    const DIGITS: [&str; 5] = ["266696687", "7378742833", "2562533", "8656696", "86282452253"];
    let bare = address.trim_start_matches('+').to_ascii_lowercase();
    bare.is_empty() || WORDS.contains(&bare.as_str()) || DIGITS.contains(&bare.as_str())
}

impl Voice {
    /// The request of a call that waits for its flow; `None` for what tells something, and for what is answered the same
    /// whoever asks: both are `normalise`'s.
    pub fn call_request(&self, request: &Verified<'_>) -> Option<CallRequest> {
        let request = request.request();
        let on = request.query("on");
        if on.as_ref().is_some_and(|on| on != "callback") {
            return None;
        }
        let params = form::params(request, &mut Vec::<Problem>::new());
        if is_of_conference(&params) {
            return None;
        }
        let call_sid = params.get("CallSid").filter(|sid| !sid.is_empty())?.clone();
        let status = params.get("CallStatus").and_then(|status| CallStatus::parse(status));
        if status.is_some_and(CallStatus::is_over) {
            return None;
        }
        let polls = request.query("polls").and_then(|polls| polls.parse().ok()).unwrap_or(0);
        let place = match (request.query("next"), flow_of(request)) {
            _ if on.is_some() => Place::Pressed(params.get("Digits").cloned().unwrap_or_default()),
            (Some(document), _) => Place::After { document, polls },
            (None, Some(call)) => Place::Answered { call, polls },
            (None, None) => Place::First,
        };
        let (customer, ours) = parties(&params, &call_sid);
        Some(CallRequest { call_sid, place, customer, ours, params })
    }

    /// The answer to a call whose flow waits for somebody else: a silence, and then the same question once more.
    pub fn ask_again(&self, place: &Place) -> WebhookReply {
        let (of, polls) = match place {
            Place::First | Place::Pressed(_) => (Vec::new(), 0),
            Place::After { document, polls } => (vec![("next", document.as_str())], *polls),
            Place::Answered { call, polls } => (with_flow(call).to_vec(), *polls),
        };
        let at = usize::try_from(polls).unwrap_or(POLLS_S.len()).min(POLLS_S.len() - 1);
        let polls = polls.saturating_add(1).to_string();
        let mut parameters = vec![("polls", polls.as_str())];
        parameters.extend(of);
        let redirect = Redirect { method: Some(Method::Post), content: self.url(&parameters) };
        let pause = Pause { length: Some(POLLS_S[at]), content: () };
        self.written(&Response { content: vec![pause.into(), redirect.into()] })
    }

    /// The answer to what only tells something.
    pub(super) fn nothing(&self) -> WebhookReply {
        document("<Response/>".to_owned())
    }

    /// A document of ours that is within the bounds in any case; one that is not would leave the caller in silence.
    pub(super) fn written(&self, response: &Response) -> WebhookReply {
        match response.to_xml() {
            Ok(xml) => document(xml),
            Err(_) => document("<Response/>".to_owned()),
        }
    }
}
