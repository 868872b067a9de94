//! Two contacts as one, and as two again. Pure.

use patchbay_model::contact::AttributeSource;
use patchbay_model::limits::{
    CONTACT_ATTRIBUTES_BYTES_MAX, CONTACT_NOTES_CHARS_MAX, CONTACT_TAGS_MAX, IDENTITIES_MAX, MERGED_MAX,
};
use patchbay_model::{Address, ChannelKind, Consent, Contact, IdentityKey};
use serde_json::Value;
use std::collections::BTreeMap;

/// What would be too much of one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("both together have more {0} than a contact may have")]
pub struct TooMuch(pub &'static str);

/// What `stays` becomes when `gone` is found to be the same person. Where both have a value, that of `stays` is kept
/// if `stays_wins`, else that of `gone`. A channel that either forbade stays forbidden.
pub(super) fn joined(stays: &Contact, gone: &Contact, stays_wins: bool) -> Result<Contact, TooMuch> {
    let (first, second) = if stays_wins { (stays, gone) } else { (gone, stays) };
    let mut contact = stays.clone();
    contact.name = first.name.clone().or_else(|| second.name.clone());
    contact.picture = first.picture.clone().or_else(|| second.picture.clone());
    add_missing(&mut contact.identities, &gone.identities);
    add_missing(&mut contact.tags, &gone.tags);
    contact.merged.push(gone.sid.clone());
    add_missing(&mut contact.merged, &gone.merged);
    for (key, value) in &gone.attributes {
        if !stays_wins || !contact.attributes.contains_key(key) {
            contact.attributes.insert(key.clone(), value.clone());
            set(&mut contact.attribute_sources, key, gone.attribute_sources.get(key));
        }
    }
    for (channel, consent) in &gone.consent {
        let own = contact.consent.entry(*channel).or_insert(*consent);
        if *consent == Consent::OptedOut {
            *own = Consent::OptedOut;
        }
    }
    contact.notes = [&first.notes, &second.notes]
        .into_iter()
        .filter(|notes| !notes.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n\n");
    contact.created_at = stays.created_at.min(gone.created_at);
    for (what, is_too_much) in [
        ("addresses", contact.identities.len() > IDENTITIES_MAX),
        ("tags", contact.tags.len() > CONTACT_TAGS_MAX),
        ("contacts", contact.merged.len() > MERGED_MAX),
        ("notes", contact.notes.chars().count() > CONTACT_NOTES_CHARS_MAX),
        (
            "attributes",
            Value::Object(contact.attributes.clone()).to_string().len() > CONTACT_ATTRIBUTES_BYTES_MAX,
        ),
    ] {
        if is_too_much {
            return Err(TooMuch(what));
        }
    }
    Ok(contact)
}

/// Takes a merge back: what stays of `now`, the contact that `before` had become `after` by it, and `gone` with its
/// addresses. What was changed since stays changed; what was not is as it was before.
pub(super) fn parted(before: &Contact, after: &Contact, now: &Contact, gone: &Contact) -> (Contact, Contact) {
    let keys: Vec<IdentityKey> = gone.identities.iter().map(Address::identity).collect();
    let is_theirs =
        |address: &Address| keys.contains(&address.identity()) && !before.identities.contains(address);
    let mut back = gone.clone();
    add_missing(
        &mut back.identities,
        &now.identities.iter().filter(|own| is_theirs(own)).cloned().collect::<Vec<_>>(),
    );
    let mut stays = now.clone();
    stays.identities.retain(|own| !is_theirs(own));
    stays.merged = without_added(&before.merged, &after.merged, &now.merged);
    stays.tags = without_added(&before.tags, &after.tags, &now.tags);
    stays.name = unless_changed(&before.name, &after.name, &now.name);
    stays.notes = unless_changed(&before.notes, &after.notes, &now.notes);
    stays.created_at = unless_changed(&before.created_at, &after.created_at, &now.created_at);
    for channel in ChannelKind::ALL {
        let (was, became, is) =
            (before.consent.get(channel), after.consent.get(channel), now.consent.get(channel));
        set(&mut stays.consent, channel, unless_changed(&was, &became, &is));
    }
    for key in after.attributes.keys().chain(before.attributes.keys()) {
        if after.attributes.get(key) == now.attributes.get(key) {
            match before.attributes.get(key) {
                Some(value) => drop(stays.attributes.insert(key.clone(), value.clone())),
                None => drop(stays.attributes.remove(key)),
            }
            let source: Option<&AttributeSource> = before.attribute_sources.get(key);
            set(&mut stays.attribute_sources, key, source);
        }
    }
    (stays, back)
}

fn add_missing<T: Clone + PartialEq>(list: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !list.contains(one) {
            list.push(one.clone());
        }
    }
}

fn without_added<T: Clone + PartialEq>(before: &[T], after: &[T], now: &[T]) -> Vec<T> {
    now.iter().filter(|one| before.contains(one) || !after.contains(one)).cloned().collect()
}

fn unless_changed<T: Clone + PartialEq>(before: &T, after: &T, now: &T) -> T {
    if now == after { before.clone() } else { now.clone() }
}

fn set<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, V>, key: &K, value: Option<&V>) {
    match value {
        Some(value) => drop(map.insert(key.clone(), value.clone())),
        None => drop(map.remove(key)),
    }
}
