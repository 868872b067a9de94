//! What agents and programs change of a contact.

use super::change_contact;
use crate::center::Center;
use crate::store::StoreError;
use patchbay_model::contact::AttributeSource;
use patchbay_model::limits::{
    CONTACT_ATTRIBUTES_BYTES_MAX, CONTACT_NAME_CHARS_MAX, CONTACT_NOTES_CHARS_MAX, CONTACT_TAG_CHARS_MAX,
    CONTACT_TAGS_MAX,
};
use patchbay_model::{Contact, ContactSid};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// Null takes the name away.
    #[serde(default, deserialize_with = "or_null")]
    pub name: Option<Option<String>>,
    /// Each by itself; null removes one.
    #[serde(default)]
    pub attributes: Map<String, Value>,
    /// All of them.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    #[serde(default)]
    pub notes: Option<String>,
}

/// Tells a field that is null from one that is absent.
fn or_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("there is no such contact")]
    NotFound,
    #[error("{0}")]
    TooLarge(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes a contact. `by` is kept with each attribute: `agent:<worker sid>` or `api`. The last writer of each wins.
pub async fn edit(
    center: &Center,
    sid: &ContactSid,
    wanted: &ContactChange,
    by: &str,
) -> Result<Contact, EditError> {
    check(wanted).map_err(EditError::TooLarge)?;
    let source = AttributeSource { source: by.to_owned(), at: center.now() };
    let mut too_large = false;
    let contact = change_contact(center, sid, |contact| {
        let mut changed = contact.clone();
        apply(&mut changed, wanted, &source);
        let attributes = Value::Object(changed.attributes.clone());
        too_large = attributes.to_string().len() > CONTACT_ATTRIBUTES_BYTES_MAX;
        let same = (&changed.name, &changed.attributes, &changed.tags, &changed.notes)
            == (&contact.name, &contact.attributes, &contact.tags, &contact.notes);
        if too_large || same {
            return false;
        }
        *contact = changed;
        true
    })
    .await?;
    if too_large {
        let why = format!("the attributes would be over {CONTACT_ATTRIBUTES_BYTES_MAX} bytes of JSON");
        return Err(EditError::TooLarge(why));
    }
    contact.ok_or(EditError::NotFound)
}

fn check(wanted: &ContactChange) -> Result<(), String> {
    let over = |text: &str, max: usize| text.chars().count() > max;
    if wanted.name.iter().flatten().any(|name| over(name, CONTACT_NAME_CHARS_MAX)) {
        return Err(format!("a name has at most {CONTACT_NAME_CHARS_MAX} characters"));
    }
    if wanted.notes.iter().any(|notes| over(notes, CONTACT_NOTES_CHARS_MAX)) {
        return Err(format!("notes have at most {CONTACT_NOTES_CHARS_MAX} characters"));
    }
    let tags = wanted.tags.as_deref().unwrap_or_default();
    if tags.len() > CONTACT_TAGS_MAX || tags.iter().any(|tag| over(tag, CONTACT_TAG_CHARS_MAX)) {
        return Err(format!("at most {CONTACT_TAGS_MAX} tags of at most {CONTACT_TAG_CHARS_MAX} characters"));
    }
    Ok(())
}

fn apply(contact: &mut Contact, wanted: &ContactChange, source: &AttributeSource) {
    if let Some(name) = &wanted.name {
        contact.name = name.clone().filter(|name| !name.trim().is_empty());
    }
    for (key, value) in &wanted.attributes {
        match value {
            Value::Null => drop(contact.attributes.remove(key)),
            value => drop(contact.attributes.insert(key.clone(), value.clone())),
        }
        contact.attribute_sources.insert(key.clone(), source.clone());
    }
    if let Some(tags) = &wanted.tags {
        contact.tags.clear();
        for tag in tags {
            if !tag.trim().is_empty() && !contact.tags.contains(tag) {
                contact.tags.push(tag.clone());
            }
        }
    }
    if let Some(notes) = &wanted.notes {
        contact.notes.clone_from(notes);
    }
}
