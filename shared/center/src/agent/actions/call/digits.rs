//! `call.digits {task_sid, digits}`: keys are pressed for the customer's side, which may be a machine that asks for them.

use super::{Answer, OnCall, Refusal, Request, Session, required};
use crate::calls;
use crate::center::Center;
use crate::command::CallControl;
use patchbay_channels::voice::{DIGITS_MAX, is_digits};

/// Safe to repeat with the same id: the queue takes it once. (Hours later it would be pressed again.)
pub(super) async fn digits(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let id = required("id", request.id.as_deref())?;
    let keys = request.fields.required_text("digits", DIGITS_MAX)?;
    if !is_digits(keys) {
        return Err(Refusal::field("digits", "other than 0 to 9, *, # and w"));
    }
    let call = OnCall::of(center, &request.fields).await?;
    call.agent(session)?;
    let what = CallControl::Digits { digits: keys.to_owned(), id: id.to_owned() };
    let dedup = [request.action.as_str(), session.worker_sid.as_str(), id];
    calls::control(center, &call.leg.call_sid, what, &dedup).await?;
    Ok(call.answer())
}
