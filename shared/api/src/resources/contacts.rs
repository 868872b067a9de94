//! Contacts.

use super::messages::{self, Of, Range};
use super::{Limit, Sid};
use crate::Shared;
use crate::error::ApiError;
use crate::read::{JsonBody, Params};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_center::contacts::{self, ContactChange, Finder};
use patchbay_center::frames::contact_payload;
use patchbay_center::ports::Consistency;
use patchbay_center::store::{
    Erasure, find_contact, load_conversation, load_current_contact, load_erasure, load_merges,
    load_past_conversations,
};
use patchbay_model::{Address, ChannelKind, Contact, ContactSid, Conversation};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cmp::Reverse;

/// Who changed something when it came by this API.
const SOURCE: &str = "api";

/// An address, or what makes one the same customer on every channel: a phone number (E.164), an e-mail address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfAddress {
    channel: Option<ChannelKind>,
    account: Option<String>,
    address: Option<String>,
    identity: Option<String>,
}

impl OfAddress {
    fn address(self) -> Result<Address, ApiError> {
        match (self.channel, self.address, self.identity) {
            (Some(channel), Some(address), None) => {
                let account = self.account.as_deref().unwrap_or(crate::webhooks::DEFAULT_ACCOUNT);
                Ok(Address::new(channel, account, address))
            }
            (None, None, Some(email)) if email.contains('@') => {
                Ok(Address::new(ChannelKind::Email, "", email))
            }
            (None, None, Some(phone)) if phone.starts_with('+') => {
                Ok(Address::new(ChannelKind::Sms, "", phone))
            }
            _ => Err(ApiError::bad_request(
                "either channel and address, or identity: +<number> or an e-mail address",
            )),
        }
    }
}

pub(crate) async fn find(
    State(center): State<Shared>,
    Params(query): Params<OfAddress>,
) -> Result<Json<Value>, ApiError> {
    let identity = query.address()?.identity();
    let table = center.table.as_ref();
    let contact = match find_contact(table, &identity, Consistency::Strong).await? {
        Some(sid) => load_current_contact(table, &sid, Consistency::Strong).await?,
        None => None,
    };
    let contacts: Vec<Value> =
        contact.iter().map(|contact| contact_payload(contact, center.links())).collect();
    Ok(Json(json!({ "contacts": contacts })))
}

/// The contact, or the one that it was found to be.
pub(super) async fn current(center: &Shared, sid: &ContactSid) -> Result<Contact, ApiError> {
    let contact = load_current_contact(center.table.as_ref(), sid, Consistency::Strong).await?;
    contact.ok_or_else(|| ApiError::not_found("contact"))
}

pub(crate) async fn fetch(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(contact_payload(&current(&center, &sid).await?, center.links())))
}

/// Sets what is named and leaves the rest: the last writer of each wins, and is kept with each attribute.
pub(crate) async fn change(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    JsonBody(wanted): JsonBody<ContactChange>,
) -> Result<Json<Value>, ApiError> {
    let contact = contacts::edit(&center, &sid, &wanted, SOURCE).await?;
    Ok(Json(contact_payload(&contact, center.links())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The other one.
    with: ContactSid,
    /// Whose values are kept where both have one; the older contact's without.
    prefer: Option<ContactSid>,
}

pub(crate) async fn merge(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    JsonBody(wanted): JsonBody<Merge>,
) -> Result<Json<Value>, ApiError> {
    let finder = Finder { by: SOURCE.into(), prefer: wanted.prefer };
    let contact = contacts::merge(&center, &sid, &wanted.with, &finder).await?;
    Ok(Json(contact_payload(&contact, center.links())))
}

/// Answers with the one who had stayed and the one who is somebody else again.
pub(crate) async fn unmerge(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
) -> Result<Json<Value>, ApiError> {
    let finder = Finder { by: SOURCE.into(), prefer: None };
    let (stayed, back) = contacts::unmerge(&center, &sid, &finder).await?;
    let both = std::iter::once(&stayed).chain(&back);
    let contacts: Vec<Value> = both.map(|contact| contact_payload(contact, center.links())).collect();
    Ok(Json(json!({ "contacts": contacts })))
}

/// Has everything about a contact erased; `finished_at` says when it is.
pub(crate) async fn erase(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
) -> Result<(StatusCode, Json<Erasure>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(contacts::erase(&center, &sid, SOURCE).await?)))
}

pub(crate) async fn erasure(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
) -> Result<Json<Erasure>, ApiError> {
    let erasure = load_erasure(center.table.as_ref(), &sid).await?;
    erasure.map(Json).ok_or_else(|| ApiError::not_found("erasure"))
}

pub(crate) async fn merges(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
) -> Result<Json<Value>, ApiError> {
    let contact = current(&center, &sid).await?;
    Ok(Json(json!({ "merges": load_merges(center.table.as_ref(), &contact.sid).await? })))
}

pub(crate) async fn conversations(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    Params(page): Params<Limit>,
) -> Result<Json<Value>, ApiError> {
    let limit = page.entries()?;
    let table = center.table.as_ref();
    let mut conversations: Vec<Conversation> = Vec::new();
    for sid in current(&center, &sid).await?.timeline() {
        let newest = load_conversation(table, &sid, Consistency::Strong).await?;
        // Number 0 only leads to another contact.
        conversations.extend(newest.filter(|newest| newest.sid.number() > 0));
        conversations.extend(load_past_conversations(table, &sid, limit).await?);
    }
    conversations.sort_by_key(|conversation| Reverse((conversation.created_at, conversation.sid.number())));
    conversations.truncate(limit);
    Ok(Json(json!({ "conversations": conversations })))
}

pub(crate) async fn messages(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    Params(range): Params<Range>,
) -> Result<Json<Value>, ApiError> {
    messages::page(&center, &Of::Contact(current(&center, &sid).await?.timeline()), &range).await
}
