//! Messages that are to be said later: an item under the contact, and an entry in the list of what is due, which is there
//! exactly as long as the message is open.

use super::{StoreError, Versioned, load, put_next};
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Consistency, Item, Key, Page, Table, Write};
use patchbay_model::{Address, Author, ContactSid, Content, ConversationSid, MessageSid, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// How long it is remembered what came of one: for as long as clients repeat themselves.
const ENDED_KEPT_S: i64 = 7 * 86_400;

/// A message that an agent wants said later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The message's, once it is said.
    pub sid: MessageSid,
    /// Under whom it lies, whoever that was found to be since.
    pub contact_sid: ContactSid,
    /// Where it was asked for.
    pub conversation_sid: ConversationSid,
    pub author: Author,
    /// Empty once it is over: what was said stands in the timeline.
    pub content: Content,
    /// What it answers, as the timeline and as the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<String>,
    pub to: Address,
    /// Empty: the account's own.
    pub our_address: String,
    pub send_at: Timestamp,
    /// It is not said when the customer has written since `asked_at`.
    #[serde(default)]
    pub unless_answered: bool,
    /// When an agent last wanted it so.
    pub asked_at: Timestamp,
    pub fate: Fate,
    /// Counts the changes; every write is conditional on the one before.
    pub version: u64,
}

/// What has come of a scheduled message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Fate {
    Scheduled,
    /// Decided, and not to be stopped any more: where the message stands, and why it is not sent, if it is not.
    Sending {
        conversation_sid: ConversationSid,
        seq: Seq,
        refused: Option<String>,
    },
    Sent {
        conversation_sid: ConversationSid,
        seq: Seq,
    },
    Refused {
        reason: String,
        conversation_sid: ConversationSid,
        seq: Seq,
    },
    Canceled {
        reason: String,
    },
}

impl Fate {
    pub fn is_over(&self) -> bool {
        !matches!(self, Fate::Scheduled | Fate::Sending { .. })
    }
}

impl Versioned for Scheduled {
    fn key(&self) -> Key {
        keys::scheduled(&self.contact_sid, &self.sid)
    }

    fn version(&mut self) -> &mut u64 {
        &mut self.version
    }

    fn kept_until(&self) -> Option<Timestamp> {
        self.fate.is_over().then(|| self.send_at.max(self.asked_at).plus_s(ENDED_KEPT_S))
    }
}

impl Scheduled {
    fn due(&self) -> Key {
        keys::due(self.send_at, &self.contact_sid, &self.sid)
    }
}

/// The writes of a new one, refused when it is there already.
pub fn put_scheduled(scheduled: &mut Scheduled) -> Vec<Write> {
    let entry = put_due(scheduled.due());
    vec![put_next(scheduled), entry]
}

/// The writes of one that is said at another time than `before`, or in other words.
pub fn change_scheduled(scheduled: &mut Scheduled, before: Timestamp) -> Vec<Write> {
    let mut writes = vec![put_next(scheduled)];
    if scheduled.send_at != before {
        let old = keys::due(before, &scheduled.contact_sid, &scheduled.sid);
        writes.push(delete(old));
        writes.push(put_due(scheduled.due()));
    }
    writes
}

/// The writes of one that is over.
pub fn end_scheduled(scheduled: &mut Scheduled, fate: Fate) -> Vec<Write> {
    scheduled.fate = fate;
    scheduled.content = Content::text("");
    let entry = delete(scheduled.due());
    vec![put_next(scheduled), entry]
}

/// The writes that forget one whose contact is not there any more.
pub fn forget_scheduled(scheduled: &Scheduled) -> Vec<Write> {
    vec![delete(scheduled.key()), delete(scheduled.due())]
}

fn put_due(key: Key) -> Write {
    Write::Put { item: Item { key, attributes: Attributes::new() }, condition: Condition::Always }
}

fn delete(key: Key) -> Write {
    Write::Delete { key, condition: Condition::Always }
}

/// One of them. Strong.
pub async fn load_scheduled(
    table: &dyn Table,
    contact: &ContactSid,
    sid: &MessageSid,
) -> Result<Option<Scheduled>, StoreError> {
    load(table, &keys::scheduled(contact, sid), Consistency::Strong).await
}

/// Those of these contacts that are not over, the first to be said first.
pub async fn load_open_scheduled(
    table: &dyn Table,
    timeline: &[ContactSid],
) -> Result<Vec<Scheduled>, StoreError> {
    let mut found: Vec<Scheduled> = Vec::new();
    for contact in timeline {
        let mut query = keys::scheduled_messages(contact);
        loop {
            let (Page { items, more }, _) = table.query(&query).await?;
            for item in &items {
                found.push(codec::decode(item, "d")?);
            }
            match items.last().filter(|_| more) {
                Some(last) => query.after = Some(last.key.sort.clone()),
                None => break,
            }
        }
    }
    found.retain(|scheduled| !scheduled.fate.is_over());
    found.sort_by(|a, b| (a.send_at, &a.sid).cmp(&(b.send_at, &b.sid)));
    Ok(found)
}

/// The entries of what was to be said before a moment, the oldest first, at most `limit`.
pub async fn load_due(
    table: &dyn Table,
    before: Timestamp,
    limit: usize,
) -> Result<Vec<(Key, ContactSid, MessageSid)>, StoreError> {
    let (Page { items, .. }, _) = table.query(&keys::due_before(before).limit(limit)).await?;
    let entry = |item: Item| {
        let mut parts = item.key.sort.split('#').skip(1);
        let (contact, sid) = (parts.next()?, parts.next()?);
        Some((ContactSid::parse(contact).ok()?, MessageSid::parse(sid).ok()?))
            .map(|(contact, sid)| (item.key.clone(), contact, sid))
    };
    Ok(items.into_iter().filter_map(entry).collect())
}
