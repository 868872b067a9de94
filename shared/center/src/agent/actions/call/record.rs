//! `call.record {task_sid, state}`: the call is recorded (`on`), not for now (`paused`: while somebody says the number of
//! their card), or not any more (`off`).

use super::{Answer, OnCall, Refusal, Request, Session, once, refused};
use crate::agent::request::NAME_CHARS_MAX;
use crate::calls;
use crate::center::Center;
use crate::command::{CallControl, RecordingWish};

/// Safe to repeat: each is a state.
pub(super) async fn record(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let state = match request.fields.required_text("state", NAME_CHARS_MAX)? {
        "on" => RecordingWish::On,
        "paused" => RecordingWish::Paused,
        "off" => RecordingWish::Off,
        _ => return Err(Refusal::field("state", "none of on, paused, off")),
    };
    let call = OnCall::of(center, &request.fields).await?;
    call.agent(session)?;
    if state == RecordingWish::Paused && call.leg.recording.is_none() {
        return Err(refused("the call is not recorded"));
    }
    let version = call.leg.version.to_string();
    let what = CallControl::Record { state, customer: call.customer().to_owned() };
    calls::control(center, &call.leg.call_sid, what, &once(session, request, &version)).await?;
    Ok(call.answer())
}
