//! `call.hold {task_sid, participant?, on}`: somebody hears music and is not heard, the customer unless another is named.

use super::{Answer, OnCall, Refusal, Request, Session, flag, once, required};
use crate::calls;
use crate::center::Center;
use crate::command::CallControl;
use crate::store::CUSTOMER;

/// Safe to repeat: who is on hold is on hold.
pub(super) async fn hold(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let call = OnCall::of(center, &request.fields).await?;
    call.agent(session)?;
    let participant = call.participant(&request.fields, CUSTOMER)?;
    let on = required("on", flag(&request.fields, "on")?)?;
    let version = call.leg.version.to_string();
    let what = CallControl::Hold { participant: participant.to_owned(), on };
    calls::control(center, &call.leg.call_sid, what, &once(session, request, &version)).await?;
    Ok(call.answer())
}
