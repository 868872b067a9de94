//! A caller and the agent who wants them: brought together when the agent's phone is answered, not before, and taken
//! apart by whoever hangs up first.
//!
//! The reservation stays pending while the agent's phone rings (TaskRouter's `conference` instruction): answering accepts
//! it, silence lets it lapse, and whatever else happens meanwhile decides on it as on any other.

use crate::agent::join_late;
use crate::calls::{self, end_call, move_caller};
use crate::center::Center;
use crate::command::{RoutingBody, TaskOutcome, body};
use crate::inbound::InboundError;
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::router;
use crate::store::{Bridge, Leg, load_execution, load_leg};
use patchbay_model::event::AgentLeg;

/// The agent has answered, and is in the conference or about to be.
///
/// Safe to run twice: an accepted reservation is accepted, and a caller who is moved again asks for the same.
pub(super) async fn answered(center: &Center, agent: &AgentLeg, call_sid: &str) -> Result<(), InboundError> {
    let Some(before) = bridged(center, agent).await? else {
        // The caller has gone, or somebody else is called for them.
        return match load_leg(center.table.as_ref(), &agent.customer_call).await? {
            Some(leg) => Ok(end_call(center, &leg.account, call_sid).await?),
            None => Ok(()),
        };
    };
    match router::accept(center, &agent.worker_sid, &agent.reservation_sid).await {
        Ok(task) => {
            if let Some(conversation) = &task.conversation_sid {
                join_late(center, &agent.worker_sid, &task.sid, conversation, 0).await?;
            }
        }
        Err(error) if error.is_final() => {
            // It has lapsed, or somebody else has the task.
            let after = Leg { bridge: None, ..before.clone() };
            calls::write(center, &before, after).await?;
            return Ok(end_call(center, &before.account, call_sid).await?);
        }
        Err(error) => return Err(error.into()),
    }
    let contact = before.conversation_sid.contact();
    let execution = load_execution(center.table.as_ref(), &contact, Consistency::Strong).await?;
    let execution = execution.filter(|execution| execution.sid == before.execution_sid);
    let document = execution.and_then(|it| it.state.call_document().map(|document| document.id.clone()));
    let mut after = before.clone();
    if let Some(bridge) = after.bridge.as_mut().filter(|bridge| bridge.since.is_none()) {
        bridge.since = document;
        bridge.call_sid = Some(call_sid.to_owned());
        bridge.talks_at = Some(center.now());
        after.conference = Some(agent.conference().to_owned());
        calls::write(center, &before, after).await?;
    }
    Ok(move_caller(center, &agent.customer_call, &["answered", agent.reservation_sid.as_str()]).await?)
}

/// The agent's call is over: nobody answered, or they have talked.
pub(super) async fn over(center: &Center, agent: &AgentLeg) -> Result<(), InboundError> {
    let Some(before) = bridged(center, agent).await? else { return Ok(()) };
    let Some(bridge) = &before.bridge else { return Ok(()) };
    let after = Leg { bridge: None, ..before.clone() };
    if bridge.since.is_none() {
        lapse(center, agent).await?;
        calls::write(center, &before, after).await?;
        return Ok(());
    }
    let goes_on = wrap(center, &before, bridge).await?;
    calls::write(center, &before, after).await?;
    if !goes_on {
        // The task was handed on, and whoever takes it has not answered: the caller waits for them. Else their flow leads
        // them away.
        move_caller(center, &agent.customer_call, &["over", agent.reservation_sid.as_str()]).await?;
    }
    Ok(())
}

/// The caller has hung up: whoever is called for them need not answer, and whoever talked with them writes it up.
pub(super) async fn caller_gone(center: &Center, leg: &Leg) -> Result<(), InboundError> {
    let Some(bridge) = &leg.bridge else { return Ok(()) };
    if let Some(call_sid) = &bridge.call_sid {
        end_call(center, &leg.account, call_sid).await?;
    }
    match bridge.since {
        Some(_) => wrap(center, leg, bridge).await.map(drop),
        None => Ok(()),
    }
}

/// The caller's leg, if it goes on and this reservation is the one it is at.
async fn bridged(center: &Center, agent: &AgentLeg) -> Result<Option<Leg>, InboundError> {
    let leg = load_leg(center.table.as_ref(), &agent.customer_call).await?;
    Ok(leg.filter(|leg| {
        let at = leg.bridge.as_ref().is_some_and(|bridge| bridge.reservation_sid == agent.reservation_sid);
        at && leg.ended_at.is_none()
    }))
}

/// The offer lapses as one that nobody answered.
async fn lapse(center: &Center, agent: &AgentLeg) -> Result<(), InboundError> {
    let lapsed = RoutingBody::ReservationTimer {
        task_sid: agent.task_sid.clone(),
        reservation_sid: agent.reservation_sid.clone(),
        due: center.now(),
    };
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&lapsed), 0)]).await?;
    Ok(())
}

/// The talking is done: the agent writes it up, and the flow goes on behind the task. False where the task was over, and
/// its flow has heard of it or goes on with another agent.
async fn wrap(center: &Center, leg: &Leg, bridge: &Bridge) -> Result<bool, InboundError> {
    match router::wrap(center, &bridge.worker_sid, &bridge.reservation_sid).await {
        Ok(task) if task.transferred_to.is_some() => return Ok(false),
        Ok(_) => {}
        Err(error) if error.is_final() => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let task = &bridge.task_sid;
    crate::inbound::task::handle(center, &leg.conversation_sid, task, &TaskOutcome::Completed).await?;
    Ok(true)
}
