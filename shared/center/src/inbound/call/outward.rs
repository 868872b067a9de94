//! Calls of ours to customers: their agent has answered, and hears how the customer's phone rings; whoever hangs up first
//! ends it.

use super::apart::{self, wrap};
use super::bridge;
use super::news::{self, ending, note};
use crate::agent;
use crate::calls::{self, end_call};
use crate::center::Center;
use crate::command::{CallControl, OutboundJob};
use crate::frames;
use crate::inbound::InboundError;
use crate::inbound::push;
use crate::ports::Consistency;
use crate::store::{Bridge, Leg, load_conversation, load_leg, load_profile, load_task};
use patchbay_channels::voice::Voice;
use patchbay_flow::EffectId;
use patchbay_model::call::CallStatus;
use patchbay_model::event::AgentLeg;
use patchbay_model::{ChannelKind, Conversation, ConversationState, InboundEvent, ReservationSid};

/// The agent has answered, and has the task: the customer is called.
///
/// Safe to run twice: the queue knows the entry, and the sender marks the call.
pub(super) async fn agent_answered(
    center: &Center,
    before: &Leg,
    agent: &AgentLeg,
    call_sid: &str,
) -> Result<(), InboundError> {
    let mut after = before.clone();
    if let Some(bridge) = after.bridge.as_mut().filter(|bridge| bridge.since.is_none()) {
        // Nobody waits in a document: what counts is that there is something.
        bridge.since = Some(EffectId(String::new()));
        bridge.call_sid = Some(call_sid.to_owned());
        if !before.is_reaching() {
            bridge.talks_at = Some(center.now());
        }
        after.conference = Some(agent.conference().to_owned());
        calls::write(center, before, after).await?;
    }
    if before.outward.as_ref().is_some_and(|outward| outward.call_sid.is_some()) {
        // Another agent has called them and handed them on: they may be on hold, or about to be.
        let why = ["answered", agent.reservation_sid.as_str()];
        return Ok(calls::hold_customer(center, &agent.customer_call, false, &why).await?);
    }
    let job = OutboundJob::CallCustomer(Box::new(agent.clone()));
    calls::queue(center, &agent.customer_call, &job, &["customer", &agent.customer_call]).await?;
    note_calls(center, before, agent).await
}

/// Who calls whom, in the timeline.
async fn note_calls(center: &Center, leg: &Leg, agent: &AgentLeg) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let contact = leg.conversation_sid.contact();
    let Some(conversation) = load_conversation(table, &contact, Consistency::Strong).await? else {
        return Ok(());
    };
    let who = load_profile(table, &agent.worker_sid).await?.map(|profile| profile.friendly_name);
    let text = format!("{} calls {}", who.unwrap_or_else(|| "An agent".into()), agent.customer);
    let about = ["calls", leg.call_sid.as_str(), agent.reservation_sid.as_str()];
    let line = agent::note(center, &conversation, &about, text).await?;
    if conversation.state == ConversationState::WithAgent {
        push(center, &conversation, frames::message("created", &line, center.links())).await?;
    }
    Ok(())
}

/// Customer and agent talk: it is recorded and written down where the account wants that. (A caller's own document has it
/// written down.) Asked for again it is done once.
pub(super) async fn keep(
    center: &Center,
    leg: &Leg,
    customer: &str,
    reservation: &ReservationSid,
) -> Result<(), InboundError> {
    bridge::record(center, leg, customer, reservation).await?;
    let account = center.channel(ChannelKind::Voice, &leg.account);
    if !account.and_then(|account| account.channel.voice()).is_some_and(Voice::transcribes) {
        return Ok(());
    }
    let what = CallControl::Transcribe { customer: customer.to_owned() };
    Ok(calls::control(center, &leg.call_sid, what, &["transcribe"]).await?)
}

/// The agent who wanted the call has not answered: the customer is never called.
pub(super) async fn never_called(center: &Center, before: &Leg, bridge: &Bridge) -> Result<(), InboundError> {
    wrap(center, before, (&bridge.worker_sid, &bridge.reservation_sid, &bridge.task_sid)).await?;
    calls::write(center, before, before.clone().ended(center.now())).await?;
    Ok(())
}

/// Nobody is with a customer of ours any more, or called for them: their call ends, as no flow leads it on. True where
/// their task was handed on: they wait for whoever takes it.
///
/// To be asked before the call says that its agent has gone: who says it first and dies leaves the customer alone.
pub(super) async fn left_alone(center: &Center, before: &Leg, bridge: &Bridge) -> Result<bool, InboundError> {
    let Some(outward) = &before.outward else { return Ok(false) };
    let task = load_task(center.table.as_ref(), &bridge.task_sid, Consistency::Strong).await?;
    if task.is_some_and(|task| task.transferred_to.is_some()) {
        return Ok(true);
    }
    if let Some(call_sid) = &outward.call_sid {
        end_call(center, &before.account, call_sid).await?;
    }
    Ok(false)
}

/// The customer has hung up while their task looks for the next agent: nobody need take it.
async fn end_waiting(center: &Center, leg: &Leg, conversation: &Conversation) -> Result<(), InboundError> {
    let task_sid =
        conversation.task_sid.as_ref().filter(|_| conversation.state == ConversationState::Waiting);
    let Some(task_sid) = task_sid else { return Ok(()) };
    let task = load_task(center.table.as_ref(), task_sid, Consistency::Strong).await?;
    // The agent may have called within a conversation that waits for somebody else by now.
    match task.is_some_and(|task| task.attributes["call_sid"] == leg.call_sid.as_str()) {
        true => news::end_waiting(center, conversation).await,
        false => Ok(()),
    }
}

/// What becomes of the customer's phone.
///
/// Safe to run twice, late and in any order: a call that is over stays so, and its line has the call's id.
pub(super) async fn customer_news(
    center: &Center,
    event: &InboundEvent,
    (leg, call_sid): (&str, &str),
    (status, duration_s): (CallStatus, Option<u32>),
) -> Result<(), InboundError> {
    let before = load_leg(center.table.as_ref(), leg).await?.filter(|leg| leg.ended_at.is_none());
    let Some(before) = before else { return Ok(()) };
    let mut after = before.clone();
    let Some(outward) = &mut after.outward else { return Ok(()) };
    outward.call_sid = Some(call_sid.to_owned());
    if !status.is_over() {
        outward.answered_at.get_or_insert(event.received_at);
        match &mut after.bridge {
            Some(bridge) => bridge.talks_at = bridge.talks_at.or(Some(event.received_at)),
            // Their agent has gone while it rang.
            None => end_call(center, &before.account, call_sid).await?,
        }
        let now = calls::write(center, &before, after).await?.after;
        return match &now.bridge {
            // Their agent has handed them on while it rang, and the next one's phone rings.
            Some(bridge) if bridge.since.is_none() => {
                Ok(calls::hold_customer(center, &now.call_sid, true, &["next", call_sid]).await?)
            }
            Some(bridge) => keep(center, &now, &event.contact_address, &bridge.reservation_sid).await,
            None => Ok(()),
        };
    }
    let answered = !before.is_reaching() || status == CallStatus::Completed;
    let contact = before.conversation_sid.contact();
    let conversation = load_conversation(center.table.as_ref(), &contact, Consistency::Strong).await?;
    let conversation = conversation.filter(|found| found.sid == before.conversation_sid);
    note(center, event, &before, conversation.as_ref(), &ending(status, duration_s)).await?;
    match (&before.bridge, answered) {
        (Some(bridge), false) if bridge.since.is_some() => {
            calls::end_parties(center, &before, &before.parties).await?;
            if let Some(agents) = &bridge.call_sid {
                tell_unreached(center, &before, agents, status).await?;
            }
            wrap(center, &before, (&bridge.worker_sid, &bridge.reservation_sid, &bridge.task_sid)).await?;
        }
        _ => apart::caller_gone(center, &before).await?,
    }
    if let Some(conversation) = &conversation {
        end_waiting(center, &before, conversation).await?;
    }
    calls::write(center, &before, after.ended(event.received_at)).await?;
    Ok(())
}

async fn tell_unreached(
    center: &Center,
    leg: &Leg,
    agents: &str,
    status: CallStatus,
) -> Result<(), InboundError> {
    let (account, call_sid) = (leg.account.clone(), agents.to_owned());
    let job = OutboundJob::TellUnreached { account, call_sid, status };
    Ok(calls::queue(center, agents, &job, &["unreached", agents]).await?)
}
