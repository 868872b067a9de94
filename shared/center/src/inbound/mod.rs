//! The flow function: what waits on `inbound` moves conversations.
//!
//! An event finds or makes its contact and conversation, is stored, and then goes where the conversation's state
//! says: to the agents' sockets, to the flow, or nowhere until an agent accepts.

mod call;
mod change;
mod close;
mod consent;
mod customer;
mod effects;
mod error;
mod follow;
mod late;
mod message;
mod place;
mod receipt;
mod second;
mod stray;
mod task;
mod timeline;
mod timer;
mod turn;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use call::{answer as answer_call, look as look_at_left};
pub use effects::Functions;
pub use error::InboundError;
pub use place::message_sid;
pub(crate) use turn::{Addresses, following};

use crate::agent;
use crate::center::Center;
use crate::command::{FifoFailures, InboundBody, Record};
use crate::contacts::identify;
use crate::notify;
use crate::ports::Consistency;
use crate::store::load_worker;
use crate::webhook::with_cause;
use bytes::Bytes;
use patchbay_model::{Conversation, EventKind, InboundEvent};

/// How often an event is handled again at once when somebody else was faster, before redelivery tries.
const TRIES_MAX: usize = 3;

/// Handles a batch of `inbound`, in order; answers with the ids of the records that are to come again.
///
/// Safe to run twice: a message is put under an id and at a position that its event determines; everything
/// that a flow does outside has an id of its execution and step, which whoever receives it recognises; the
/// execution remembers its last events and steps no further for one that it knows. State is written last, in
/// one transaction, on condition that it is what was read. (Only an HTTP request that a flow makes is made
/// again: between the call and the commit lies nothing that could know.)
pub async fn handle(center: &Center, records: Vec<Record>) -> Vec<String> {
    let mut failures = FifoFailures::new(center.now());
    for record in &records {
        if failures.holds_back(record, center.now()) {
            continue;
        }
        if let Err(error) = handle_one(center, record, &failures).await {
            tracing::error!(
                message_id = record.message_id,
                receive_count = record.receive_count,
                error = with_cause(&error),
                "an inbound record failed",
            );
            failures.push(record);
        }
    }
    failures.into_ids()
}

async fn handle_one(center: &Center, record: &Record, batch: &FifoFailures) -> Result<(), InboundError> {
    let body: InboundBody = serde_json::from_str(&record.body)?;
    let mut tries = 1;
    loop {
        match dispatch(center, &body).await {
            Err(InboundError::Store(error))
                if error.is_lost_race() && tries < TRIES_MAX && batch.has_time(center.now()) =>
            {
                tries += 1;
            }
            result => return result,
        }
    }
}

async fn dispatch(center: &Center, body: &InboundBody) -> Result<(), InboundError> {
    match body {
        InboundBody::Event(event) => handle_event(center, event).await,
        InboundBody::FlowTimer { contact_sid, execution_sid, timer } => {
            timer::handle(center, contact_sid, execution_sid, timer).await
        }
        InboundBody::Perform { contact_sid, execution_sid } => {
            Box::pin(call::perform(center, contact_sid, execution_sid)).await
        }
        InboundBody::LeftMessage(left) => call::deal_with(center, left).await,
        InboundBody::Outcome { contact_sid, execution_sid, input } => {
            Box::pin(call::outcome(center, contact_sid, execution_sid, input)).await
        }
        InboundBody::Task { conversation_sid, task_sid, outcome } => {
            task::handle(center, conversation_sid, task_sid, outcome).await
        }
        InboundBody::Identify(identified) => Ok(identify(center, identified).await.map(drop)?),
        InboundBody::Stray { key } => stray::handle(center, key).await,
        InboundBody::Scheduled { contact_sid, message_sid } => {
            Ok(Box::pin(agent::say_scheduled(center, contact_sid, message_sid)).await?)
        }
        InboundBody::Changed { key } => change::show_update(center, key).await,
    }
}

async fn handle_event(center: &Center, event: &InboundEvent) -> Result<(), InboundError> {
    match &event.kind {
        EventKind::Message { echo: false, content, .. } if !content.is_automatic() => {
            message::handle(center, event).await
        }
        EventKind::Message { .. } | EventKind::Reaction { .. } | EventKind::Note { .. } => {
            timeline::handle(center, event).await
        }
        EventKind::Edited { .. } | EventKind::Deleted { .. } => change::handle(center, event).await,
        EventKind::Receipt { reference, status, reason } => {
            receipt::handle(center, event, reference, *status, reason.as_deref()).await
        }
        EventKind::Consent { opted_in, .. } => consent::handle(center, event, *opted_in).await,
        EventKind::Call(news) => Box::pin(call::handle(center, event, news)).await,
        EventKind::Typing { on } => timeline::typing(center, event, *on).await,
    }
}

/// Sends a frame to the agents of a conversation.
async fn push(center: &Center, conversation: &Conversation, frame: Bytes) -> Result<(), InboundError> {
    for sid in &conversation.workers {
        if let Some(worker) = load_worker(center.table.as_ref(), sid, Consistency::Eventual).await? {
            notify::to_worker(center, &worker, frame.clone()).await?;
        }
    }
    Ok(())
}
