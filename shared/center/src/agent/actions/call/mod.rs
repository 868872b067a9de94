//! What people do in a phone call, one file per action. Each is answered with the call as it is; what comes of it is told
//! by `call.updated`, or by its `problem`.
//!
//! The agent who has the call may do everything but watch over it. A colleague in it may mute themselves. A supervisor may
//! come in and go, and leaves the rest to the agent.

mod add;
mod digits;
mod hold;
mod leave;
mod monitor;
mod mute;
mod record;
mod remove;

pub(super) use add::hand_to_number;

use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::call::call_of;
use crate::agent::request::{Fields, Refusal, Request, required};
use crate::center::Center;
use crate::frames::{Fault, call_payload};
use crate::ports::Consistency;
use crate::router::OpError;
use crate::store::{AGENT, Bridge, CUSTOMER, Leg, load_leg, load_task};
use patchbay_channels::voice::Voice;
use patchbay_model::event::PartyLeg;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{ChannelKind, Task};

/// Characters of a participant's name.
const PARTICIPANT_CHARS_MAX: usize = 64;

/// Does what a request asks of a call.
pub(super) async fn act(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    match request.action.as_str() {
        "call.hold" => hold::hold(center, session, request).await,
        "call.mute" => mute::mute(center, session, request).await,
        "call.digits" => digits::digits(center, session, request).await,
        "call.record" => record::record(center, session, request).await,
        "call.add" => add::add(center, session, request).await,
        "call.remove" => remove::remove(center, session, request).await,
        "call.leave" => leave::leave(center, session, request).await,
        "call.monitor" => monitor::monitor(center, session, request).await,
        _ => Err(Refusal::new(Fault::UnknownAction, "there is no such action")),
    }
}

fn refused(why: &str) -> Refusal {
    Refusal::new(Fault::Refused, why)
}

/// A call that goes on, at the task that a request names.
struct OnCall {
    task: Task,
    leg: Leg,
}

/// Who asks, of those in a call.
enum Asks<'a> {
    /// Who has it.
    Agent(&'a Bridge),
    /// Somebody else in it, by their name in it.
    Other(&'a str),
    Nobody,
}

impl OnCall {
    async fn of(center: &Center, fields: &Fields) -> Result<OnCall, Refusal> {
        let table = center.table.as_ref();
        let task = load_task(table, &fields.sid("task_sid")?, Consistency::Strong).await?;
        let task = task.ok_or(OpError::NotFound("task"))?;
        let call_sid = call_of(&task).ok_or_else(|| refused("the task is not of a call"))?;
        let leg = load_leg(table, call_sid).await?.filter(|leg| leg.ended_at.is_none());
        let leg = leg.ok_or_else(|| refused("the call is over"))?;
        Ok(OnCall { task, leg })
    }

    fn asks(&self, session: &Session) -> Asks<'_> {
        let me = &session.worker_sid;
        let mine = self.leg.bridge.as_ref().filter(|bridge| bridge.worker_sid == *me && !bridge.left);
        if let Some(bridge) = mine {
            return Asks::Agent(bridge);
        }
        let other = self.leg.parties.iter().find(|party| party.role.worker() == Some(me));
        other.map_or(Asks::Nobody, |party| Asks::Other(&party.label))
    }

    /// The agent who has the call and talks, if it is they who ask.
    fn agent(&self, session: &Session) -> Result<&Bridge, Refusal> {
        match self.asks(session) {
            Asks::Agent(bridge) if bridge.since.is_some() => Ok(bridge),
            Asks::Agent(_) => Err(refused("you are not connected yet")),
            Asks::Other(_) => {
                Err(Refusal::new(Fault::NotYours, "only the agent who has the call may do that"))
            }
            Asks::Nobody => Err(OpError::NotYours.into()),
        }
    }

    /// The participant that a request names, or this one; somebody who is there, and no supervisor.
    fn participant<'f>(&self, fields: &'f Fields, usual: &'f str) -> Result<&'f str, Refusal> {
        let name = fields.text("participant", PARTICIPANT_CHARS_MAX)?.unwrap_or(usual);
        if matches!(name, CUSTOMER | AGENT) {
            return Ok(name);
        }
        match self.leg.party(name) {
            Some(party) if party.is_supervisor() => {
                Err(Refusal::new(Fault::NotYours, "a supervisor comes and goes by themselves"))
            }
            Some(_) => Ok(name),
            None => Err(Refusal::new(Fault::NotFound, "there is no such participant in the call")),
        }
    }

    fn voice<'c>(&self, center: &'c Center) -> Result<&'c Voice, Refusal> {
        let account = center.channel(ChannelKind::Voice, &self.leg.account);
        let voice = account.and_then(|account| account.channel.voice());
        voice.ok_or_else(|| refused("the account of the call is not there any more"))
    }

    fn customer(&self) -> &str {
        self.task.attributes["customerAddress"].as_str().unwrap_or_default()
    }

    /// Somebody who is to be called into it. Their name in the call comes from who asks and by which id.
    fn party(&self, center: &Center, session: &Session, request: &Request) -> Result<PartyLeg, Refusal> {
        let id = required("id", request.id.as_deref())?;
        let digest = digest16(&["party", &self.leg.call_sid, session.worker_sid.as_str(), id]);
        let room = self.leg.room().ok_or_else(|| refused("nobody talks with the customer yet"))?;
        Ok(PartyLeg {
            customer_call: self.leg.call_sid.clone(),
            label: format!("p{}", &hex(&digest)[..8]),
            conference: room.to_owned(),
            muted: false,
            coach: None,
            customer: self.customer().to_owned(),
            ours: self.voice(center)?.number().to_owned(),
        })
    }

    fn answer(&self) -> Answer {
        let call = call_payload(&self.leg, &self.task.sid);
        Answer::default().with("task_sid", self.task.sid.as_str()).with("call", call)
    }
}

/// What tells a wish from one that was uttered before: the same id asks for the same again only as long as the call has
/// not changed.
fn once<'a>(session: &'a Session, request: &'a Request, version: &'a str) -> [&'a str; 4] {
    [&request.action, session.worker_sid.as_str(), request.id.as_deref().unwrap_or_default(), version]
}

/// A field that is true or false.
fn flag(fields: &Fields, name: &str) -> Result<Option<bool>, Refusal> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    value.as_bool().map(Some).ok_or_else(|| Refusal::field(name, "neither true nor false"))
}
