//! A caller and the agent who wants them: brought together when the agent's phone is answered, not before, and taken
//! apart by whoever hangs up first.
//!
//! The reservation stays pending while the agent's phone rings (TaskRouter's `conference` instruction): answering accepts
//! it, silence lets it lapse, and whatever else happens meanwhile decides on it as on any other.

use crate::agent::join_late;
use crate::center::Center;
use crate::command::{OutboundJob, RoutingBody, TaskOutcome, body};
use crate::inbound::InboundError;
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::router;
use crate::store::{Bridge, Leg, StoreError, load_execution, load_leg, put_next};
use patchbay_model::event::AgentLeg;
use patchbay_model::id::{digest16, hex};

/// The agent has answered, and is in the conference or about to be.
///
/// Safe to run twice: an accepted reservation is accepted, and a caller who is moved again asks for the same.
pub(super) async fn answered(center: &Center, agent: &AgentLeg, call_sid: &str) -> Result<(), InboundError> {
    let Some(mut leg) = bridged(center, agent).await? else {
        // The caller has gone, or somebody else is called for them.
        return match load_leg(center.table.as_ref(), &agent.customer_call).await? {
            Some(leg) => end_call(center, &leg.account, call_sid).await,
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
            leg.bridge = None;
            write(center, &mut leg).await?;
            return end_call(center, &leg.account, call_sid).await;
        }
        Err(error) => return Err(error.into()),
    }
    let contact = leg.conversation_sid.contact();
    let execution = load_execution(center.table.as_ref(), &contact, Consistency::Strong).await?;
    let execution = execution.filter(|execution| execution.sid == leg.execution_sid);
    let document = execution.and_then(|it| it.state.call_document().map(|document| document.id.clone()));
    if let Some(bridge) = leg.bridge.as_mut().filter(|bridge| bridge.since.is_none()) {
        bridge.since = document;
        bridge.call_sid = Some(call_sid.to_owned());
        write(center, &mut leg).await?;
    }
    move_caller(center, agent, "answered").await
}

/// The agent's call is over: nobody answered, or they have talked.
pub(super) async fn over(center: &Center, agent: &AgentLeg) -> Result<(), InboundError> {
    let Some(mut leg) = bridged(center, agent).await? else { return Ok(()) };
    let Some(bridge) = leg.bridge.take() else { return Ok(()) };
    if bridge.since.is_none() {
        lapse(center, agent).await?;
        return write(center, &mut leg).await;
    }
    let goes_on = wrap(center, &leg, &bridge).await?;
    write(center, &mut leg).await?;
    match goes_on {
        // Their flow leads the caller away.
        true => Ok(()),
        // The task was handed on, and whoever takes it has not answered: the caller waits for them.
        false => move_caller(center, agent, "over").await,
    }
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

async fn write(center: &Center, leg: &mut Leg) -> Result<(), InboundError> {
    leg.updated_at = center.now();
    center.table.write(vec![put_next(leg)]).await.map_err(StoreError::from)?;
    Ok(())
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

async fn move_caller(center: &Center, agent: &AgentLeg, why: &str) -> Result<(), InboundError> {
    let job = OutboundJob::MoveCall { call_sid: agent.customer_call.clone(), document: None };
    let dedup = hex(&digest16(&["bridge", why, agent.reservation_sid.as_str()]));
    let group = hex(&digest16(&["call", &agent.customer_call]));
    center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&job), group, dedup)]).await?;
    Ok(())
}

async fn end_call(center: &Center, account: &str, call_sid: &str) -> Result<(), InboundError> {
    let job = OutboundJob::EndCall { account: account.to_owned(), call_sid: call_sid.to_owned() };
    let group = hex(&digest16(&["call", call_sid]));
    let dedup = hex(&digest16(&["end", call_sid]));
    center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&job), group, dedup)]).await?;
    Ok(())
}
