//! Finding contacts by what people know of them, and messages by their words.
//!
//! A contact's words are items of their own beside it (docs/STORAGE.md, "Words"): written in the transaction that
//! changes the contact, and only when they change. A word of the question is one range of one partition. Messages have
//! no index: those of one contact are read and looked through, a bounded number at a time.

mod fold;
mod messages;
mod words;

#[cfg(test)]
mod tests;

pub use messages::{FoundMessages, QUESTION_CHARS_MAX, SEARCHED_MAX, search_messages};
pub(crate) use words::words_of;
pub use words::{Field, Word, WordOf};

use crate::center::Center;
use crate::keys;
use crate::ports::{Consistency, Page};
use crate::store::{StoreError, load_contact, load_conversation};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use patchbay_model::{Contact, ContactSid, Conversation, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use words::{Question, Term};

/// Words of the question that the index is asked for: the others are looked for in what these find.
const LOOKUPS_MAX: usize = 4;
/// Entries of the index that are read for one word.
const ENTRIES_MAX: usize = 1_000;
/// Contacts that are looked at.
const CANDIDATES_MAX: usize = 100;
/// Documents that are asked for at once.
const AT_ONCE: usize = 16;

/// Why nothing is looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("at least two letters or digits are needed, or the last three digits of a number")]
    TooShort,
    #[error("a question has at most {QUESTION_CHARS_MAX} characters")]
    TooLong,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A contact that has what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub contact: Contact,
    /// Where it has it.
    pub matched: BTreeSet<Field>,
    /// The contact's newest.
    pub conversation: Option<Conversation>,
}

/// The contacts that have every word of a question, as it is or as a beginning: first those that have most of them as
/// they are, then those that were last spoken with. The flag says that there may be more.
///
/// At most `LOOKUPS_MAX` ranges of the index, and a contact and a conversation for each that is looked at; half a unit
/// each, and one for each 50 entries.
pub async fn search(center: &Center, text: &str, limit: usize) -> Result<(Vec<Found>, bool), SearchError> {
    if text.chars().count() > QUESTION_CHARS_MAX {
        return Err(SearchError::TooLong);
    }
    let question = Question::read(text);
    // Long words are rarer than short ones.
    let mut lookups: Vec<Term> = question.lookups().cloned().collect();
    lookups.sort_by_key(|term| Reverse(term.first().map_or(0, |word| word.text().len())));
    lookups.truncate(LOOKUPS_MAX);
    if lookups.is_empty() {
        return Err(SearchError::TooShort);
    }
    let listed: Vec<Listed> = stream::iter(lookups.into_iter().map(|term| look_up(center, term)))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let (candidates, more) = candidates(&listed);
    let is_cut = candidates.len() > CANDIDATES_MAX;
    let looked: Vec<Option<(Found, usize)>> =
        stream::iter(candidates.into_iter().take(CANDIDATES_MAX).map(|sid| look_at(center, &question, sid)))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
    let mut found: Vec<(Found, usize)> = looked.into_iter().flatten().collect();
    found.sort_by_key(|(found, exact)| (Reverse(*exact), Reverse(last_spoken(found))));
    let more = more || is_cut || found.len() > limit;
    Ok((found.into_iter().take(limit).map(|(found, _)| found).collect(), more))
}

fn last_spoken(found: &Found) -> Timestamp {
    found.conversation.as_ref().map_or(found.contact.created_at, |conversation| conversation.updated_at)
}

/// What the index has of one word.
struct Listed {
    /// Whether a contact has the very word.
    contacts: BTreeMap<ContactSid, bool>,
    /// There are more than were read.
    more: bool,
}

async fn look_up(center: &Center, term: Term) -> Result<Listed, StoreError> {
    let mut listed = Listed { contacts: BTreeMap::new(), more: false };
    for word in &term {
        let query = keys::words(word).limit(ENTRIES_MAX);
        let (Page { items, more }, _) = center.table.query(&query).await?;
        listed.more |= more;
        for item in &items {
            if let Some((found, sid)) = item.key.sort.rsplit_once('#')
                && let Ok(sid) = ContactSid::parse(sid)
            {
                *listed.contacts.entry(sid).or_default() |= found == word.text();
            }
        }
    }
    Ok(listed)
}

/// The contacts that are worth a look, the likeliest first. A list that goes on says nothing against a contact that is
/// not in what was read of it.
fn candidates(listed: &[Listed]) -> (Vec<ContactSid>, bool) {
    let whole: Vec<&Listed> = listed.iter().filter(|listed| !listed.more).collect();
    let (from, more) = match whole.iter().min_by_key(|listed| listed.contacts.len()) {
        Some(shortest) => (*shortest, false),
        None => match listed.first() {
            Some(first) => (first, true),
            None => return (Vec::new(), false),
        },
    };
    let is_everywhere = |sid: &ContactSid| whole.iter().all(|listed| listed.contacts.contains_key(sid));
    let exact = |sid: &ContactSid| {
        listed.iter().filter(|listed| listed.contacts.get(sid).copied().unwrap_or(false)).count()
    };
    let in_sight =
        |sid: &ContactSid| listed.iter().filter(|listed| listed.contacts.contains_key(sid)).count();
    let mut sids: Vec<ContactSid> = from.contacts.keys().filter(|sid| is_everywhere(sid)).cloned().collect();
    sids.sort_by_key(|sid| (Reverse(in_sight(sid)), Reverse(exact(sid))));
    (sids, more)
}

/// Reads a contact; `None` when it has not what is asked for, or is another's.
async fn look_at(
    center: &Center,
    question: &Question,
    sid: ContactSid,
) -> Result<Option<(Found, usize)>, StoreError> {
    let table = center.table.as_ref();
    let Some(contact) = load_contact(table, &sid, Consistency::Eventual).await? else { return Ok(None) };
    if contact.merged_into.is_some() {
        return Ok(None);
    }
    let Some((matched, exact)) = question.matches(&contact) else { return Ok(None) };
    let conversation = load_conversation(table, &sid, Consistency::Eventual).await?;
    Ok(Some((Found { contact, matched, conversation }, exact)))
}
