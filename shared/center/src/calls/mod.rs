//! What all who work on a phone call share: how its item is changed, how its agents hear of that, and how something is
//! done to it at the provider.
//!
//! Everything about a call stands on the one item of the customer's call (`store::Leg`), and is written on condition of
//! its version: of two who change it at once one wins, and the other decides again on what the first wrote.

mod hand_over;
mod jobs;
mod leave;
mod tell;

pub(crate) use hand_over::{colleague_gone, hand_over, may_hand_over};
pub(crate) use jobs::{control, end_call, end_parties, hold_customer, move_caller, queue};
pub(crate) use leave::{leave, stop_recording};
use tell::tell;
pub(crate) use tell::tell_barge;

use crate::center::Center;
use crate::store::{Leg, StoreError, load_leg, put_next};

/// How often a change is made again on what somebody else has just written.
const TRIES_MAX: usize = 6;

/// A call before a change of it, and after.
pub(crate) struct Changed {
    pub(crate) before: Leg,
    pub(crate) after: Leg,
}

/// Changes a call that goes on, and tells its agents. `change` decides on the call as it is, again when somebody else was
/// faster; where it says false, or the call is over, nothing is written. `None` then.
pub(crate) async fn change(
    center: &Center,
    call_sid: &str,
    change: impl Fn(&mut Leg) -> bool,
) -> Result<Option<Changed>, StoreError> {
    let table = center.table.as_ref();
    for attempt in 1.. {
        let Some(before) = load_leg(table, call_sid).await?.filter(|leg| leg.ended_at.is_none()) else {
            return Ok(None);
        };
        let mut after = before.clone();
        if !change(&mut after) {
            return Ok(None);
        }
        match write(center, &before, after).await {
            Err(error) if error.is_lost_race() && attempt < TRIES_MAX => {}
            written => return written.map(Some),
        }
    }
    Ok(None)
}

/// Writes a call that was read as `before`, and tells its agents.
pub(crate) async fn write(center: &Center, before: &Leg, mut after: Leg) -> Result<Changed, StoreError> {
    after.updated_at = center.now().max(before.updated_at);
    center.table.write(vec![put_next(&mut after)]).await.map_err(StoreError::from)?;
    let changed = Changed { before: before.clone(), after };
    tell(center, &changed).await;
    Ok(changed)
}
