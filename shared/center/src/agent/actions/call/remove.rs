//! `call.remove {task_sid, participant}`: somebody is put out of the call.

use super::{Answer, OnCall, PARTICIPANT_CHARS_MAX, Refusal, Request, Session, refused};
use crate::calls;
use crate::center::Center;
use crate::frames::Fault;
use crate::store::{AGENT, CUSTOMER, Leg};

/// Their call is ended, or what rings stops; that tells the rest.
///
/// Safe to repeat: a call that is over is over, and who has gone is answered as gone.
pub(super) async fn remove(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let call = OnCall::of(center, &request.fields).await?;
    call.agent(session)?;
    request.fields.required_text("participant", PARTICIPANT_CHARS_MAX)?;
    let label = match call.participant(&request.fields, "") {
        Ok(CUSTOMER) => return Err(refused("the customer's call ends when the reservation is wrapped")),
        Ok(AGENT) => return Err(refused("you leave by call.leave")),
        Ok(label) => label,
        Err(refusal) if refusal.fault == Fault::NotFound => return Ok(call.answer()),
        Err(refusal) => return Err(refusal),
    };
    put_out(center, &call.leg, label).await?;
    Ok(call.answer())
}

/// Ends somebody's call. One that is not known yet is ended when they answer: they are expected no more.
pub(super) async fn put_out(center: &Center, leg: &Leg, label: &str) -> Result<(), Refusal> {
    if let Some(call_sid) = leg.call_of(label) {
        return Ok(calls::end_call(center, &leg.account, call_sid).await?);
    }
    let gone = |leg: &mut Leg| {
        let before = leg.parties.len();
        leg.parties.retain(|party| party.label != label);
        leg.parties.len() < before
    };
    calls::change(center, &leg.call_sid, gone).await?;
    Ok(())
}
