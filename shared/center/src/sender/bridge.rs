//! An agent's phone is called, for the caller whose task they want.

use super::SenderError;
use super::call::{Refused, answer_to};
use crate::calls;
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::ports::{Outgoing, QueueError, QueueName};
use crate::store::{Bridge, Leg, PARTIES_MAX, Party, Problem, keep_problem, load_leg, load_profile};
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
    if let Some(next) = &leg.called_back {
        // They have hung up and keep their place: their agent is called all the same, and calls them.
        let agent = AgentLeg { customer_call: next.clone(), ..agent.clone() };
        return Box::pin(call_agent(center, contact_uri, &agent)).await;
    }
    if leg.expects(&agent.reservation_sid) {
        return Ok(());
    }
    let profile = load_profile(table, &agent.worker_sid).await?;
    let name = profile.map(|profile| profile.friendly_name).unwrap_or_default();
    let Some(after) = with_ringing(&leg, agent, name) else {
        keep_problem(table, &problem(center, agent, "there are as many in the call as can be")).await?;
        return Ok(give_up(center, agent).await?);
    };
    // Whoever was called before has let their offer lapse.
    let dropped = leg.bridge.as_ref().filter(|bridge| bridge.since.is_none());
    if let Some(call_sid) = dropped.and_then(|bridge| bridge.call_sid.as_deref()) {
        calls::end_call(center, &leg.account, call_sid).await?;
    }
    calls::write(center, &leg, after).await?;
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
        DeliveryOutcome::Sent { provider_id: Some(call_sid) } => note_call(center, agent, &call_sid).await,
        DeliveryOutcome::Refused { code, why, .. } => {
            keep_problem(table, &problem(center, agent, &format!("{code}: {why}"))).await?;
            let gone = |leg: &mut Leg| {
                let was = leg.expects(&agent.reservation_sid);
                *leg = leg.clone().without(&agent.reservation_sid);
                was
            };
            let changed = calls::change(center, &agent.customer_call, gone).await?;
            if changed
                .is_some_and(|changed| changed.after.bridge.is_none() && changed.after.conference.is_some())
            {
                // They were kept on hold for this agent: they wait as the others do.
                let why = ["refused", agent.reservation_sid.as_str()];
                calls::move_caller(center, &agent.customer_call, &why).await?;
            }
            Ok(give_up(center, agent).await?)
        }
        // Nobody knows whether it rings. Who answers says who they are; else the reservation lapses.
        DeliveryOutcome::Sent { provider_id: None }
        | DeliveryOutcome::Retry { .. }
        | DeliveryOutcome::Unknown { .. }
        | DeliveryOutcome::Instead(_) => Ok(()),
    }
}

/// The call while this agent's phone rings as well. `None`: as many are in it as can be.
fn with_ringing(leg: &Leg, agent: &AgentLeg, name: String) -> Option<Leg> {
    let mut after = leg.clone();
    if leg.bridge.as_ref().is_none_or(|bridge| bridge.since.is_none()) {
        after.bridge = Some(Bridge::ringing(agent, name));
        return Some(after);
    }
    if after.parties.len() >= PARTIES_MAX {
        return None;
    }
    after.parties.push(Party::ringing(agent, name));
    Some(after)
}

/// Notes which call it is, so that it can be ended. Somebody who was faster has news of it already; where nobody expects
/// it any more it is ended.
async fn note_call(center: &Center, agent: &AgentLeg, call_sid: &str) -> Result<(), SenderError> {
    let note = |leg: &mut Leg| {
        let bridge = leg.bridge.iter_mut().filter(|bridge| bridge.reservation_sid == agent.reservation_sid);
        let party = leg.parties.iter_mut().filter(|it| it.role.reservation() == Some(&agent.reservation_sid));
        let known = bridge.map(|it| &mut it.call_sid).chain(party.map(|it| &mut it.call_sid)).next();
        known.filter(|known| known.is_none()).map(|known| *known = Some(call_sid.to_owned())).is_some()
    };
    if calls::change(center, &agent.customer_call, note).await?.is_none() {
        let leg = load_leg(center.table.as_ref(), &agent.customer_call).await?;
        let unwanted = leg.filter(|leg| leg.ended_at.is_some() || !leg.expects(&agent.reservation_sid));
        if let Some(leg) = unwanted {
            calls::end_call(center, &leg.account, call_sid).await?;
        }
    }
    Ok(())
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
