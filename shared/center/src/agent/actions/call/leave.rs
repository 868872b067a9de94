//! `call.leave {task_sid}`: the agent leaves, and the customer talks on with whom was added.

use super::{Answer, OnCall, Refusal, Request, Session, refused};
use crate::calls;
use crate::center::Center;

/// The task is wrapping at once, the customer is taken off hold, and the agent's call ends.
///
/// Safe to repeat: who has left has left, and is answered so.
pub(super) async fn leave(center: &Center, session: &Session, request: &Request) -> Result<Answer, Refusal> {
    let call = OnCall::of(center, &request.fields).await?;
    let has_left = call.leg.bridge.as_ref().filter(|it| it.worker_sid == session.worker_sid && it.left);
    let bridge = match has_left {
        Some(bridge) => bridge,
        None => call.agent(session)?,
    };
    if !call.leg.has_company() && !bridge.left {
        return Err(refused("nobody is in the call with whom the customer could talk on"));
    }
    calls::leave(center, &call.leg, bridge).await?;
    if let Some(call_sid) = &bridge.call_sid {
        calls::end_call(center, &call.leg.account, call_sid).await?;
    }
    Ok(call.answer())
}
