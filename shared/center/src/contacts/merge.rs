//! Two contacts that were found to be one person, and that they were not after all.
//!
//! Nothing is moved: each contact keeps its messages, the one that stays names the others (`Contact::merged`), the
//! others lead to it (`merged_into`), and every address leads to it directly. So a merge is one transaction whatever
//! was said before, and taking it back is exact.

use super::union::{TooMuch, joined, parted};
use crate::center::Center;
use crate::keys;
use crate::ports::table::TRANSACTION_WRITES_MAX;
use crate::ports::{Condition, Consistency, Write};
use crate::store::{
    Contacts, MergeRecord, StoreError, assign_identity, keep_merge, load_contact, load_conversation,
    load_current_contact, load_merges, number, put_contact, put_next,
};
use patchbay_model::contact::MergedInto;
use patchbay_model::limits::{IDENTITIES_MAX, INDEXED_MAX};
use patchbay_model::{
    Address, Contact, ContactSid, Conversation, ConversationState, MergeSid, Seq, Timestamp,
};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How often a change is made again on what somebody else has just written.
const TRIES_MAX: usize = 5;
// The record, every address, both contacts and the conversation; the words of the one who stays, before and after, and
// of the one who goes.
const _: () = assert!(1 + IDENTITIES_MAX + 3 + 3 * INDEXED_MAX <= TRANSACTION_WRITES_MAX);

/// Why two contacts are not made one, or one not two.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error("there is no such contact")]
    NotFound,
    #[error("both contacts wait for an agent or have one: end one of the two conversations first")]
    BothBusy,
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    #[error("the contact that stayed was merged into another since: take that back first")]
    MergedSince,
    #[error("the open conversation is with the one who would leave: end it first")]
    InUse,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who found it.
#[derive(Clone, Debug)]
pub struct Finder {
    /// `agent:<worker sid>`, `api`, or `webchat:<account>` for a visitor whom the site vouches for.
    pub by: String,
    /// Whose values are kept where both have one; the older contact's without.
    pub prefer: Option<ContactSid>,
}

/// Makes two contacts one, and returns the one that stays: the one whose conversation waits for an agent or has one,
/// else the one with whom a flow speaks, else the older. A flow's conversation with the other one is closed.
///
/// Safe to repeat: two that are one already stay so. Of several who do it at once one wins, and the others look again.
pub async fn merge(
    center: &Center,
    one: &ContactSid,
    other: &ContactSid,
    finder: &Finder,
) -> Result<Contact, MergeError> {
    let table = center.table.as_ref();
    let mut tries = 1;
    loop {
        let load = async |sid| load_current_contact(table, sid, Consistency::Strong).await;
        let one = load(one).await?.ok_or(MergeError::NotFound)?;
        let other = load(other).await?.ok_or(MergeError::NotFound)?;
        if one.sid == other.sid {
            return Ok(one);
        }
        let sides = [side(center, one).await?, side(center, other).await?];
        if sides.iter().all(|side| side.hold == Hold::Agent) {
            return Err(MergeError::BothBusy);
        }
        let [first, second] = sides;
        let (stays, gone) = if first.order() >= second.order() { (first, second) } else { (second, first) };
        let (contact, writes) = writes_of_merge(center, &stays.contact, gone, finder)?;
        match table.write(writes).await.map_err(StoreError::from) {
            Ok(_) => {
                super::show(center, &contact).await;
                return Ok(contact);
            }
            Err(error) if error.is_lost_race() && tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Who has a contact's conversation, from nobody to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Nobody,
    Flow,
    Agent,
}

struct Side {
    contact: Contact,
    conversation: Option<Conversation>,
    hold: Hold,
}

impl Side {
    /// The greater one stays.
    fn order(&self) -> (Hold, Reverse<Timestamp>, Reverse<&ContactSid>) {
        (self.hold, Reverse(self.contact.created_at), Reverse(&self.contact.sid))
    }
}

async fn side(center: &Center, contact: Contact) -> Result<Side, StoreError> {
    let conversation = load_conversation(center.table.as_ref(), &contact.sid, Consistency::Strong).await?;
    let hold = match conversation.as_ref().map(|conversation| conversation.state) {
        None | Some(ConversationState::Closed) => Hold::Nobody,
        Some(ConversationState::Flow) => Hold::Flow,
        Some(ConversationState::Waiting | ConversationState::WithAgent) => Hold::Agent,
    };
    Ok(Side { contact, conversation, hold })
}

/// The transaction: both contacts, the conversation of the one who goes, every address, and the record.
fn writes_of_merge(
    center: &Center,
    stays: &Contact,
    gone: Side,
    finder: &Finder,
) -> Result<(Contact, Vec<Write>), MergeError> {
    let (now, sid) = (center.now(), MergeSid::from_bytes(center.world.id()));
    let Side { contact: gone, conversation, .. } = gone;
    let stays_wins = match &finder.prefer {
        Some(preferred) => *preferred == stays.sid || stays.merged.contains(preferred),
        None => stays.created_at <= gone.created_at,
    };
    let mut after = joined(stays, &gone, stays_wins)?;
    let record = MergeRecord {
        sid: sid.clone(),
        at: now,
        by: finder.by.clone(),
        contact_sid: stays.sid.clone(),
        other_sid: gone.sid.clone(),
        undoes: None,
        contacts: Some(Box::new(Contacts {
            before: unindexed(stays),
            other: unindexed(&gone),
            after: unindexed(&after),
        })),
    };
    let mut closed = conversation.unwrap_or_else(|| nothing_said(&gone, now));
    closed.state = ConversationState::Closed;
    closed.workers.clear();
    closed.task_sid = None;
    closed.merged_into = Some(stays.sid.clone());
    closed.updated_at = now;
    let mut writes = vec![keep_merge(&record)];
    writes.extend(assign(&stays.identities, &stays.sid, &after));
    writes.extend(assign(&of_others(&gone, &stays.identities), &gone.sid, &after));
    let mut gone = gone;
    gone.merged_into = Some(MergedInto { contact_sid: stays.sid.clone(), merge_sid: sid });
    writes.extend(put_contact(&mut after));
    writes.extend(put_contact(&mut gone));
    writes.push(put_next(&mut closed));
    Ok((after, writes))
}

/// A contact as a record keeps it: what stands in the index is for the contact itself to know.
fn unindexed(contact: &Contact) -> Contact {
    Contact { indexed: Vec::new(), ..contact.clone() }
}

/// The conversation, over before it began, of a contact who has said nothing: somebody who is about to begin one
/// meets it.
fn nothing_said(contact: &Contact, now: Timestamp) -> Conversation {
    let nowhere = || Address::new(patchbay_model::ChannelKind::Custom, "", "");
    Conversation {
        sid: contact.sid.conversation(0),
        contact_sid: contact.sid.clone(),
        state: ConversationState::Closed,
        workers: Vec::new(),
        task_sid: None,
        tasks: Vec::new(),
        invited: Vec::new(),
        execution: None,
        address: contact.identities.first().cloned().unwrap_or_else(nowhere),
        our_address: String::new(),
        merged_into: None,
        first_seq: Seq::at(now),
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

/// Every address leads to `contact`, if it still leads to `from`.
fn assign(addresses: &[Address], from: &ContactSid, contact: &Contact) -> Vec<Write> {
    let keys: BTreeSet<_> = addresses.iter().map(Address::identity).collect();
    keys.iter().map(|key| assign_identity(key, from, &contact.timeline())).collect()
}

/// The addresses of a contact that are not found by the same key as one of `others`.
fn of_others(contact: &Contact, others: &[Address]) -> Vec<Address> {
    let keys: BTreeSet<_> = others.iter().map(Address::identity).collect();
    contact.identities.iter().filter(|own| !keys.contains(&own.identity())).cloned().collect()
}

/// Takes the merge back by which `gone` leads to another, and returns the one who stayed and `gone`, as they are then.
/// What was said since stays with the one to whom it was said.
///
/// Safe to repeat: one who leads to nobody stays so, and is returned alone.
pub async fn unmerge(
    center: &Center,
    gone: &ContactSid,
    finder: &Finder,
) -> Result<(Contact, Option<Contact>), MergeError> {
    let table = center.table.as_ref();
    let mut tries = 1;
    loop {
        let load = async |sid| load_contact(table, sid, Consistency::Strong).await;
        let gone = load(gone).await?.ok_or(MergeError::NotFound)?;
        let Some(MergedInto { contact_sid, merge_sid }) = gone.merged_into.clone() else {
            return Ok((gone, None));
        };
        let now = load(&contact_sid).await?.ok_or(MergeError::NotFound)?;
        if now.merged_into.is_some() {
            return Err(MergeError::MergedSince);
        }
        let records = load_merges(table, &contact_sid).await?;
        let contacts = records.into_iter().find(|record| record.sid == merge_sid);
        let contacts = contacts.and_then(|record| record.contacts).ok_or(MergeError::NotFound)?;
        let (mut stays, mut back) = parted(&contacts.before, &contacts.after, &now, &gone);
        back.merged_into = None;
        let open = load_conversation(table, &contact_sid, Consistency::Strong).await?;
        let is_with_gone = open.is_some_and(|open| {
            open.state != ConversationState::Closed
                && back.identities.iter().any(|own| own.identity() == open.address.identity())
        });
        if is_with_gone {
            return Err(MergeError::InUse);
        }
        let record = MergeRecord {
            sid: MergeSid::from_bytes(center.world.id()),
            at: center.now(),
            by: finder.by.clone(),
            contact_sid: contact_sid.clone(),
            other_sid: gone.sid.clone(),
            undoes: Some(merge_sid),
            contacts: None,
        };
        let mut writes = vec![keep_merge(&record)];
        writes.extend(assign(&stays.identities, &contact_sid, &stays));
        writes.extend(assign(&of_others(&back, &stays.identities), &contact_sid, &back));
        writes.extend(reopen(center, &gone.sid).await?);
        writes.extend(put_contact(&mut stays));
        writes.extend(put_contact(&mut back));
        match table.write(writes).await.map_err(StoreError::from) {
            Ok(_) => {
                super::show(center, &stays).await;
                return Ok((stays, Some(back)));
            }
            Err(error) if error.is_lost_race() && tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// The write by which messages to a contact are its own again.
async fn reopen(center: &Center, contact: &ContactSid) -> Result<Option<Write>, StoreError> {
    let found = load_conversation(center.table.as_ref(), contact, Consistency::Strong).await?;
    Ok(found.map(|mut conversation| {
        if conversation.sid.number() > 0 {
            conversation.merged_into = None;
            return put_next(&mut conversation);
        }
        let condition = Condition::Equals("v".into(), number(conversation.version));
        Write::Delete { key: keys::conversation(contact), condition }
    }))
}
