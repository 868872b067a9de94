//! What is told of a call, and the requests that are answered the same whoever calls.

use super::Voice;
use super::agent::{AgentAsks, leg_of};
use super::outward::customer_news;
use super::party::party_of;
use super::place::flow_of;
use super::request::{is_of_conference, parties};
use super::transcript::transcript;
use crate::twilio::form;
use crate::webhook::{Normalised, Problem, WebhookRequest};
use patchbay_model::call::CallStatus;
use patchbay_model::event::{CallNews, Profile, Told};
use patchbay_model::{ChannelKind, EventKind, InboundEvent, Timestamp};
use std::collections::BTreeMap;

type Params = BTreeMap<String, String>;

/// The source of a recording that is a message (Twilio, "`<Record>`").
const MESSAGE: &str = "RecordVerb";

impl Voice {
    /// What a request about a call tells, and its answer. Nobody on the line waits for anything but what `on` names.
    pub(super) fn read_news(&self, request: &WebhookRequest, received_at: Timestamp) -> Normalised {
        let mut problems = Vec::new();
        let params = form::params(request, &mut problems);
        let on = request.query("on").unwrap_or_default();
        let call_sid = params.get("CallSid").cloned().unwrap_or_default();
        let (mut customer, mut ours) = parties(&params, &call_sid);
        let named = |name| request.query(name).filter(|value| !value.is_empty());
        if let (Some(told), Some(of)) = (named("customer"), named("ours")) {
            // A recording's news name nobody.
            (customer, ours) = (told, of);
        }
        let digits = params.get("Digits").map(String::as_str);
        let (agent, party) = (leg_of(request), party_of(request));
        let mut of_other = None;
        let reply = match (on.as_str(), &agent) {
            ("agent", Some(leg)) => self.agent_document(AgentAsks::Picked, digits, leg),
            ("agent-confirmed", Some(leg)) => {
                if takes(digits) {
                    of_other = Some(Told::Agent { leg: leg.clone(), answered: true });
                }
                self.agent_document(AgentAsks::Confirmed, digits, leg)
            }
            ("agent-over", Some(leg)) => {
                of_other = Some(Told::Agent { leg: leg.clone(), answered: false });
                self.nothing()
            }
            ("party", _) if let Some(leg) = &party => self.party_question(leg),
            ("party-joins", _) if let Some(leg) = &party => {
                if takes(digits) {
                    of_other = Some(Told::Party { leg: leg.clone(), joined: true });
                }
                self.party_document(digits, leg)
            }
            ("party-over", _) if let Some(leg) = &party => {
                of_other = Some(Told::Party { leg: leg.clone(), joined: false });
                self.nothing()
            }
            ("hold", _) => self.on_hold(),
            ("digits", _) => self.pressed(&named("digits").unwrap_or_default()),
            ("wait", _) => self.waiting(&params, &customer),
            ("customer", _) => {
                let status = params.get("CallStatus").map_or("", String::as_str);
                let duration_s = params.get("CallDuration").and_then(|value| value.parse().ok());
                of_other = customer_news(request, status, duration_s);
                self.nothing()
            }
            ("unreached", _) => self.unreached(request),
            ("thanks", _) => self.thanks(),
            ("fallback", _) => {
                problems.push(failure(&params));
                self.apology(&customer, &ours)
            }
            _ => self.nothing(),
        };
        let told = match (of_other, agent.is_some() || party.is_some()) {
            // What happens in a conference is told by those who are in it; who hears something there tells nothing.
            _ if is_of_conference(&params) || matches!(on.as_str(), "hold" | "digits") => None,
            _ if call_sid.is_empty() => {
                problems.push(Problem::new("CallSid", "the parameter is missing"));
                None
            }
            (Some(told @ Told::Agent { answered, .. }), _) => Some((format!("agent:{answered}"), told)),
            (Some(told @ Told::Party { joined, .. }), _) => Some((format!("party:{joined}"), told)),
            (Some(told @ Told::Customer { status, .. }), _) => {
                Some((format!("customer:{}", status.as_str()), told))
            }
            // Of a call of ours nothing else is news.
            _ if on == "customer" => None,
            (_, true) => None,
            (_, false) => told(request, &params, &mut problems),
        };
        let events = told.map(|(event_id, told)| InboundEvent {
            event_id: format!("{call_sid}:{event_id}"),
            channel: ChannelKind::Voice,
            account: self.sms.twilio.account.name.clone(),
            contact_address: customer,
            our_address: ours,
            provider_time: None,
            to_the_second: false,
            received_at,
            profile: Profile::default(),
            kind: EventKind::Call(Box::new(CallNews { call_sid: call_sid.clone(), told, params })),
        });
        Normalised { events: events.into_iter().collect(), problems, reply }
    }
}

/// Whether the keys that an agent pressed, if they were asked for any, take the call.
pub(super) fn takes(digits: Option<&str>) -> bool {
    digits.is_none_or(|digits| digits == "1")
}

/// Why Twilio asks a fallback URL.
fn failure(params: &Params) -> Problem {
    let value = |name: &str| params.get(name).map_or("", String::as_str);
    Problem::new(value("ErrorUrl"), format!("a call met the error {} of Twilio's", value("ErrorCode")))
}

/// What the parameters tell, and its name within the call. Of a call that goes on its status is no news: whoever asks
/// for a document says it too.
fn told(request: &WebhookRequest, params: &Params, problems: &mut Vec<Problem>) -> Option<(String, Told)> {
    let number = |name: &str| params.get(name).and_then(|value| value.parse().ok());
    if params.contains_key("TranscriptionSid") {
        return transcript(params, problems);
    }
    if let Some(recording_sid) = params.get("RecordingSid").filter(|_| params.contains_key("RecordingStatus"))
    {
        return match params.get("RecordingStatus").map(String::as_str) {
            Some("completed") => {
                let Some(url) = params.get("RecordingUrl").filter(|url| !url.is_empty()).cloned() else {
                    problems.push(Problem::new("RecordingUrl", "the parameter is missing"));
                    return None;
                };
                let duration_s = number("RecordingDuration");
                let is_message = params.get("RecordingSource").is_some_and(|source| source == MESSAGE);
                let told =
                    Told::Recording { recording_sid: recording_sid.clone(), url, duration_s, is_message };
                Some((format!("{recording_sid}:completed"), told))
            }
            Some("failed") => {
                let code = params.get("ErrorCode").map_or("", String::as_str);
                problems.push(Problem::new("RecordingStatus", format!("a recording failed: {code}")));
                None
            }
            _ => None,
        };
    }
    let text = params.get("CallStatus").filter(|text| !text.is_empty())?;
    let Some(status) = CallStatus::parse(text) else {
        problems.push(Problem::new("CallStatus", format!("the status {text:?} is not known")));
        return None;
    };
    let told = Told::Status { status, duration_s: number("CallDuration"), flow: flow_of(request) };
    status.is_over().then(|| (format!("over:{status}", status = status.as_str()), told))
}
