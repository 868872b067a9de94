//! An agent leaves a call that goes on between the customer and somebody outside.

use super::jobs::{control, end_parties, hold_customer};
use super::write;
use crate::center::Center;
use crate::command::{CallControl, RecordingWish};
use crate::ports::QueueError;
use crate::router::{self, OpError};
use crate::store::{Bridge, Leg, Party};

/// The agent is free: their task is wrapping, and its flow hears of that when the last one outside has gone. What is said
/// from now on is not recorded, and nobody listens to it.
///
/// Safe to repeat: the call says first that they have left, and the rest is the same again.
pub(crate) async fn leave(center: &Center, before: &Leg, bridge: &Bridge) -> Result<(), OpError> {
    let why = bridge.reservation_sid.as_str();
    let supervisors: Vec<Party> =
        before.parties.iter().filter(|party| party.is_supervisor()).cloned().collect();
    end_parties(center, before, &supervisors).await?;
    if !bridge.left {
        write(center, before, before.clone().left_by_agent()).await?;
    }
    match router::wrap(center, &bridge.worker_sid, &bridge.reservation_sid).await {
        Ok(_) => {}
        // They have completed it.
        Err(error) if error.is_final() => {}
        Err(error) => return Err(error),
    }
    stop_recording(center, before, why).await?;
    if before.held && before.has_company() {
        hold_customer(center, &before.call_sid, false, &["left", why]).await?;
    }
    Ok(())
}

/// What is said without an agent is not recorded.
pub(crate) async fn stop_recording(center: &Center, leg: &Leg, why: &str) -> Result<(), QueueError> {
    if leg.recording.is_none() {
        return Ok(());
    }
    let what = CallControl::Record { state: RecordingWish::Off, customer: String::new() };
    control(center, &leg.call_sid, what, &["stop", why]).await
}
