//! `call.add {task_sid, to, hold?}`: a number or a `sip:` address is called into the call; and the same as a transfer.

use super::{Answer, OnCall, Refusal, Request, Session, flag, refused};
use crate::calls;
use crate::center::Center;
use crate::command::CallControl;
use crate::store::PARTIES_MAX;
use patchbay_channels::voice::{ADDRESS_CHARS_MAX, is_address};

/// With `hold` the customer hears music first, until the agent takes them back.
///
/// Safe to repeat: who is called has the same name in the call for the same id, and is called once.
pub(super) async fn add(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let to = request.fields.required_text("to", ADDRESS_CHARS_MAX)?;
    let hold = flag(&request.fields, "hold")?.unwrap_or(false);
    call_number(center, session, request, to, (hold, false)).await
}

/// `task.transfer` to a number: it is called for the customer, who hears music, and the agent is free as soon as it rings.
/// Who does not answer leaves the customer to wait for another agent.
pub(in crate::agent::actions) async fn hand_to_number(
    center: &Center,
    session: &Session,
    request: &Request,
    to: &str,
) -> Result<Answer, Refusal> {
    call_number(center, session, request, to, (true, true)).await
}

async fn call_number(
    center: &Center,
    session: &Session,
    request: &Request,
    to: &str,
    (hold, transfer): (bool, bool),
) -> Result<Answer, Refusal> {
    if !is_address(to) {
        return Err(Refusal::field("to", "neither a number like +15005550007 nor a sip: address"));
    }
    let call = OnCall::of(center, &request.fields).await?;
    call.agent(session)?;
    let leg = call.party(center, session, request)?;
    if call.leg.party(&leg.label).is_none() && call.leg.parties.len() >= PARTIES_MAX {
        return Err(refused("there are as many in the call as can be"));
    }
    let label = leg.label.clone();
    let what = CallControl::Add { leg, to: to.to_owned(), hold, transfer };
    calls::control(center, &call.leg.call_sid, what, &[&request.action, &label]).await?;
    Ok(call.answer().with("participant", label))
}
