//! A contact's messages where several contacts were found to be one: each has its own range, and all are read as one.

use super::StoreError;
use super::message::{load_messages, load_messages_after};
use crate::ports::{Consistency, Table};
use patchbay_model::{ContactSid, Message, MessageSid, Seq};
use std::collections::BTreeSet;

/// The `limit` newest messages of these contacts with positions `from..=to`, oldest first. The flag tells whether
/// older ones lie in the range.
pub async fn load_timeline(
    table: &dyn Table,
    timeline: &[ContactSid],
    range: (Seq, Seq),
    limit: usize,
    consistency: Consistency,
) -> Result<(Vec<Message>, bool), StoreError> {
    let (mut found, mut more) = (Vec::new(), false);
    for contact in timeline {
        let (page, older) = load_messages(table, contact, range, None, limit, consistency).await?;
        found.extend(page);
        more |= older;
    }
    let mut found = in_order(found);
    if found.len() > limit {
        found.drain(..found.len() - limit);
        more = true;
    }
    Ok((found, more))
}

/// The first messages of these contacts after a position that `wanted` lets through, oldest first, `limit` of them;
/// a few more when the last shares its position with others.
pub async fn load_timeline_after(
    table: &dyn Table,
    timeline: &[ContactSid],
    after: Seq,
    limit: usize,
    wanted: impl Fn(&Message) -> bool,
) -> Result<Vec<Message>, StoreError> {
    let mut found = Vec::new();
    for contact in timeline {
        found.extend(load_messages_after(table, contact, after, limit, &wanted).await?);
    }
    let mut found = in_order(found);
    if let Some(last) = found.get(limit.saturating_sub(1)).map(|message| message.seq) {
        found.retain(|message| message.seq <= last);
    }
    Ok(found)
}

/// By position, each once: an event that comes again after its sender was found to be another contact is stored with
/// both.
fn in_order(mut messages: Vec<Message>) -> Vec<Message> {
    messages.sort_by(|a, b| (a.seq, &a.sid).cmp(&(b.seq, &b.sid)));
    let mut seen: BTreeSet<MessageSid> = BTreeSet::new();
    messages.retain(|message| seen.insert(message.sid.clone()));
    messages
}
