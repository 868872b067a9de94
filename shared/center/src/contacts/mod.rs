//! Contacts: how they change, and who is found to be whom.

mod edit;
mod erase;
mod find;
mod identify;
mod merge;
mod profile;
mod union;

#[cfg(test)]
mod identify_tests;
#[cfg(test)]
mod tests;

pub use edit::{ContactChange, EditError, edit};
pub(crate) use erase::erase_piece;
pub use erase::{EraseError, erase};
pub(crate) use find::find_or_create;
pub use identify::EXTERNAL_ID;
pub(crate) use identify::identify;
pub use merge::{Finder, MergeError, merge, unmerge};
pub use profile::ProfileError;
pub(crate) use profile::{fill, look_up, look_up_later};
pub use union::TooMuch;

use crate::center::Center;
use crate::ports::Consistency;
use crate::router::OpError;
use crate::search::{Word, words_of};
use crate::store::{StoreError, load_conversation, load_current_contact, load_worker, put_contact};
use crate::{frames, notify};
use patchbay_model::{ChannelKind, Consent, Contact, ContactSid, ConversationState};

/// How often a change is made again on what somebody else has just written.
const TRIES_MAX: usize = 5;

/// Changes a contact, or the one that it was found to be: `change` is given what is stored and says whether it changed anything; it is called again
/// when somebody else was faster. The agents on its conversation hear of it. `None`: there is no such contact.
pub async fn change_contact(
    center: &Center,
    sid: &ContactSid,
    mut change: impl FnMut(&mut Contact) -> bool,
) -> Result<Option<Contact>, StoreError> {
    let mut tries = 1;
    loop {
        let Some(mut contact) = load_current_contact(center.table.as_ref(), sid, Consistency::Strong).await?
        else {
            return Ok(None);
        };
        // One who was stored before there was an index, or another one, comes into it now.
        if !change(&mut contact) && is_indexed(&contact) {
            return Ok(Some(contact));
        }
        match center.table.write(put_contact(&mut contact)).await.map_err(StoreError::from) {
            Ok(_) => {
                show(center, &contact).await;
                return Ok(Some(contact));
            }
            Err(error) if error.is_lost_race() && tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Whether the index has the words of a contact.
pub(crate) fn is_indexed(contact: &Contact) -> bool {
    words_of(contact).iter().map(Word::to_string).eq(contact.indexed.iter().cloned())
}

/// Shows a contact as it now is to the agents on its conversation. Whoever does not hear it has it by `sync`.
async fn show(center: &Center, contact: &Contact) {
    let table = center.table.as_ref();
    let told = async {
        let conversation = load_conversation(table, &contact.sid, Consistency::Eventual).await?;
        let Some(conversation) = conversation.filter(|found| found.state == ConversationState::WithAgent)
        else {
            return Ok(());
        };
        let frame = frames::contact(&conversation.sid, center.now(), contact, center.links());
        for sid in &conversation.workers {
            if let Some(worker) = load_worker(table, sid, Consistency::Eventual).await? {
                notify::to_worker(center, &worker, frame.clone()).await?;
            }
        }
        Ok::<(), OpError>(())
    };
    if let Err(error) = told.await {
        tracing::warn!(contact = %contact.sid, %error, "a contact's change was not shown");
    }
}

/// Notes what a customer allows us on a channel.
pub async fn set_consent(
    center: &Center,
    sid: &ContactSid,
    channel: ChannelKind,
    consent: Consent,
) -> Result<Option<Contact>, StoreError> {
    change_contact(center, sid, |contact| contact.consent.insert(channel, consent) != Some(consent)).await
}

/// Whether the customer forbids that we write on a channel.
pub fn has_opted_out(contact: &Contact, channel: ChannelKind) -> bool {
    contact.consent.get(&channel) == Some(&Consent::OptedOut)
}

/// The reason that a message carries which was not sent because the customer has opted out.
pub const OPTED_OUT: &str = "opted_out: the customer does not want to be written to on this channel";
