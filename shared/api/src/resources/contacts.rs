//! Contacts.

use super::messages::{self, Range};
use super::{Limit, Sid};
use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use crate::read::{JsonBody, Params};
use axum::Json;
use axum::extract::State;
use patchbay_center::contacts::change_contact;
use patchbay_center::ports::Consistency;
use patchbay_center::store::{find_contact, load_contact, load_conversation, load_past_conversations};
use patchbay_model::contact::AttributeSource;
use patchbay_model::limits::CONTACT_ATTRIBUTES_BYTES_MAX;
use patchbay_model::{Address, ChannelKind, Contact, ContactSid};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What an attribute's source is when it came by this API.
const SOURCE: &str = "api";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfAddress {
    channel: ChannelKind,
    account: Option<String>,
    address: String,
}

pub(crate) async fn find(
    State(center): State<Shared>,
    Params(query): Params<OfAddress>,
) -> Result<Json<Value>, ApiError> {
    let account = query.account.as_deref().unwrap_or(crate::webhooks::DEFAULT_ACCOUNT);
    let identity = Address::new(query.channel, account, query.address).identity();
    let table = center.table.as_ref();
    let contact = match find_contact(table, &identity, Consistency::Strong).await? {
        Some(sid) => load_contact(table, &sid, Consistency::Strong).await?,
        None => None,
    };
    Ok(Json(json!({ "contacts": contact.into_iter().collect::<Vec<Contact>>() })))
}

pub(crate) async fn fetch(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
) -> Result<Json<Contact>, ApiError> {
    let contact = load_contact(center.table.as_ref(), &sid, Consistency::Strong).await?;
    contact.map(Json).ok_or_else(|| ApiError::not_found("contact"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactChange {
    attributes: Map<String, Value>,
}

/// Sets the named attributes and leaves the others: the last writer of each wins, and is kept with it.
pub(crate) async fn change(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    JsonBody(wanted): JsonBody<ContactChange>,
) -> Result<Json<Contact>, ApiError> {
    let source = AttributeSource { source: SOURCE.into(), at: center.now() };
    let mut too_large = false;
    let contact = change_contact(&center, &sid, |contact| {
        let mut attributes = contact.attributes.clone();
        for (key, value) in &wanted.attributes {
            match value {
                Value::Null => drop(attributes.remove(key)),
                value => drop(attributes.insert(key.clone(), value.clone())),
            }
        }
        too_large = Value::Object(attributes.clone()).to_string().len() > CONTACT_ATTRIBUTES_BYTES_MAX;
        if too_large || attributes == contact.attributes {
            return false;
        }
        contact.attributes = attributes;
        for key in wanted.attributes.keys() {
            contact.attribute_sources.insert(key.clone(), source.clone());
        }
        true
    })
    .await?;
    if too_large {
        let message = format!("the attributes would be over {CONTACT_ATTRIBUTES_BYTES_MAX} bytes of JSON");
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    contact.map(Json).ok_or_else(|| ApiError::not_found("contact"))
}

pub(crate) async fn conversations(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    Params(page): Params<Limit>,
) -> Result<Json<Value>, ApiError> {
    let limit = page.entries()?;
    let table = center.table.as_ref();
    let mut conversations: Vec<_> =
        load_conversation(table, &sid, Consistency::Strong).await?.into_iter().collect();
    if limit > conversations.len() {
        conversations.extend(load_past_conversations(table, &sid, limit - conversations.len()).await?);
    }
    Ok(Json(json!({ "conversations": conversations })))
}

pub(crate) async fn messages(
    State(center): State<Shared>,
    Sid(sid): Sid<ContactSid>,
    Params(range): Params<Range>,
) -> Result<Json<Value>, ApiError> {
    messages::page(&center, &sid, None, &range).await
}
