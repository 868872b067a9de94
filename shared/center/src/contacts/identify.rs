//! Who somebody is whom their site vouches for.

use super::change_contact;
use super::merge::{Finder, MergeError, merge};
use crate::center::Center;
use crate::command::Identified;
use crate::ports::Consistency;
use crate::store::{
    StoreError, claim_for_all, claim_identity, find_contact, load_conversation, load_current_contact,
    put_contact, put_next,
};
use patchbay_model::contact::AttributeSource;
use patchbay_model::limits::IDENTITIES_MAX;
use patchbay_model::{Address, ChannelKind, Contact, ContactSid, ConversationState};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The contact attribute that holds the site's own id of a visitor. Contacts with different ones are never joined
/// without a person's word: one browser may serve several people.
pub const EXTERNAL_ID: &str = "external_id";
/// Where an address is filed whose channel has no account.
const DEFAULT_ACCOUNT: &str = "default";
const TRIES_MAX: usize = 5;

/// Finds the one contact of a visitor whom their site vouches for, by the visitor's own address, e-mail address and
/// phone number; makes it when there is none; joins several when nothing speaks against it, and files every address.
///
/// Safe to run twice: what is found joined and filed stays so. Two contacts that both have an agent are left as they
/// are; the visitor's next session tries again.
pub(crate) async fn identify(center: &Center, identified: &Identified) -> Result<Contact, StoreError> {
    let mut tries = 1;
    loop {
        match once(center, identified).await {
            Err(error) if error.is_lost_race() && tries < TRIES_MAX => tries += 1,
            result => return result,
        }
    }
}

async fn once(center: &Center, identified: &Identified) -> Result<Contact, StoreError> {
    let own = addresses(center, identified);
    let webchat = |visitor: &str| Address::new(ChannelKind::Webchat, identified.account.as_str(), visitor);
    let before = identified.before.as_deref().map(webchat);
    let mut found: Option<Contact> = None;
    let mut others = Vec::new();
    for address in own.iter().chain(&before) {
        let Some(contact) = find(center, address).await? else { continue };
        match &found {
            None if speaks_for(&contact, identified) => found = Some(contact),
            Some(known) if known.sid == contact.sid => {}
            _ if speaks_for(&contact, identified) => others.push(contact.sid),
            _ => tracing::info!(contact = %contact.sid, "it is known as somebody else, and not joined"),
        }
    }
    let mut contact = match found {
        Some(contact) => contact,
        None => return make(center, identified, own).await,
    };
    for other in others {
        contact = join(center, contact, &other, identified).await?;
    }
    let contact = file(center, contact, &own, identified).await?;
    follow_visitor(center, &contact.sid, before.as_ref(), &webchat(&identified.identity.visitor)).await?;
    Ok(contact)
}

/// The addresses that the site vouches for, the visitor's own first.
fn addresses(center: &Center, identified: &Identified) -> Vec<Address> {
    let account = |kind: ChannelKind| {
        let mut accounts = center.channels.keys().filter(|(channel, _)| *channel == kind);
        accounts.next().map_or(DEFAULT_ACCOUNT, |(_, name)| name.as_str())
    };
    let identity = &identified.identity;
    let email = identity.email.as_ref().map(|email| (ChannelKind::Email, email));
    let phone = identity.phone.as_ref().map(|phone| (ChannelKind::Sms, phone));
    let visitor = Address::new(ChannelKind::Webchat, identified.account.as_str(), identity.visitor.as_str());
    let others = email.into_iter().chain(phone);
    std::iter::once(visitor)
        .chain(others.map(|(kind, id)| Address::new(kind, account(kind), id.as_str())))
        .collect()
}

async fn find(center: &Center, address: &Address) -> Result<Option<Contact>, StoreError> {
    let table = center.table.as_ref();
    match find_contact(table, &address.identity(), Consistency::Strong).await? {
        Some(sid) => load_current_contact(table, &sid, Consistency::Strong).await,
        None => Ok(None),
    }
}

/// Nothing says that the contact is somebody else.
fn speaks_for(contact: &Contact, identified: &Identified) -> bool {
    let known = contact.attributes.get(EXTERNAL_ID);
    known.is_none_or(|known| *known == Value::String(identified.identity.external_id.clone()))
}

fn source(identified: &Identified) -> AttributeSource {
    AttributeSource { source: by(identified), at: identified.at }
}

fn by(identified: &Identified) -> String {
    format!("webchat:{}", identified.account)
}

async fn make(center: &Center, identified: &Identified, own: Vec<Address>) -> Result<Contact, StoreError> {
    let external_id = Value::String(identified.identity.external_id.clone());
    // What is known as somebody else keeps its addresses.
    let mut free = Vec::new();
    for address in own {
        if find(center, &address).await?.is_none() {
            free.push(address);
        }
    }
    let mut contact = Contact {
        sid: ContactSid::random(center.world.id()),
        name: identified.identity.name.clone(),
        picture: None,
        identities: free,
        attributes: Map::from_iter([(EXTERNAL_ID.to_owned(), external_id)]),
        attribute_sources: BTreeMap::from([(EXTERNAL_ID.to_owned(), source(identified))]),
        consent: BTreeMap::new(),
        tags: Vec::new(),
        notes: String::new(),
        merged: Vec::new(),
        merged_into: None,
        indexed: Vec::new(),
        created_at: identified.at,
        version: 0,
    };
    let mut writes: Vec<_> =
        contact.identities.iter().map(|own| claim_identity(&own.identity(), &contact.sid)).collect();
    writes.extend(put_contact(&mut contact));
    center.table.write(writes).await?;
    Ok(contact)
}

async fn join(
    center: &Center,
    contact: Contact,
    other: &ContactSid,
    identified: &Identified,
) -> Result<Contact, StoreError> {
    let finder = Finder { by: by(identified), prefer: Some(contact.sid.clone()) };
    match merge(center, &contact.sid, other, &finder).await {
        Ok(joined) => Ok(joined),
        Err(MergeError::Store(error)) => Err(error),
        Err(error) => {
            tracing::warn!(contact = %contact.sid, %other, %error, "a visitor's contacts are not joined");
            Ok(contact)
        }
    }
}

/// Files the addresses that nobody has, the name where there is none, and the site's id.
async fn file(
    center: &Center,
    contact: Contact,
    own: &[Address],
    identified: &Identified,
) -> Result<Contact, StoreError> {
    let table = center.table.as_ref();
    let mut filed = contact.clone();
    let mut claims = Vec::new();
    for address in own {
        let has_room = filed.identities.len() < IDENTITIES_MAX && !filed.identities.contains(address);
        match find_contact(table, &address.identity(), Consistency::Strong).await? {
            None if has_room => {
                claims.push(claim_for_all(&address.identity(), &contact.timeline()));
                filed.identities.push(address.clone());
            }
            Some(sid) if has_room && sid == contact.sid => filed.identities.push(address.clone()),
            _ => {}
        }
    }
    if filed.identities != contact.identities {
        claims.extend(put_contact(&mut filed));
        table.write(claims).await?;
    }
    let identity = &identified.identity;
    let changed = change_contact(center, &contact.sid, |contact| {
        let external_id = Value::String(identity.external_id.clone());
        let is_known = contact.attributes.get(EXTERNAL_ID) == Some(&external_id);
        if is_known && (contact.name.is_some() || identity.name.is_none()) {
            return false;
        }
        contact.name = contact.name.take().or_else(|| identity.name.clone());
        contact.attributes.insert(EXTERNAL_ID.to_owned(), external_id);
        contact.attribute_sources.insert(EXTERNAL_ID.to_owned(), source(identified));
        true
    });
    Ok(changed.await?.unwrap_or(filed))
}

/// Answers go to the visitor by whom the person is known from now on: no socket listens for the one before.
async fn follow_visitor(
    center: &Center,
    contact: &ContactSid,
    before: Option<&Address>,
    visitor: &Address,
) -> Result<(), StoreError> {
    let found = load_conversation(center.table.as_ref(), contact, Consistency::Strong).await?;
    if let Some(mut conversation) = found
        && conversation.state != ConversationState::Closed
        && Some(&conversation.address) == before
    {
        conversation.address = visitor.clone();
        center.table.write(vec![put_next(&mut conversation)]).await?;
    }
    Ok(())
}
