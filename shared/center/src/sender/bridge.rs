//! An agent's phone is called, for the caller whose task they want.

use super::SenderError;
use super::call::{Refused, answer_to};
use crate::calls;
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::ports::{Outgoing, QueueError, QueueName};
use crate::store::{Bridge, Leg, Problem, StoreError, keep_problem, load_leg, load_profile, put_next};
use patchbay_channels::{DeliveryOutcome, RefusalCause};
use patchbay_model::event::AgentLeg;
use patchbay_model::{ChannelKind, ProblemSid};

/// Calls the agent, once: the leg says so before the call is made, because the provider does not recognise a second one.
///
/// Safe to run twice: who finds the reservation on the leg makes no call. One that was noted and never made is given up
/// with the reservation, which lapses like any other.
pub(super) async fn call_agent(
    center: &Center,
    contact_uri: &str,
    agent: &AgentLeg,
) -> Result<(), SenderError> {
    let table = center.table.as_ref();
    let Some(leg) = load_leg(table, &agent.customer_call).await?.filter(|leg| leg.ended_at.is_none()) else {
        // The caller has gone: their task goes with them.
        return Ok(());
    };
    if leg.bridge.as_ref().is_some_and(|bridge| bridge.reservation_sid == agent.reservation_sid) {
        return Ok(());
    }
    let ringing = Bridge {
        task_sid: agent.task_sid.clone(),
        reservation_sid: agent.reservation_sid.clone(),
        worker_sid: agent.worker_sid.clone(),
        name: load_profile(table, &agent.worker_sid).await?.map(|it| it.friendly_name).unwrap_or_default(),
        call_sid: None,
        since: None,
        talks_at: None,
        muted: false,
        held: false,
        left: false,
    };
    let after = Leg { bridge: Some(ringing), ..leg.clone() };
    let leg = calls::write(center, &leg, after).await?.after;
    let account = center.channel(ChannelKind::Voice, &leg.account);
    let Some(voice) = account.and_then(|account| account.channel.voice()) else { return Ok(()) };
    let request = voice.call_agent(contact_uri, agent);
    let outcome = match answer_to(center, &request).await {
        Ok(response) => voice.call_outcome(&request, &response),
        Err(Refused(why)) => {
            DeliveryOutcome::Refused { code: "forbidden".into(), why, cause: RefusalCause::Account }
        }
    };
    match outcome {
        DeliveryOutcome::Sent { provider_id: Some(call_sid) } => note_call(center, leg, call_sid).await,
        DeliveryOutcome::Refused { code, why, .. } => {
            keep_problem(table, &problem(center, agent, &format!("{code}: {why}"))).await?;
            Ok(give_up(center, agent).await?)
        }
        // Nobody knows whether it rings. Who answers says who they are; else the reservation lapses.
        DeliveryOutcome::Sent { provider_id: None }
        | DeliveryOutcome::Retry { .. }
        | DeliveryOutcome::Unknown { .. }
        | DeliveryOutcome::Instead(_) => Ok(()),
    }
}

/// Notes which call it is, so that it can be ended. Somebody who was faster has news of it already.
async fn note_call(center: &Center, mut leg: Leg, call_sid: String) -> Result<(), SenderError> {
    if let Some(bridge) = &mut leg.bridge {
        bridge.call_sid = Some(call_sid);
    }
    match center.table.write(vec![put_next(&mut leg)]).await.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        Err(error) if error.is_lost_race() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The agent cannot be called: the task goes to somebody else, as if they had not answered.
async fn give_up(center: &Center, agent: &AgentLeg) -> Result<(), QueueError> {
    let lapsed = RoutingBody::ReservationTimer {
        task_sid: agent.task_sid.clone(),
        reservation_sid: agent.reservation_sid.clone(),
        due: center.now(),
    };
    let message = Outgoing::after_s(body(&lapsed), 0);
    center.queue.send(QueueName::Routing, vec![message]).await
}

fn problem(center: &Center, agent: &AgentLeg, why: &str) -> Problem {
    Problem {
        sid: ProblemSid::derive(&["call-agent", agent.reservation_sid.as_str()]),
        at: center.now(),
        source: format!("call:{}", agent.customer_call),
        reason: format!("the worker {} could not be called: {why}", agent.worker_sid),
        payload_hash: None,
    }
}

/// Ends a call that nobody needs any more.
pub(super) async fn end_call(center: &Center, account: &str, call_sid: &str) -> Result<(), SenderError> {
    let account = center.channel(ChannelKind::Voice, account);
    let Some(voice) = account.and_then(|account| account.channel.voice()) else { return Ok(()) };
    let request = voice.end_call(call_sid);
    match answer_to(center, &request).await {
        Ok(response) => match voice.call_outcome(&request, &response) {
            DeliveryOutcome::Retry { why, .. } | DeliveryOutcome::Unknown { why } => {
                Err(SenderError::Retry(why))
            }
            _ => Ok(()),
        },
        Err(Refused(why)) => Err(SenderError::Retry(why)),
    }
}
