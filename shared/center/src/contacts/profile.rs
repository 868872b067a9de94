//! Who a new customer is, as far as their provider says.

use super::change_contact;
use crate::center::Center;
use crate::command::{LookUpProfile, OutboundJob, body};
use crate::media::{self, FetchError};
use crate::ports::{Consistency, Outgoing, QueueError, QueueName};
use crate::sender::{Refused, answer_to};
use crate::store::{StoreError, find_contact};
use crate::webhook::with_cause;
use patchbay_channels::ProviderResponse;
use patchbay_model::contact::AttributeSource;
use patchbay_model::event::Profile;
use patchbay_model::limits::CONTACT_NAME_CHARS_MAX;
use patchbay_model::{Address, Contact, Timestamp};
use serde_json::Value;

/// The contact's attributes that a profile fills. Agents and workflows know languages without a region or a script
/// (ISO 639); the whole tag (BCP 47), where it says more, is beside.
const LANGUAGE: &str = "language";
const LOCALE: &str = "locale";
/// How often a job may be received before nobody asks any more: a contact can do without.
const LOOK_UPS_MAX: u32 = 4;

/// Why a job is to come again.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("the table failed")]
    Store(#[from] StoreError),
    #[error("the provider does not say yet who it is: {0}")]
    Passing(String),
    #[error("the picture was not fetched")]
    Picture(#[from] FetchError),
}

/// Fills what is not known of a contact yet with what a provider says; whether that is anything.
pub(crate) fn fill(contact: &mut Contact, address: &Address, profile: &Profile, at: Timestamp) -> bool {
    let before = (contact.name.clone(), contact.attributes.len());
    if contact.name.is_none() {
        contact.name = profile.name.as_ref().map(|name| name.chars().take(CONTACT_NAME_CHARS_MAX).collect());
    }
    if let Some(tag) = &profile.language
        && !contact.attributes.contains_key(LANGUAGE)
    {
        let source = AttributeSource { source: format!("channel:{}", address.channel), at };
        let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let has_more = language.len() < tag.len();
        for (name, value) in [(LANGUAGE, Some(&language)), (LOCALE, Some(tag).filter(|_| has_more))] {
            if let Some(value) = value {
                contact.attributes.insert(name.into(), Value::String(value.clone()));
                contact.attribute_sources.insert(name.into(), source.clone());
            }
        }
    }
    before != (contact.name.clone(), contact.attributes.len())
}

/// Has the provider asked who writes from an address, where that is how it tells.
///
/// Safe to run twice: the queue knows the question by its address, and a second answer changes nothing.
pub(crate) async fn look_up_later(center: &Center, address: &Address) -> Result<(), QueueError> {
    let account = center.channel(address.channel, &address.account);
    if account.is_none_or(|account| account.channel.profile_request(&address.id).is_none()) {
        return Ok(());
    }
    let name = format!("profile-{}", crate::command::group(address, ""));
    let job = OutboundJob::LookUpProfile(Box::new(LookUpProfile { address: address.clone() }));
    let job = Outgoing::fifo(body(&job), name.clone(), name);
    center.queue.send(QueueName::Outbound, vec![job]).await
}

/// Asks, and fills in what the answer says; the agents on the conversation see it.
///
/// Safe to run twice and late: what an agent, a flow or an earlier answer has filled in stays.
pub(crate) async fn look_up(
    center: &Center,
    job: &LookUpProfile,
    receive_count: u32,
) -> Result<(), ProfileError> {
    match try_look_up(center, &job.address).await {
        Err(error @ (ProfileError::Passing(_) | ProfileError::Picture(_)))
            if receive_count >= LOOK_UPS_MAX =>
        {
            let why = with_cause(&error);
            tracing::info!(channel = job.address.channel.as_str(), why, "a profile could not be looked up");
            Ok(())
        }
        other => other,
    }
}

async fn try_look_up(center: &Center, address: &Address) -> Result<(), ProfileError> {
    let Some(account) = center.channel(address.channel, &address.account) else { return Ok(()) };
    let Some(request) = account.channel.profile_request(&address.id) else { return Ok(()) };
    let contact = find_contact(center.table.as_ref(), &address.identity(), Consistency::Strong).await?;
    // Whoever is not there any more was erased.
    let Some(contact) = contact else { return Ok(()) };
    let answer = match answer_to(center, &request).await {
        Ok(ProviderResponse::Http { status: status @ (408 | 425 | 429 | 500..), .. }) => {
            return Err(ProfileError::Passing(format!("it answers {status}")));
        }
        Ok(ProviderResponse::NotSent | ProviderResponse::TimedOut) => {
            return Err(ProfileError::Passing("it does not answer".into()));
        }
        Ok(answer) => answer,
        Err(Refused(why)) => {
            tracing::warn!(channel = address.channel.as_str(), why, "a profile may not be looked up there");
            return Ok(());
        }
    };
    let profile = account.channel.profile(&answer);
    let at = center.now();
    if !profile.is_empty() {
        change_contact(center, &contact, |contact| fill(contact, address, &profile, at)).await?;
    }
    // Providers' URLs of pictures lapse, and tell them who looks.
    if let Some(url) = account.channel.picture(&answer)
        && let Some(picture) = media::picture(center, &contact, address, &url).await?
    {
        change_contact(center, &contact, |contact| {
            let is_first = contact.picture.is_none();
            contact.picture.get_or_insert_with(|| picture.clone());
            is_first
        })
        .await?;
    }
    Ok(())
}
