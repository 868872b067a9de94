//! Those who are called into a customer's call without a task of their own: they come and go.

use crate::calls::{self, end_call};
use crate::center::Center;
use crate::inbound::InboundError;
use crate::store::{Leg, load_leg};
use patchbay_model::event::PartyLeg;

/// They have answered, and are in the conference or about to be.
///
/// Safe to run twice: who has joined has joined.
pub(super) async fn joined(center: &Center, party: &PartyLeg, call_sid: &str) -> Result<(), InboundError> {
    let Some(leg) = load_leg(center.table.as_ref(), &party.customer_call).await? else { return Ok(()) };
    if leg.ended_at.is_some() || leg.party(&party.label).is_none() {
        // The customer has gone, or they are not wanted any more.
        return Ok(end_call(center, &leg.account, call_sid).await?);
    }
    let joins = |leg: &mut Leg| match leg.party_mut(&party.label) {
        Some(party) if !party.joined => {
            party.joined = true;
            party.call_sid = Some(call_sid.to_owned());
            true
        }
        _ => false,
    };
    calls::change(center, &party.customer_call, joins).await?;
    Ok(())
}

/// Their call is over: they did not answer, or have gone.
///
/// Safe to run twice: who has gone is not there.
pub(super) async fn over(center: &Center, party: &PartyLeg) -> Result<(), InboundError> {
    let goes = |leg: &mut Leg| {
        let before = leg.parties.len();
        leg.parties.retain(|other| other.label != party.label);
        leg.parties.len() < before
    };
    calls::change(center, &party.customer_call, goes).await?;
    Ok(())
}
