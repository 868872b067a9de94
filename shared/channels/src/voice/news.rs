//! What is told of a call, and the requests that are answered the same whoever calls.

use super::Voice;
use super::request::parties;
use crate::twilio::form;
use crate::webhook::{Normalised, Problem, WebhookReply, WebhookRequest};
use patchbay_model::call::CallStatus;
use patchbay_model::event::{CallNews, Profile, Told};
use patchbay_model::{ChannelKind, EventKind, InboundEvent, Timestamp};
use std::collections::BTreeMap;

type Params = BTreeMap<String, String>;

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
        let reply = match on.as_str() {
            "wait" => self.waiting(&params),
            "thanks" => self.thanks(),
            "fallback" => {
                problems.push(failure(&params));
                self.apology(&customer, &ours)
            }
            _ => WebhookReply { status: 200, content_type: "text/xml", body: "<Response/>".into() },
        };
        let told = match call_sid.as_str() {
            "" => {
                problems.push(Problem::new("CallSid", "the parameter is missing"));
                None
            }
            _ => told(&params, &mut problems),
        };
        let events = told.map(|(event_id, told)| InboundEvent {
            event_id: format!("{call_sid}:{event_id}"),
            channel: ChannelKind::Voice,
            account: self.sms.twilio.account.name.clone(),
            contact_address: customer,
            our_address: ours,
            provider_time: None,
            received_at,
            profile: Profile::default(),
            kind: EventKind::Call(Box::new(CallNews { call_sid: call_sid.clone(), told, params })),
        });
        Normalised { events: events.into_iter().collect(), problems, reply }
    }
}

/// Why Twilio asks a fallback URL.
fn failure(params: &Params) -> Problem {
    let value = |name: &str| params.get(name).map_or("", String::as_str);
    Problem::new(value("ErrorUrl"), format!("a call met the error {} of Twilio's", value("ErrorCode")))
}

/// What the parameters tell, and its name within the call. Of a call that goes on its status is no news: whoever asks
/// for a document says it too.
fn told(params: &Params, problems: &mut Vec<Problem>) -> Option<(String, Told)> {
    let number = |name: &str| params.get(name).and_then(|value| value.parse().ok());
    if let Some(recording_sid) = params.get("RecordingSid").filter(|_| params.contains_key("RecordingStatus"))
    {
        return match params.get("RecordingStatus").map(String::as_str) {
            Some("completed") => {
                let Some(url) = params.get("RecordingUrl").filter(|url| !url.is_empty()).cloned() else {
                    problems.push(Problem::new("RecordingUrl", "the parameter is missing"));
                    return None;
                };
                let duration_s = number("RecordingDuration");
                let told = Told::Recording { recording_sid: recording_sid.clone(), url, duration_s };
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
    let told = Told::Status { status, duration_s: number("CallDuration") };
    status.is_over().then(|| (format!("over:{status}", status = status.as_str()), told))
}
