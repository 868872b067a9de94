//! How those in a call part: the agent goes first, the caller goes first, the last number outside has gone.

use super::outward;
use crate::calls::{self, end_call, move_caller};
use crate::center::Center;
use crate::command::TaskOutcome;
use crate::inbound::{InboundError, task};
use crate::router;
use crate::store::{Bridge, Leg, Party, PartyRole};
use patchbay_model::{ReservationSid, TaskSid, WorkerSid};

/// The agent who talked with the caller has gone. With somebody outside the caller talks on. An agent to whom the task
/// was handed on, and whose phone rings, has them next. Else their flow goes on.
pub(super) async fn agent_gone(center: &Center, before: &Leg, bridge: &Bridge) -> Result<(), InboundError> {
    if bridge.left || before.has_company() {
        return Ok(calls::leave(center, before, bridge).await?);
    }
    let held = (&bridge.worker_sid, &bridge.reservation_sid, &bridge.task_sid);
    let why = bridge.reservation_sid.as_str();
    let goes_on = wrap(center, before, held).await?;
    let after = match goes_on {
        true => Leg { bridge: None, parties: Vec::new(), ..before.clone() },
        false => before.clone().passed_on(),
    };
    let next = after.bridge.as_ref().map(|next| &next.reservation_sid);
    let stays = |party: &Party| next.is_some() && party.role.reservation() == next;
    let left: Vec<Party> = before.parties.iter().filter(|party| !stays(party)).cloned().collect();
    calls::end_parties(center, before, &left).await?;
    calls::stop_recording(center, before, why).await?;
    let is_called = next.is_some();
    let waits = is_called || outward::left_alone(center, before, bridge).await?;
    calls::write(center, before, after).await?;
    if waits {
        // Nobody is with them until the next one answers.
        calls::hold_customer(center, &before.call_sid, true, &["next", why]).await?;
    } else if !goes_on {
        // The task was handed on, and nobody is called yet who takes it: the caller waits. Else their flow leads them away.
        move_caller(center, &before.call_sid, &["over", why]).await?;
    }
    Ok(())
}

/// The caller has hung up: whoever is called for them need not answer, and whoever talked with them writes it up.
pub(super) async fn caller_gone(center: &Center, leg: &Leg) -> Result<(), InboundError> {
    calls::end_parties(center, leg, &leg.parties).await?;
    for party in leg.parties.iter().filter(|party| party.joined) {
        if let PartyRole::Colleague { worker_sid, reservation_sid, task_sid, .. } = &party.role {
            wrap(center, leg, (worker_sid, reservation_sid, task_sid)).await?;
        }
    }
    let Some(bridge) = &leg.bridge else { return Ok(()) };
    if let Some(call_sid) = &bridge.call_sid {
        end_call(center, &leg.account, call_sid).await?;
    }
    if bridge.left {
        return end_of_task(center, leg, &bridge.task_sid).await;
    }
    match bridge.since {
        Some(_) => {
            wrap(center, leg, (&bridge.worker_sid, &bridge.reservation_sid, &bridge.task_sid)).await.map(drop)
        }
        None => Ok(()),
    }
}

/// The last number with whom the caller talked on without the agent has gone: their flow goes on.
pub(super) async fn company_gone(center: &Center, before: &Leg, bridge: &Bridge) -> Result<(), InboundError> {
    end_of_task(center, before, &bridge.task_sid).await?;
    calls::end_parties(center, before, &before.parties).await?;
    outward::left_alone(center, before, bridge).await?;
    let after = Leg { bridge: None, parties: Vec::new(), ..before.clone() };
    calls::write(center, before, after).await?;
    Ok(())
}

async fn end_of_task(center: &Center, leg: &Leg, task_sid: &TaskSid) -> Result<(), InboundError> {
    task::end(center, &leg.conversation_sid, task_sid, &TaskOutcome::Completed).await
}

/// The talking is done: the agent writes it up, and the flow goes on behind the task. False where the task was over, and
/// its flow has heard of it or goes on with another agent.
pub(super) async fn wrap(
    center: &Center,
    leg: &Leg,
    (worker, reservation, task_sid): (&WorkerSid, &ReservationSid, &TaskSid),
) -> Result<bool, InboundError> {
    match router::wrap(center, worker, reservation).await {
        Ok(task) if task.transferred_to.is_some() => return Ok(false),
        Ok(_) => {}
        Err(error) if error.is_final() => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    end_of_task(center, leg, task_sid).await?;
    Ok(true)
}
