//! A caller and the agent who wants them: brought together when the agent's phone is answered, not before, and taken
//! apart by whoever hangs up first.
//!
//! The reservation stays pending while the agent's phone rings (TaskRouter's `conference` instruction): answering accepts
//! it, silence lets it lapse, and whatever else happens meanwhile decides on it as on any other.
//!
//! One agent has the call (`Leg::bridge`). Another who is called while they talk stands among the parties until they
//! answer: then the call is theirs, or they are in it as well, by an invitation.

use super::{apart, outward};
use crate::agent::join_late;
use crate::calls::{self, end_call, move_caller};
use crate::center::Center;
use crate::command::{CallControl, RecordingWish, RoutingBody, body};
use crate::inbound::InboundError;
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::router;
use crate::store::{Bridge, Leg, PartyRole, load_execution, load_leg};
use patchbay_channels::voice::Voice;
use patchbay_flow::EffectId;
use patchbay_model::event::AgentLeg;
use patchbay_model::{ChannelKind, ReservationSid, Timestamp};

/// The agent has answered, and is in the conference or about to be.
///
/// Safe to run twice: an accepted reservation is accepted, who has joined has joined, and a caller who is where the agent
/// is stays there.
pub(super) async fn answered(center: &Center, agent: &AgentLeg, call_sid: &str) -> Result<(), InboundError> {
    let Some(before) = load_leg(center.table.as_ref(), &agent.customer_call).await? else { return Ok(()) };
    if before.ended_at.is_some() || !before.expects(&agent.reservation_sid) {
        // The caller has gone, or somebody else is called for them.
        return Ok(end_call(center, &before.account, call_sid).await?);
    }
    let task = match router::accept(center, &agent.worker_sid, &agent.reservation_sid).await {
        Ok(task) => task,
        Err(error) if error.is_final() => {
            // It has lapsed, or somebody else has the task.
            calls::write(center, &before, before.clone().without(&agent.reservation_sid)).await?;
            return Ok(end_call(center, &before.account, call_sid).await?);
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(conversation) = &task.conversation_sid {
        join_late(center, &agent.worker_sid, &task.sid, conversation, 0).await?;
    }
    let is_first =
        before.bridge.as_ref().is_some_and(|bridge| bridge.reservation_sid == agent.reservation_sid);
    if before.outward.is_some() && is_first {
        outward::agent_answered(center, &before, agent, call_sid).await?;
        return match load_leg(center.table.as_ref(), &agent.customer_call).await? {
            Some(leg) if leg.outward.as_ref().is_some_and(|outward| outward.answered_at.is_some()) => {
                outward::keep(center, &leg, &agent.customer, &agent.reservation_sid).await
            }
            _ => Ok(()),
        };
    }
    let document = document_of(center, &before).await?;
    let after = seated(&before, (agent, call_sid), document, center.now());
    let (before, after) = match after {
        Some(after) => {
            let changed = calls::write(center, &before, after).await?;
            (changed.before, changed.after)
        }
        None => (before.clone(), before),
    };
    let why = ["answered", agent.reservation_sid.as_str()];
    take_over(center, agent, &before, &after).await?;
    if after.bridge.as_ref().is_none_or(|bridge| bridge.reservation_sid != agent.reservation_sid) {
        return Ok(());
    }
    if before.conference.is_some() {
        // They may be on hold, or about to be, since the agent before has gone.
        calls::hold_customer(center, &agent.customer_call, false, &why).await?;
    }
    move_caller(center, &agent.customer_call, &why).await?;
    record(center, &after, &agent.customer, &agent.reservation_sid).await
}

/// The call once an agent whose phone rang has it, or is in it as well. `None`: they are already.
fn seated(
    before: &Leg,
    (agent, call_sid): (&AgentLeg, &str),
    document: Option<EffectId>,
    now: Timestamp,
) -> Option<Leg> {
    let mut after = before.clone();
    if let Some(bridge) =
        after.bridge.as_mut().filter(|bridge| bridge.reservation_sid == agent.reservation_sid)
    {
        if bridge.since.is_some() {
            return None;
        }
        bridge.since = document;
        bridge.call_sid = Some(call_sid.to_owned());
        bridge.talks_at = Some(now);
        return Some(after);
    }
    let found = before.colleague(&agent.reservation_sid).filter(|party| !party.joined)?;
    if matches!(found.role, PartyRole::Colleague { invited: true, .. }) {
        for party in after.parties.iter_mut().filter(|party| party.label == found.label) {
            (party.joined, party.call_sid) = (true, Some(call_sid.to_owned()));
        }
        return Some(after);
    }
    after.parties.retain(|party| party.label != found.label);
    let mut bridge = Bridge::ringing(agent, found.name.clone());
    bridge.since = before.bridge.as_ref().and_then(|old| old.since.clone()).or(document);
    bridge.call_sid = Some(call_sid.to_owned());
    bridge.talks_at = Some(now);
    after.bridge = Some(bridge);
    after.parties.retain(|party| !party.is_supervisor());
    Some(after)
}

/// Whoever had the call before is not needed any more, and neither is who listened to them.
async fn take_over(center: &Center, agent: &AgentLeg, before: &Leg, after: &Leg) -> Result<(), InboundError> {
    let Some(old) = before.bridge.as_ref().filter(|old| old.reservation_sid != agent.reservation_sid) else {
        return Ok(());
    };
    if after.bridge.as_ref().is_some_and(|new| new.reservation_sid == old.reservation_sid) {
        return Ok(());
    }
    if let Some(call_sid) = &old.call_sid {
        end_call(center, &before.account, call_sid).await?;
    }
    let left: Vec<_> = before.parties.iter().filter(|party| party.is_supervisor()).cloned().collect();
    Ok(calls::end_parties(center, before, &left).await?)
}

/// An account that records every call of its agents begins to, once for each of them.
pub(super) async fn record(
    center: &Center,
    leg: &Leg,
    customer: &str,
    reservation: &ReservationSid,
) -> Result<(), InboundError> {
    let account = center.channel(ChannelKind::Voice, &leg.account);
    // Of one that goes on, the agents decide.
    if leg.recording.is_some()
        || !account.and_then(|account| account.channel.voice()).is_some_and(Voice::records)
    {
        return Ok(());
    }
    let what = CallControl::Record { state: RecordingWish::On, customer: customer.to_owned() };
    Ok(calls::control(center, &leg.call_sid, what, &["record", reservation.as_str()]).await?)
}

/// The document that the caller follows now.
async fn document_of(center: &Center, leg: &Leg) -> Result<Option<EffectId>, InboundError> {
    let contact = leg.conversation_sid.contact();
    let execution = load_execution(center.table.as_ref(), &contact, Consistency::Strong).await?;
    let execution = execution.filter(|execution| execution.sid == leg.execution_sid);
    Ok(execution.and_then(|it| it.state.call_document().map(|document| document.id.clone())))
}

/// The agent's call is over: nobody answered, or they have talked.
///
/// Safe to run twice: who has gone has gone. What is asked of the router and the flow before that is written is the same
/// again.
pub(super) async fn over(center: &Center, agent: &AgentLeg) -> Result<(), InboundError> {
    let Some(before) = load_leg(center.table.as_ref(), &agent.customer_call).await? else { return Ok(()) };
    if before.ended_at.is_some() || !before.expects(&agent.reservation_sid) {
        return Ok(());
    }
    let without = before.clone().without(&agent.reservation_sid);
    match before.bridge.as_ref().filter(|bridge| bridge.reservation_sid == agent.reservation_sid) {
        Some(bridge) if bridge.since.is_some() => apart::agent_gone(center, &before, bridge).await,
        // Before there is a conference nobody has called the customer.
        Some(bridge)
            if before.conference.is_none()
                && before.outward.as_ref().is_some_and(|outward| outward.started) =>
        {
            outward::never_called(center, &before, bridge).await
        }
        Some(_) => {
            lapse(center, agent).await?;
            let held = before.conference.is_some();
            calls::write(center, &before, without).await?;
            if held {
                // They were kept on hold for whom nobody answers: they wait as the others do.
                move_caller(center, &agent.customer_call, &["lapsed", agent.reservation_sid.as_str()])
                    .await?;
            }
            Ok(())
        }
        None => {
            let held = (&agent.worker_sid, &agent.reservation_sid, &agent.task_sid);
            match before.colleague(&agent.reservation_sid).is_some_and(|party| party.joined) {
                true => apart::wrap(center, &before, held).await.map(drop)?,
                false => lapse(center, agent).await?,
            }
            calls::write(center, &before, without).await?;
            Ok(())
        }
    }
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
