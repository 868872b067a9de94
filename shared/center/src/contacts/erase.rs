//! The erasure of a contact (GDPR, article 17): everything that is stored of them, in the background, a piece at a time.
//!
//! First the addresses go, so that whoever writes from one is somebody new; then what was said; last the contact
//! itself. A handler that was at work meanwhile may store something once more, so it is looked again when each has
//! long ended. What is kept is that it was done, without a word about the person.

use crate::center::Center;
use crate::codec;
use crate::command::{RoutingBody, body};
use crate::keys;
use crate::ports::{
    BlobError, Condition, Consistency, Item, Key, Outgoing, QueueError, QueueName, TableError, Write,
};
use crate::search::Word;
use crate::store::{
    Erasure, Scheduled, StoreError, copies_of, delete_contact, keep_erasure, load_contact, load_conversation,
    load_current_contact, load_erasure,
};
use patchbay_model::{BlobKey, ChannelKind, Contact, ContactSid, Conversation, ConversationState, TaskSid};
use std::collections::BTreeSet;

/// How often the contact itself is deleted as somebody else has just written it.
const TRIES_MAX: usize = 5;
/// Items of one command; the next one goes on.
const ITEMS_PER_COMMAND: usize = 200;
/// Seconds after which it is looked again: the queues' longest delay.
const LOOK_AGAIN_S: u32 = 900;

/// Why a contact is not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error("there is no such contact")]
    NotFound,
    #[error("the contact waits for an agent or has one: end the conversation first")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("an object was not deleted")]
    Blob(#[from] BlobError),
}

/// Has a contact erased, with everybody who was found to be the same.
///
/// Safe to repeat: what is gone stays gone, and the record is of the first time.
pub async fn erase(center: &Center, sid: &ContactSid, by: &str) -> Result<Erasure, EraseError> {
    let table = center.table.as_ref();
    let Some(contact) = load_current_contact(table, sid, Consistency::Strong).await? else {
        return load_erasure(table, sid).await?.ok_or(EraseError::NotFound);
    };
    let open = load_conversation(table, &contact.sid, Consistency::Strong).await?;
    let is_busy = |state| matches!(state, ConversationState::Waiting | ConversationState::WithAgent);
    if open.is_some_and(|open| is_busy(open.state)) {
        return Err(EraseError::Busy);
    }
    let erasure = match load_erasure(table, &contact.sid).await? {
        Some(erasure) => erasure,
        None => {
            let erasure = Erasure {
                contact_sid: contact.sid.clone(),
                asked_at: center.now(),
                by: by.to_owned(),
                items: 0,
                finished_at: None,
            };
            table.write(vec![keep_erasure(&erasure)]).await.map_err(StoreError::from)?;
            erasure
        }
    };
    go_on(center, contact.timeline(), false, 0).await?;
    Ok(erasure)
}

async fn go_on(
    center: &Center,
    contacts: Vec<ContactSid>,
    again: bool,
    delay_s: u32,
) -> Result<(), QueueError> {
    let command = body(&RoutingBody::Erase { contacts, again });
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(command, delay_s)]).await
}

/// Erases a piece of these contacts, of whom the first stood for all, and has the rest erased. `again`: it is the last
/// look.
///
/// Safe to run twice, and beside itself: it deletes what it finds.
pub(crate) async fn erase_piece(
    center: &Center,
    contacts: Vec<ContactSid>,
    again: bool,
) -> Result<(), EraseError> {
    let table = center.table.as_ref();
    let Some(first) = contacts.first() else { return Ok(()) };
    if let Some(contact) = load_contact(table, first, Consistency::Strong).await? {
        for key in led_here(&contact) {
            delete_of(center, key, first).await?;
        }
        for word in contact.indexed.iter().filter_map(|word| Word::parse(word)) {
            delete(center, keys::word(&word, first)).await?;
        }
    }
    let mut deleted = 0;
    for (at, sid) in contacts.iter().enumerate() {
        let query = keys::contact_items(sid).strong().limit(ITEMS_PER_COMMAND + 1 - deleted);
        let is_last = at + 1 == contacts.len();
        let (page, _) = table.query(&query).await.map_err(StoreError::from)?;
        // The contact itself goes last: by it the rest is found.
        for item in page.items.iter().filter(|item| item.key != keys::contact(first)) {
            if deleted >= ITEMS_PER_COMMAND {
                break;
            }
            for copy in copies_of(item) {
                center.blob.delete(&copy).await?;
            }
            for task in tasks_of(item) {
                delete(center, keys::task(&task)).await?;
            }
            if let Some(due) = due_of(item) {
                delete(center, due).await?;
            }
            delete(center, item.key.clone()).await?;
            deleted += 1;
        }
        if deleted >= ITEMS_PER_COMMAND || page.more {
            note(center, first, deleted, false).await?;
            return Ok(go_on(center, contacts, again, 0).await?);
        }
        center.blob.delete(&BlobKey::picture(sid)).await?;
        if is_last {
            delete_last(center, first).await?;
            deleted += 1;
        }
    }
    note(center, first, deleted, true).await?;
    if !again {
        go_on(center, contacts, true, LOOK_AGAIN_S).await?;
    }
    Ok(())
}

/// The keys that lead to a contact from elsewhere: its addresses, and the sockets of the visitors that it was.
fn led_here(contact: &Contact) -> BTreeSet<Key> {
    let addresses = contact.identities.iter();
    addresses
        .flat_map(|own| {
            let is_visitor = own.channel == ChannelKind::Webchat;
            let session = is_visitor.then(|| keys::session(&own.account, &own.id));
            session.into_iter().chain([keys::identity(&own.identity())])
        })
        .collect()
}

/// The tasks that a stored conversation names.
fn tasks_of(item: &Item) -> Vec<TaskSid> {
    let is_conversation = item.key.sort == "O" || item.key.sort.starts_with("V#");
    let conversation = is_conversation.then(|| codec::decode::<Conversation>(item, "d").ok()).flatten();
    conversation.map(|conversation| conversation.tasks).unwrap_or_default()
}

/// The entry of the list of what is due, of a message that was to be said later.
fn due_of(item: &Item) -> Option<Key> {
    let scheduled = item.key.sort.starts_with("Z#").then(|| codec::decode::<Scheduled>(item, "d").ok())?;
    scheduled.map(|scheduled| keys::due(scheduled.send_at, &scheduled.contact_sid, &scheduled.sid))
}

/// Deletes the contact itself with its words, as it is then: somebody may have changed it meanwhile.
async fn delete_last(center: &Center, sid: &ContactSid) -> Result<(), StoreError> {
    let table = center.table.as_ref();
    let mut tries = 1;
    while let Some(contact) = load_contact(table, sid, Consistency::Strong).await? {
        match table.write(delete_contact(&contact)).await.map_err(StoreError::from) {
            Ok(_) => break,
            Err(error) if error.is_lost_race() && tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn delete(center: &Center, key: Key) -> Result<(), StoreError> {
    center.table.write(vec![Write::Delete { key, condition: Condition::Always }]).await?;
    Ok(())
}

/// Deletes an address unless it is somebody else's by now, or anything that is no address.
async fn delete_of(center: &Center, key: Key, contact: &ContactSid) -> Result<(), StoreError> {
    let condition = match key.sort.as_str() {
        "I" => Condition::Equals("c".into(), contact.as_str().into()),
        _ => Condition::Always,
    };
    match center.table.write(vec![Write::Delete { key, condition }]).await {
        Ok(_) | Err(TableError::Condition { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Notes how far it has come.
async fn note(
    center: &Center,
    contact: &ContactSid,
    deleted: usize,
    is_done: bool,
) -> Result<(), StoreError> {
    let table = center.table.as_ref();
    let Some(mut erasure) = load_erasure(table, contact).await? else { return Ok(()) };
    erasure.items += u64::try_from(deleted).unwrap_or(u64::MAX);
    if is_done {
        erasure.finished_at.get_or_insert(center.now());
    }
    table.write(vec![keep_erasure(&erasure)]).await?;
    Ok(())
}
