//! Accepting a caller's task: the agent's phone is called.

use super::Session;
use super::answer::{Answer, Lists};
use super::request::Refusal;
use crate::calls::end_call;
use crate::center::Center;
use crate::command::{OutboundJob, body};
use crate::frames::{Fault, call_payload, task_payload};
use crate::ports::{Outgoing, QueueName};
use crate::router::{self, OpError, Rest};
use crate::softphone::contact_uri;
use crate::store::{StoreError, load_leg, load_profile};
use patchbay_channels::voice::Voice;
use patchbay_model::call::is_outward;
use patchbay_model::event::AgentLeg;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{ChannelKind, ReservationSid, Task, Worker, WorkerSid};
use serde_json::Value;

/// The call that waits for a task's agent.
pub(super) fn call_of(task: &Task) -> Option<&str> {
    task.attributes["call_sid"].as_str()
}

/// What an agent has left of a task that they hand on. Of a call they have something to write up, and no room for the
/// next while they may still be on the phone.
pub(super) fn rest_of(task: &Task) -> Rest {
    if call_of(task).is_some() { Rest::WrapUp } else { Rest::Nothing }
}

/// The call of a task, as its agent sees it: none where it has none, or the call goes on at somebody else's task.
pub(super) async fn shown(center: &Center, task: &Task) -> Result<Option<Value>, StoreError> {
    let Some(call_sid) = call_of(task) else { return Ok(None) };
    let leg = load_leg(center.table.as_ref(), call_sid).await?;
    Ok(leg.filter(|leg| leg.is_at(&task.sid)).map(|leg| call_payload(&leg, &task.sid)))
}

/// The call that a worker is in as a supervisor. A note of one that is over for them is taken away, once: a worker who
/// watches nothing costs nothing.
pub(super) async fn watched(center: &Center, worker: &Worker) -> Result<Option<Value>, OpError> {
    let Some(watched) = &worker.watches else { return Ok(None) };
    let leg = load_leg(center.table.as_ref(), &watched.call_sid).await?;
    let leg = leg.filter(|leg| leg.party(&watched.participant).is_some());
    let Some((leg, bridge)) = leg.as_ref().and_then(|leg| Some((leg, leg.bridge.as_ref()?))) else {
        router::forget_watched(center, &worker.sid, watched).await?;
        return Ok(None);
    };
    Ok(Some(call_payload(leg, &bridge.task_sid)))
}

/// Where a worker is called from an account.
pub(super) async fn phone_of(center: &Center, voice: &Voice, worker: &WorkerSid) -> Result<String, Refusal> {
    let profile = load_profile(center.table.as_ref(), worker).await?.ok_or(OpError::NotFound("worker"))?;
    let why = "you have no phone: your attribute contact_uri is missing, and the account has no softphones";
    contact_uri(voice, worker, &profile).ok_or_else(|| Refusal::new(Fault::Refused, why))
}

/// Has the phone of a session's worker called. The offer stands until they answer, as long as it would have anyway.
/// `None`: nobody is on the line any more, and the task is one like others.
pub(super) async fn ring(
    center: &Center,
    session: &Session,
    reservation: &ReservationSid,
    task: &Task,
) -> Result<Option<Answer>, Refusal> {
    let table = center.table.as_ref();
    let refused = |why: &str| Refusal::new(Fault::Refused, why);
    let call_sid = call_of(task).unwrap_or_default();
    let Some(leg) = load_leg(table, call_sid).await?.filter(|leg| leg.ended_at.is_none()) else {
        return Ok(None);
    };
    let account = center.channel(ChannelKind::Voice, &leg.account);
    let voice = account.and_then(|account| account.channel.voice());
    let voice = voice.ok_or_else(|| refused("the account of the call is not there any more"))?;
    let contact_uri = phone_of(center, voice, &session.worker_sid).await?;
    let agent = AgentLeg {
        customer_call: leg.call_sid.clone(),
        task_sid: task.sid.clone(),
        reservation_sid: reservation.clone(),
        worker_sid: session.worker_sid.clone(),
        conference: leg.room().map(str::to_owned),
        invited: task.attributes["invitation_of"].is_string(),
        customer: task.attributes["customerAddress"].as_str().unwrap_or_default().to_owned(),
        ours: voice.number().to_owned(),
    };
    let job = OutboundJob::CallAgent { contact_uri, leg: Box::new(agent) };
    let group = hex(&digest16(&["call", &leg.call_sid]));
    let dedup = hex(&digest16(&["call-agent", reservation.as_str()]));
    let message = Outgoing::fifo(body(&job), group, dedup);
    center.queue.send(QueueName::Outbound, vec![message]).await.map_err(OpError::from)?;
    let config = center.config().await?;
    let lists = Lists::default().with("calls", vec![call_payload(&leg, &task.sid)]);
    let answer = Answer { lists, ..Answer::default() };
    Ok(Some(answer.with("task", task_payload(&config, task)).with("ringing", true)))
}

/// Ends the phone call of an agent who has done with a task that goes on with another: the caller waits for the next,
/// or has them already. Ending it twice does no harm.
pub(super) async fn end_own(center: &Center, worker: &WorkerSid, task: &Task) -> Result<(), Refusal> {
    let Some(call_sid) = call_of(task) else { return Ok(()) };
    let leg = load_leg(center.table.as_ref(), call_sid).await?.filter(|leg| leg.ended_at.is_none());
    let Some((account, bridge)) = leg.and_then(|leg| Some((leg.account, leg.bridge?))) else { return Ok(()) };
    if bridge.task_sid != task.sid || bridge.worker_sid != *worker {
        return Ok(());
    }
    if let Some(own) = &bridge.call_sid {
        end_call(center, &account, own).await?;
    }
    Ok(())
}

/// Ends a call of ours to a customer whose task is over: no flow leads it away. Ending it twice does no harm.
pub(super) async fn end_outward(center: &Center, task: &Task) -> Result<(), Refusal> {
    let Some(name) = call_of(task).filter(|name| is_outward(name)) else { return Ok(()) };
    let leg = load_leg(center.table.as_ref(), name).await?;
    let Some(leg) = leg.filter(|leg| leg.ended_at.is_none()) else { return Ok(()) };
    let own = leg.bridge.as_ref().filter(|bridge| bridge.task_sid == task.sid);
    let Some(own) = own else { return Ok(()) };
    let customers = leg.outward.as_ref().and_then(|outward| outward.call_sid.clone());
    for call_sid in own.call_sid.clone().into_iter().chain(customers) {
        end_call(center, &leg.account, &call_sid).await?;
    }
    Ok(())
}
