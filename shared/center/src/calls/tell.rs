//! The agents of a call hear how it is. A push is a hint: who misses one asks with `sync`, so nothing here fails.

use super::Changed;
use crate::agent;
use crate::center::Center;
use crate::frames;
use crate::ports::Consistency;
use crate::store::{Leg, Party, StoreError, load_conversation};
use patchbay_model::{ConversationState, TaskSid, WorkerSid};

/// Sends `call.updated` to everybody who is or was in the call, and to the agents on its conversation.
pub(crate) async fn tell(center: &Center, changed: &Changed) {
    let Changed { before, after } = changed;
    // Nobody has a call that only waits.
    let Some(task_sid) = task_of(after).or_else(|| task_of(before)) else { return };
    let mut workers = Vec::new();
    let of_conversation = on_conversation(center, after).await;
    for worker in of_conversation.iter().chain(after.workers()).chain(before.workers()) {
        if !workers.contains(worker) {
            workers.push(worker.clone());
        }
    }
    agent::tell_workers(center, &workers, &frames::call(after, task_sid), None).await;
}

/// Says in the timeline that a supervisor speaks with everybody. Safe to repeat: the line's id comes from who it is.
pub(crate) async fn tell_barge(center: &Center, leg: &Leg, party: &Party) -> Result<(), StoreError> {
    let contact = leg.conversation_sid.contact();
    let found = load_conversation(center.table.as_ref(), &contact, Consistency::Strong).await?;
    let Some(conversation) = found.filter(|found| found.sid == leg.conversation_sid) else { return Ok(()) };
    let text = format!("{} joined the call", party.name);
    let line = agent::note(center, &conversation, &["barge", &leg.call_sid, &party.label], text).await?;
    let frame = frames::message("created", &line, center.links());
    agent::tell_workers(center, &conversation.workers, &frame, None).await;
    Ok(())
}

fn task_of(leg: &Leg) -> Option<&TaskSid> {
    leg.bridge.as_ref().map(|bridge| &bridge.task_sid)
}

async fn on_conversation(center: &Center, leg: &Leg) -> Vec<WorkerSid> {
    let contact = leg.conversation_sid.contact();
    match load_conversation(center.table.as_ref(), &contact, Consistency::Eventual).await {
        Ok(found) => found
            .filter(|found| found.sid == leg.conversation_sid && found.state == ConversationState::WithAgent)
            .map(|found| found.workers)
            .unwrap_or_default(),
        Err(error) => {
            tracing::warn!(conversation = %leg.conversation_sid, %error, "a call's agents were not told");
            Vec::new()
        }
    }
}
