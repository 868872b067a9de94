//! `call.mute {task_sid, participant?, on}`: the others do not hear somebody, oneself unless another is named.

use super::{Answer, Asks, OnCall, Refusal, Request, Session, flag, once, refused, required};
use crate::calls;
use crate::center::Center;
use crate::command::CallControl;
use crate::frames::Fault;
use crate::store::AGENT;

/// The agent may mute everybody but supervisors; a colleague themselves. Safe to repeat: who is muted is muted.
pub(super) async fn mute(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let call = OnCall::of(center, &request.fields).await?;
    let participant = match call.asks(session) {
        Asks::Other(me) => {
            if call.participant(&request.fields, me)? != me {
                return Err(Refusal::new(Fault::NotYours, "you may mute yourself only"));
            }
            if call.leg.party(me).is_none_or(|party| !party.joined) {
                return Err(refused("you are not connected yet"));
            }
            me
        }
        Asks::Agent(_) | Asks::Nobody => {
            call.agent(session)?;
            call.participant(&request.fields, AGENT)?
        }
    };
    let on = required("on", flag(&request.fields, "on")?)?;
    let version = call.leg.version.to_string();
    let what = CallControl::Mute { participant: participant.to_owned(), on };
    calls::control(center, &call.leg.call_sid, what, &once(session, request, &version)).await?;
    Ok(call.answer())
}
