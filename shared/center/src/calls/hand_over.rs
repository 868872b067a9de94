//! A call goes from the agent who has it to a colleague who is in it by an invitation.

use super::change;
use super::jobs::{end_parties, hold_customer};
use crate::center::Center;
use crate::router::OpError;
use crate::store::{Bridge, Leg, Party, PartyRole, load_leg};
use patchbay_model::TaskSid;

/// Refuses what would leave the customer without anybody: the colleague must have answered.
pub(crate) async fn may_hand_over(
    center: &Center,
    call_sid: &str,
    (old, to): (&TaskSid, &TaskSid),
) -> Result<(), OpError> {
    let leg = load_leg(center.table.as_ref(), call_sid).await?.filter(|leg| leg.ended_at.is_none());
    match leg.is_none_or(|leg| handed_over(&leg, old, to).is_some()) {
        true => Ok(()),
        false => Err(OpError::Refused("the colleague is not in the call".into())),
    }
}

/// The colleague has the call from now on: the first agent's ends, who listened to them is not needed any more, and the
/// customer is heard again and stays where they are.
///
/// Safe to repeat: the first agent stays among the parties until their call is over, and is ended again. A call that is
/// over, or at another task, is left alone.
pub(crate) async fn hand_over(
    center: &Center,
    call_sid: &str,
    (old, to): (&TaskSid, &TaskSid),
) -> Result<(), OpError> {
    let goes = |leg: &mut Leg| match handed_over(leg, old, to) {
        Some(after) => {
            *leg = after;
            true
        }
        None => false,
    };
    if let Some(changed) = change(center, call_sid, goes).await? {
        let watched: Vec<Party> =
            changed.before.parties.iter().filter(|party| party.is_supervisor()).cloned().collect();
        end_parties(center, &changed.before, &watched).await?;
    }
    let leg = load_leg(center.table.as_ref(), call_sid).await?.filter(|leg| leg.ended_at.is_none());
    let Some(leg) = leg.filter(|leg| leg.bridge.as_ref().is_some_and(|bridge| bridge.task_sid == *to)) else {
        return Ok(());
    };
    if leg.held {
        hold_customer(center, call_sid, false, &["handed over", to.as_str()]).await?;
    }
    Ok(end_parties(center, &leg, &colleagues(&leg, old)).await?)
}

/// The call once a colleague who has answered has it. `None`: they have not, or the call is not at the old task.
fn handed_over(leg: &Leg, old: &TaskSid, to: &TaskSid) -> Option<Leg> {
    let mut after = leg.clone();
    let bridge = after.bridge.take_if(|bridge| bridge.task_sid == *old && bridge.since.is_some())?;
    let next = colleagues(leg, to).into_iter().find(|party| party.joined)?;
    let PartyRole::Colleague { worker_sid, task_sid, reservation_sid, .. } = next.role else { return None };
    after.parties.retain(|party| party.label != next.label && !party.is_supervisor());
    after.bridge = Some(Bridge {
        task_sid,
        reservation_sid,
        worker_sid,
        name: next.name,
        conference: leg.room().map(str::to_owned),
        call_sid: next.call_sid,
        since: bridge.since.clone(),
        talks_at: bridge.talks_at,
        muted: next.muted,
        held: next.held,
        left: false,
    });
    after.parties.push(Party {
        label: bridge.reservation_sid.to_string(),
        role: PartyRole::Colleague {
            worker_sid: bridge.worker_sid,
            task_sid: bridge.task_sid,
            reservation_sid: bridge.reservation_sid,
            invited: true,
        },
        name: bridge.name,
        call_sid: bridge.call_sid,
        joined: true,
        muted: bridge.muted,
        held: bridge.held,
    });
    Some(after)
}

/// A colleague need not be in a call any more: their invitation is over.
///
/// Safe to repeat: whoever is not in it is not ended.
pub(crate) async fn colleague_gone(center: &Center, call_sid: &str, task: &TaskSid) -> Result<(), OpError> {
    match load_leg(center.table.as_ref(), call_sid).await?.filter(|leg| leg.ended_at.is_none()) {
        Some(leg) => Ok(end_parties(center, &leg, &colleagues(&leg, task)).await?),
        None => Ok(()),
    }
}

fn colleagues(leg: &Leg, task: &TaskSid) -> Vec<Party> {
    let is_of =
        |party: &&Party| matches!(&party.role, PartyRole::Colleague { task_sid, .. } if task_sid == task);
    leg.parties.iter().filter(is_of).cloned().collect()
}
