//! The agent's side of a call: their phone is called, they say that it is them and not a machine, and they join the
//! conference of the task. All of it follows from the URL that their call was made with.

use super::Voice;
use super::news::takes;
use super::party::is_phone;
use super::rest::FORM;
use super::twiml::{Conference, Dial, DialNoun, Gather, Hangup, Heard, Method, Response, Say, Ssml, Verb};
use crate::delivery::ProviderRequest;
use crate::twilio::form;
use crate::webhook::{WebhookReply, WebhookRequest};
use patchbay_model::call::is_outward;
use patchbay_model::event::AgentLeg;
use patchbay_model::{ReservationSid, TaskSid, WorkerSid};

/// Seconds that an agent's phone rings.
const RING_S: u32 = 20;
/// Seconds for an agent to press a key.
const CONFIRM_S: u32 = 8;
const CONFIRM_OUTWARD: &str = "Your customer is about to be called. Press 1 to be connected.";
const CONFIRM: &str = "A caller is waiting for you. Press 1 to take the call.";

/// What an agent's call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentAsks {
    /// It was answered.
    Picked,
    /// A key was pressed.
    Confirmed,
}

impl Voice {
    /// Calls an agent. What becomes of it is told under the reservation's name.
    pub fn call_agent(&self, contact_uri: &str, leg: &AgentLeg) -> ProviderRequest {
        let link = |on| self.url(&with_leg(on, leg));
        let asks = link(if is_phone(contact_uri) { "agent" } else { "agent-confirmed" });
        self.place_call(contact_uri, &asks, &link("agent-over"), RING_S)
    }

    /// Has somebody's phone ring for `ring_s` seconds. When they answer they hear what `asks` says; the end of the call is
    /// told to `told`.
    pub(super) fn place_call(&self, to: &str, asks: &str, told: &str, ring_s: u32) -> ProviderRequest {
        let twilio = &self.sms.twilio;
        let url = format!("{}/Accounts/{}/Calls.json", twilio.api_url(), twilio.account_sid);
        let ring_s = ring_s.to_string();
        let body = form::encode([
            ("From", twilio.number()),
            ("To", to),
            ("Url", asks),
            ("Method", "POST"),
            ("StatusCallback", told),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", &ring_s),
        ]);
        ProviderRequest::post(url, twilio.authorization(), FORM, body)
    }

    /// Ends a call, whether it rings or is on.
    pub fn end_call(&self, call_sid: &str) -> ProviderRequest {
        self.change_call(call_sid, &[("Status", "completed")])
    }

    /// What the agent's call hears when it was answered, or a key was pressed: a question, or the conference.
    pub(super) fn agent_document(
        &self,
        asks: AgentAsks,
        digits: Option<&str>,
        leg: &AgentLeg,
    ) -> WebhookReply {
        let content = match (asks, digits) {
            (AgentAsks::Picked, _) => {
                // Only the first agent of a call of ours has a conference of their own: the others' customer is there.
                let is_first = leg.conference() == leg.task_sid.as_str();
                let is_to_be_called = is_outward(&leg.customer_call) && is_first;
                let question = if is_to_be_called { CONFIRM_OUTWARD } else { CONFIRM };
                confirmation(question, self.url(&with_leg("agent-confirmed", leg)))
            }
            // Whoever presses something else does not want it.
            (AgentAsks::Confirmed, digits) if !takes(digits) => vec![Hangup::default().into()],
            (AgentAsks::Confirmed, _) => {
                vec![in_conference(seat(leg.conference(), leg.reservation_sid.as_str()), None)]
            }
        };
        self.written(&Response { content })
    }

    /// What a caller hears who is connected with an agent; `next` is the document that they come back from.
    pub fn conference(&self, name: &str, next: &str, (customer, ours): (&str, &str)) -> WebhookReply {
        let back = self.url(&[("next", next)]);
        let seat = Conference { end_conference_on_exit: Some(true), ..seat(name, "customer") };
        let written_down = self.transcription(customer, ours).into_iter();
        let content = written_down.chain([in_conference(seat, Some(back))]).collect();
        self.written(&Response { content })
    }
}

/// Asks whoever picks up for a key, and tells `action` which they press. An answering machine presses none.
pub(super) fn confirmation(question: &str, action: String) -> Vec<Verb> {
    let say = Say { content: vec![Ssml::Text(question.to_owned())], ..Say::default() };
    let gather = Gather {
        action: Some(action),
        method: Some(Method::Post),
        num_digits: Some(1),
        timeout: Some(CONFIRM_S),
        content: vec![Heard::Say(say)],
        ..Gather::default()
    };
    vec![gather.into(), Hangup::default().into()]
}

/// A place in the conference of a call. It ends with the customer, never with somebody else.
pub(super) fn seat(name: &str, label: &str) -> Conference {
    Conference {
        beep: Some("false".to_owned()),
        start_conference_on_enter: Some(true),
        end_conference_on_exit: Some(false),
        participant_label: Some(label.to_owned()),
        content: name.to_owned(),
        ..Conference::default()
    }
}

pub(super) fn in_conference(conference: Conference, action: Option<String>) -> Verb {
    let method = action.as_ref().map(|_| Method::Post);
    Dial { action, method, content: vec![DialNoun::Conference(conference)], ..Dial::default() }.into()
}

/// The parameters that name an agent's leg, behind what its URL is for.
fn with_leg<'a>(on: &'a str, leg: &'a AgentLeg) -> [(&'a str, &'a str); 8] {
    [
        ("on", on),
        ("call", &leg.customer_call),
        ("task", leg.task_sid.as_str()),
        ("reservation", leg.reservation_sid.as_str()),
        ("worker", leg.worker_sid.as_str()),
        ("conference", leg.conference()),
        ("customer", &leg.customer),
        ("ours", &leg.ours),
    ]
}

/// The agent's leg that a request is about.
pub(super) fn leg_of(request: &WebhookRequest) -> Option<AgentLeg> {
    let value = |name: &str| request.query(name);
    Some(AgentLeg {
        customer_call: value("call")?,
        task_sid: TaskSid::parse(&value("task")?).ok()?,
        conference: value("conference"),
        // The call's item says it.
        invited: false,
        reservation_sid: ReservationSid::parse(&value("reservation")?).ok()?,
        worker_sid: WorkerSid::parse(&value("worker")?).ok()?,
        customer: value("customer")?,
        ours: value("ours")?,
    })
}
