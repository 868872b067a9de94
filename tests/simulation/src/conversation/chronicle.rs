//! What must hold of every change as it is made, and what only the order of changes tells.

use crate::world::lock;
use patchbay_center::codec;
use patchbay_center::ports::{Attributes, Item, Key};
use patchbay_model::{Author, ContactSid, Conversation, ConversationState, Message, MessageSid};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Default)]
struct State {
    /// Each contact's newest conversation.
    newest: BTreeMap<ContactSid, Conversation>,
    /// Customers' messages that were stored in a conversation which had closed.
    strays: Vec<(MessageSid, Conversation)>,
}

#[derive(Default)]
pub(super) struct Chronicle(Mutex<State>);

impl Chronicle {
    pub fn note(&self, key: &Key, before: Option<&Attributes>, after: Option<&Attributes>) {
        if key.sort.starts_with("M#") {
            let after = after.unwrap_or_else(|| panic!("the message {key:?} was deleted"));
            match before {
                Some(before) => check_status(key, before, after),
                None => self.stored(read(key, after)),
            }
        } else if key.partition.starts_with("C#") && key.sort == "O" {
            let Some(after) = after else { panic!("the conversation {key:?} was deleted") };
            let conversation: Conversation = read(key, after);
            lock(&self.0).newest.insert(conversation.contact_sid.clone(), conversation);
        }
    }

    fn stored(&self, message: Message) {
        let state = &mut *lock(&self.0);
        let closed = state.newest.get(&message.contact_sid).filter(|newest| {
            newest.sid == message.conversation_sid && newest.state == ConversationState::Closed
        });
        if let Some(closed) = closed.filter(|_| message.author == Author::Contact) {
            state.strays.push((message.sid, closed.clone()));
        }
    }

    /// Messages that were stored in this conversation after it had closed.
    pub fn strays(&self) -> Vec<(MessageSid, Conversation)> {
        lock(&self.0).strays.clone()
    }
}

/// 13: a status never moves down.
fn check_status(key: &Key, before: &Attributes, after: &Attributes) {
    let status = |attributes: &Attributes| {
        Item { key: key.clone(), attributes: attributes.clone() }.number("st").unwrap_or_default()
    };
    let (before, after) = (status(before), status(after));
    assert!(before <= after, "13: the status of {key:?} went from {before} down to {after}");
}

fn read<T: DeserializeOwned>(key: &Key, attributes: &Attributes) -> T {
    match codec::decode(&Item { key: key.clone(), attributes: attributes.clone() }, "d") {
        Ok(document) => document,
        Err(error) => panic!("{key:?} does not read: {error}"),
    }
}
