//! Those who are called into a customer's call without a task of their own: they come and go.

use super::{again, apart};
use crate::calls::{self, end_call};
use crate::center::Center;
use crate::command::CallControl;
use crate::inbound::InboundError;
use crate::store::{MonitorMode, PartyRole, load_leg};
use patchbay_model::event::PartyLeg;

/// They have answered, and are in the conference or about to be.
///
/// Safe to run twice: who has joined has joined, and the queue takes what follows once.
pub(super) async fn joined(center: &Center, party: &PartyLeg, call_sid: &str) -> Result<(), InboundError> {
    let Some(before) = load_leg(center.table.as_ref(), &party.customer_call).await? else { return Ok(()) };
    let found = before.party(&party.label).filter(|_| before.ended_at.is_none());
    let Some(found) = found else {
        // The customer has gone, or they are not wanted any more.
        return Ok(end_call(center, &before.account, call_sid).await?);
    };
    let mut after = before.clone();
    if let Some(party) = after.party_mut(&party.label).filter(|party| !party.joined) {
        (party.joined, party.call_sid) = (true, Some(call_sid.to_owned()));
        calls::write(center, &before, after).await?;
    }
    match &found.role {
        PartyRole::Number { transfer: true, .. } => {
            calls::hold_customer(center, &before.call_sid, false, &["met", &party.label]).await?;
        }
        PartyRole::Supervisor { mode, .. } => {
            if *mode != MonitorMode::of(party) {
                // They have changed their mind while it rang.
                let what = CallControl::Mode { participant: party.label.clone(), mode: *mode };
                calls::control(center, &before.call_sid, what, &["mode", &party.label]).await?;
            }
            if *mode == MonitorMode::Barge {
                calls::tell_barge(center, &before, found).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Their call is over: they did not answer, or have gone.
///
/// Safe to run twice: who has gone is not there, and what follows from it was done before that was written.
pub(super) async fn over(center: &Center, party: &PartyLeg) -> Result<(), InboundError> {
    let Some(before) = load_leg(center.table.as_ref(), &party.customer_call).await? else { return Ok(()) };
    let found = before.party(&party.label).filter(|_| before.ended_at.is_none());
    let Some(found) = found else { return Ok(()) };
    let mut after = before.clone();
    after.parties.retain(|other| other.label != party.label);
    let left = before.bridge.as_ref().filter(|bridge| bridge.left && !after.has_numbers());
    match (left, &found.role) {
        (Some(bridge), PartyRole::Number { transfer: true, .. }) if !found.joined => {
            again::waits(center, &before, bridge, &party.label).await
        }
        (Some(bridge), _) => apart::company_gone(center, &before, bridge).await,
        (None, role) => {
            if matches!(role, PartyRole::Number { transfer: true, .. }) && !found.joined {
                // The agent is still there, and has the customer back.
                calls::hold_customer(center, &before.call_sid, false, &["back", &party.label]).await?;
            }
            calls::write(center, &before, after).await?;
            Ok(())
        }
    }
}
