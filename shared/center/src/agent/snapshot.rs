//! What a client needs to begin, or to go on after it was away.

use super::answer::Lists;
use super::call;
use super::membership::{Joined, join};
use super::request::Refusal;
use crate::center::Center;
use crate::config::Config;
use crate::frames::{
    contact_payload, conversation_payload, message_payload, reservation_payload, scheduled_payload,
};
use crate::ports::Consistency;
use crate::router::OpError;
use crate::store::{
    StoreError, load_contact, load_conversation_by_sid, load_open_scheduled, load_task, load_timeline,
};
use crate::window;
use patchbay_model::{Contact, Conversation, ConversationSid, Message, ReservationStatus, Seq, Task, Worker};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Messages of a conversation that are shown at once.
pub(super) const SHOWN_MAX: usize = 50;
/// Messages after a client's last one that are sent at once; it asks for the others as for older ones.
pub(super) const MISSED_MAX: usize = 500;
/// A position is assigned before its message is stored, so one that was stored late may lie before the last one
/// that a client has: what is sent again begins this much earlier, and clients know messages by their sid.
const OVERLAP_MS: i64 = 15 * 60_000;
/// The last position there can be.
pub(super) const LAST: Seq = Seq(u64::MAX >> 8);

/// Where each conversation of a client ends, as far as it knows.
pub(super) type Cursors = BTreeMap<ConversationSid, Seq>;

/// The worker's reservations with their tasks, the conversations of those that it has accepted, and their
/// calls and messages: at least the last 50 of each, and after a cursor all that came since, up to `MISSED_MAX`; and
/// the call that it watches as a supervisor.
///
/// Repairs, too: a conversation that was accepted and not joined, because somebody died in between, is joined.
pub(super) async fn snapshot(
    center: &Center,
    config: &Config,
    worker: &Worker,
    cursors: &Cursors,
) -> Result<Lists, Refusal> {
    let (mut reservations, mut conversations, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    let mut calls: Vec<Value> = call::watched(center, worker).await?.into_iter().collect();
    for (sid, held) in &worker.reservations {
        let task = load_task(center.table.as_ref(), &held.task_sid, Consistency::Strong).await?;
        let Some(task) = task else { continue };
        let Some(reservation) = task.reservations.iter().find(|reservation| reservation.sid == *sid) else {
            continue;
        };
        reservations.push(reservation_payload(config, &task, reservation));
        calls.extend(call::shown(center, &task).await?);
        let Some(conversation) = conversation_of(center, worker, &task, reservation.status).await? else {
            continue;
        };
        let cursor = cursors.get(&conversation.sid);
        let contact = contact_of(center, &conversation).await?;
        let (recent, more) = recent_messages(center, &contact, cursor).await?;
        let mut entry = conversation_payload(&conversation);
        entry["contact"] = contact_payload(&contact, center.links());
        entry["addresses"] = json!(window::addresses(center, &contact).await?);
        entry["scheduled"] = json!(scheduled_of(center, &contact).await?);
        entry["more"] = json!(more);
        conversations.push(entry);
        messages.extend(recent.iter().map(|message| message_payload(message, center.links())));
    }
    Ok(Lists::default()
        .with("reservations", reservations)
        .with("conversations", conversations)
        .with("calls", calls)
        .with("messages", messages))
}

/// The conversation of a task that the worker has accepted.
async fn conversation_of(
    center: &Center,
    worker: &Worker,
    task: &Task,
    status: ReservationStatus,
) -> Result<Option<Conversation>, Refusal> {
    let Some(sid) = &task.conversation_sid else { return Ok(None) };
    match status {
        ReservationStatus::Accepted => {
            match join(center, &worker.sid, &task.sid, sid).await? {
                Joined::On(conversation) => return Ok(Some(*conversation)),
                // Whoever accepted it has seen to that.
                Joined::NotYet => return Ok(None),
                Joined::Over => {}
            }
        }
        ReservationStatus::Wrapping => {}
        _ => return Ok(None),
    }
    // It is over, and the agent still writes it up; the customer may have begun another.
    Ok(load_conversation_by_sid(center.table.as_ref(), sid).await?)
}

/// The contact of a conversation.
pub(super) async fn contact_of(center: &Center, conversation: &Conversation) -> Result<Contact, Refusal> {
    let contact =
        load_contact(center.table.as_ref(), &conversation.contact_sid, Consistency::Eventual).await?;
    Ok(contact.ok_or(OpError::NotFound("contact"))?)
}

/// What is to be said to a contact later.
pub(super) async fn scheduled_of(center: &Center, contact: &Contact) -> Result<Vec<Value>, StoreError> {
    let open = load_open_scheduled(center.table.as_ref(), &contact.timeline()).await?;
    Ok(open.iter().map(|scheduled| scheduled_payload(scheduled, center.links())).collect())
}

/// A contact's last messages, on all channels and of all conversations, and whether there are older ones.
pub(super) async fn recent_messages(
    center: &Center,
    contact: &Contact,
    cursor: Option<&Seq>,
) -> Result<(Vec<Message>, bool), StoreError> {
    let (table, timeline) = (center.table.as_ref(), contact.timeline());
    if let Some(cursor) = cursor {
        let from = Seq::at(cursor.time().plus_ms(-OVERLAP_MS));
        let missed = load_timeline(table, &timeline, (from, LAST), MISSED_MAX, Consistency::Strong).await?;
        if missed.0.len() >= SHOWN_MAX {
            return Ok((missed.0, true));
        }
    }
    load_timeline(table, &timeline, (Seq(0), LAST), SHOWN_MAX, Consistency::Strong).await
}
