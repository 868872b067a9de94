//! `contact.update`, `contact.merge`, `contact.unmerge`: what an agent knows of the customer.

use crate::agent::Session;
use crate::agent::access::{participating, serving};
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, Refusal};
use crate::center::Center;
use crate::contacts::{self, ContactChange, EditError, Finder, MergeError};
use crate::frames::{Fault, contact_payload};
use crate::window;
use patchbay_model::{Contact, ContactSid};
use serde_json::{Map, Value};

/// The fields of a change, as the API has them.
const CHANGEABLE: [&str; 4] = ["name", "attributes", "tags", "notes"];

/// `contact.update {conversation_sid, name?, attributes?, tags?, notes?}`: answers with the contact. By
/// whoever serves the customer, or writes it up. Safe to repeat: it sets what it names.
pub(super) async fn update(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let wanted: Map<String, Value> = CHANGEABLE
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.given(name)?.clone())))
        .collect();
    let change: ContactChange = serde_json::from_value(Value::Object(wanted))
        .map_err(|error| Refusal::new(Fault::BadField, error.to_string()))?;
    let conversation = serving(center, session, &fields.sid("conversation_sid")?).await?;
    let by = name_of(session);
    match contacts::edit(center, &conversation.contact_sid, &change, &by).await {
        Ok(contact) => about(center, &contact).await,
        Err(EditError::TooLarge(why)) => Err(Refusal::new(Fault::BadField, why)),
        Err(error @ EditError::NotFound) => Err(Refusal::new(Fault::NotFound, error.to_string())),
        Err(EditError::Store(error)) => Err(error.into()),
    }
}

/// `contact.merge {conversation_sid, contact_sid, prefer?}`: the conversation's contact and this one are one person.
/// Answers with the contact that stays, which is the conversation's: it has an agent. Safe to repeat: they are one
/// already.
pub(super) async fn merge(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let other: ContactSid = fields.sid("contact_sid")?;
    let prefer = fields.get("prefer").map(|_| fields.sid("prefer")).transpose()?;
    let conversation = participating(center, session, &fields.sid("conversation_sid")?).await?;
    let finder = Finder { by: name_of(session), prefer };
    let contact =
        contacts::merge(center, &conversation.contact_sid, &other, &finder).await.map_err(refusal)?;
    about(center, &contact).await
}

/// `contact.unmerge {conversation_sid, contact_sid}`: this contact, which leads to the conversation's, is somebody
/// else after all. Answers with the conversation's contact. Safe to repeat: it leads nowhere any more.
pub(super) async fn unmerge(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let gone: ContactSid = fields.sid("contact_sid")?;
    let conversation = participating(center, session, &fields.sid("conversation_sid")?).await?;
    let contact = crate::agent::snapshot::contact_of(center, &conversation).await?;
    if contact.merged.contains(&gone) {
        let finder = Finder { by: name_of(session), prefer: None };
        let (contact, _) = contacts::unmerge(center, &gone, &finder).await.map_err(refusal)?;
        return about(center, &contact).await;
    }
    about(center, &contact).await
}

fn name_of(session: &Session) -> String {
    format!("agent:{}", session.worker_sid)
}

async fn about(center: &Center, contact: &Contact) -> Result<Answer, Refusal> {
    Ok(Answer::default()
        .with("contact", contact_payload(contact, center.links()))
        .with("addresses", window::addresses(center, contact).await?))
}

fn refusal(error: MergeError) -> Refusal {
    match error {
        MergeError::Store(error) => error.into(),
        MergeError::NotFound => Refusal::new(Fault::NotFound, error.to_string()),
        MergeError::BothBusy | MergeError::TooMuch(_) | MergeError::MergedSince | MergeError::InUse => {
            Refusal::new(Fault::Refused, error.to_string())
        }
    }
}
