use super::Telegram;
use super::address::{address, message_id};
use super::read::Said;
use super::wire::{CallbackQuery, Chat, DeletedMessages, Id, MemberUpdate, Message, Reaction, User};
use crate::json;
use crate::params;
use crate::signature::Verified;
use crate::text::cut;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::event::Profile;
use patchbay_model::{ChannelKind, Content, EventKind, InboundEvent, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl Telegram {
    /// One update. Whatever it was, it is taken: Telegram repeats one that it thinks refused for a day, and
    /// holds back all that come after it.
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let (mut events, mut problems, mut reply) = (Vec::new(), Vec::new(), json!({}));
        let update: Map<String, Value> = json::parse(&request.request().body).unwrap_or_else(|error| {
            problems.push(Problem::new("", format!("the body is not an update of Telegram: {error}")));
            Map::new()
        });
        if let Some(id) = update.get("update_id").and_then(Value::as_i64) {
            if update.len() == 1 {
                problems.push(Problem::new("", "the update says nothing"));
            }
            for (kind, document) in update.iter().filter(|(kind, _)| *kind != "update_id") {
                let reading = Reading { telegram: self, id, received_at, kind };
                match reading.events(document, &mut problems) {
                    Ok(found) => events.extend(found),
                    Err(reason) => problems.push(Problem::new(kind, reason)),
                }
                if let (true, Some(query)) = (kind == "callback_query", document["id"].as_str()) {
                    reply = answered(query);
                }
            }
        } else if problems.is_empty() {
            problems.push(Problem::new("update_id", "the body is not an update of Telegram: it has no id"));
        }
        Normalised::of(events, problems, WebhookReply::json(200, &reply))
    }
}

/// The call that a webhook's answer may be (Bot API, "Making requests when getting updates"): it ends the
/// waiting that the customer's button shows. Nothing depends on whether it succeeds.
fn answered(query: &str) -> Value {
    json!({ "method": "answerCallbackQuery", "callback_query_id": query })
}

/// The part of an update that says what happened.
struct Reading<'a> {
    telegram: &'a Telegram,
    id: i64,
    received_at: Timestamp,
    kind: &'a str,
}

/// Where something happened, and with whom.
struct Place {
    address: String,
    profile: Profile,
}

impl Reading<'_> {
    fn events(&self, document: &Value, problems: &mut Vec<Problem>) -> Result<Vec<InboundEvent>, String> {
        Ok(match self.kind {
            "message" | "business_message" => self.message(document, false, problems)?,
            "edited_message" | "edited_business_message" => self.message(document, true, problems)?,
            "deleted_business_messages" => self.deleted(&read(document)?),
            "callback_query" => vec![self.choice(&read(document)?, problems)],
            "message_reaction" => vec![self.reaction(&read(document)?)],
            "my_chat_member" => vec![self.member(&read(document)?)],
            _ => vec![self.note(document, problems)?],
        })
    }

    /// An update's id is unique for the bot; after a week without any, Telegram begins anew at random.
    fn event(&self, place: Place, date: Option<i64>, kind: EventKind) -> InboundEvent {
        let provider_time = date.filter(|date| *date > 0).map(|date| Timestamp(date.saturating_mul(1000)));
        InboundEvent {
            event_id: self.id.to_string(),
            channel: ChannelKind::Telegram,
            account: self.telegram.account.name.clone(),
            contact_address: place.address,
            our_address: self.telegram.bot_id().to_owned(),
            provider_time,
            to_the_second: provider_time.is_some(),
            received_at: self.received_at,
            profile: place.profile,
            kind,
        }
    }

    fn message(
        &self,
        document: &Value,
        edited: bool,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<InboundEvent>, String> {
        let message: Message = read(document)?;
        let sent_by_us = message.sender_business_bot.as_ref().map(|bot| bot.id.0.as_str());
        if sent_by_us == Some(self.telegram.bot_id()) {
            return Ok(Vec::new());
        }
        let place = place(&message.chat, message.from.as_ref(), message.business_connection_id.as_deref());
        let provider_id = message_id(&place.address, message.message_id);
        let date = message.edit_date.filter(|_| edited).or(message.date);
        let kind = match self.telegram.said(&message, document, self.kind, problems) {
            Said::Note { name, text } => EventKind::Note { name, text },
            Said::Content(content) if edited => EventKind::Edited { provider_id, content },
            Said::Content(content) => EventKind::Message {
                params: self.params(&message, &provider_id, &content),
                reply_to: replied(&message, &place.address),
                provider_id,
                content,
                reply_context: None,
                echo: is_echo(&message),
                tokens: Default::default(),
            },
        };
        Ok(vec![self.event(place, date, kind)])
    }

    fn params(&self, message: &Message, provider_id: &str, content: &Content) -> BTreeMap<String, String> {
        let from = message.from.as_ref().map_or(&message.chat.id.0, |from| &from.id.0);
        let mut params = params::of_message(from, self.telegram.bot_id(), provider_id, content);
        let mut put = |name: &str, value: &str| params.insert(name.to_owned(), value.to_owned());
        if let Some(payload) = content.plain_text().strip_prefix("/start ") {
            put("ReferralSourceType", "deep_link");
            put("ReferralSourceId", payload.trim());
        }
        if message.forward_origin.is_some() {
            put("Forwarded", "true");
        }
        let shared = message.contact.as_ref().and_then(|contact| contact.user_id.as_ref());
        if shared.is_some_and(|id| id.0 == *from) {
            put("ContactIsSender", "true");
        }
        params
    }

    /// The customer of a business took messages back: as many events as messages.
    fn deleted(&self, deleted: &DeletedMessages) -> Vec<InboundEvent> {
        let connection = Some(deleted.business_connection_id.as_str());
        let event = |(at, id): (usize, &i64)| {
            let place = place(&deleted.chat, None, connection);
            let provider_id = message_id(&place.address, *id);
            let event = self.event(place, None, EventKind::Deleted { provider_id });
            InboundEvent { event_id: format!("{}:{at}", self.id), ..event }
        };
        deleted.message_ids.iter().enumerate().map(event).collect()
    }

    /// A pressed button. The date in it is that of the message with the button.
    fn choice(&self, query: &CallbackQuery, problems: &mut Vec<Problem>) -> InboundEvent {
        let message = query.message.as_ref();
        let business = message.and_then(|message| message.business_connection_id.as_deref());
        let place = match message {
            Some(message) => place(&message.chat, Some(&query.from), business),
            None => Place { address: query.from.id.0.clone(), profile: of_user(&query.from) },
        };
        let Some(data) = query.data.clone() else {
            let kind = EventKind::Note { name: self.kind.to_owned(), text: String::new() };
            return self.event(place, None, kind);
        };
        let buttons = message.and_then(|message| message.reply_markup.as_ref());
        let text = buttons
            .into_iter()
            .flat_map(|markup| markup.inline_keyboard.iter().flatten())
            .find(|button| button.callback_data.as_ref() == Some(&data))
            .map(|button| cut(button.text.clone(), self.kind, problems));
        let content = Content::Choice { data: cut(data, self.kind, problems), text };
        let provider_id = format!("callback:{}", query.id);
        let kind = EventKind::Message {
            params: params::of_message(&query.from.id.0, self.telegram.bot_id(), &provider_id, &content),
            reply_to: message.map(|message| message_id(&place.address, message.message_id)),
            provider_id,
            content,
            reply_context: None,
            echo: false,
            tokens: Default::default(),
        };
        self.event(place, None, kind)
    }

    /// All the reactions of a person to a message, as they now are.
    fn reaction(&self, reaction: &Reaction) -> InboundEvent {
        let place = place(&reaction.chat, reaction.user.as_ref(), None);
        let given = reaction.new_reaction.iter().map(|one| one.emoji.as_ref().unwrap_or(&one.kind).as_str());
        let emoji = Some(given.collect::<Vec<_>>().join(" ")).filter(|all| !all.is_empty());
        let provider_id = message_id(&place.address, reaction.message_id);
        self.event(place, reaction.date, EventKind::Reaction { provider_id, emoji })
    }

    /// A person who blocks the bot, or allows it to write again; in a group, what became of the bot there.
    fn member(&self, update: &MemberUpdate) -> InboundEvent {
        let place = place(&update.chat, update.from.as_ref(), None);
        let status = update.new_chat_member.status.as_str();
        let kind = match (update.chat.kind.as_str(), status) {
            ("private", "kicked") => EventKind::Consent { opted_in: false, content: None },
            ("private", "member") => EventKind::Consent { opted_in: true, content: None },
            _ => EventKind::Note { name: self.kind.to_owned(), text: status.to_owned() },
        };
        self.event(place, update.date, kind)
    }

    /// Any other update, with whomever it names.
    fn note(&self, document: &Value, problems: &mut Vec<Problem>) -> Result<InboundEvent, String> {
        let id = ["/chat/id", "/message/chat/id", "/user/id", "/from/id", "/user_chat_id"]
            .iter()
            .find_map(|pointer| Id::deserialize(document.pointer(pointer)?).ok())
            .ok_or_else(|| "the update names no chat and no user".to_owned())?;
        let place = Place { address: id.0, profile: Profile::default() };
        let text = cut(document.to_string(), self.kind, problems);
        let kind = EventKind::Note { name: self.kind.to_owned(), text };
        Ok(self.event(place, document["date"].as_i64(), kind))
    }
}

fn read<T: DeserializeOwned>(document: &Value) -> Result<T, String> {
    T::deserialize(document).map_err(|error| format!("it cannot be read: {error}"))
}

/// Written by the owner of a business account in their own app: in such a chat the chat is the customer.
fn is_echo(message: &Message) -> bool {
    let from = message.from.as_ref().map(|from| &from.id);
    message.business_connection_id.is_some() && from != Some(&message.chat.id)
}

/// The message or the story of ours that this one answers.
fn replied(message: &Message, address: &str) -> Option<String> {
    let story = message.reply_to_story.as_ref().and_then(|story| story["id"].as_i64());
    let message = message.reply_to_message.as_ref().map(|named| message_id(address, named.message_id));
    message.or(story.map(|id| format!("{address}:story:{id}")))
}

/// A chat is the customer: a person, or a group under its title.
fn place(chat: &Chat, from: Option<&User>, business: Option<&str>) -> Place {
    let own = from.filter(|from| from.id == chat.id);
    let name = chat.title.clone().or_else(|| full_name(&chat.first_name, &chat.last_name));
    let profile = Profile {
        name: name.or_else(|| own.and_then(|user| of_user(user).name)),
        language: own.and_then(|user| user.language_code.clone()),
    };
    Place { address: address(&chat.id.0, business), profile }
}

fn of_user(user: &User) -> Profile {
    Profile { name: full_name(&user.first_name, &user.last_name), language: user.language_code.clone() }
}

pub(super) fn full_name(first: &Option<String>, last: &Option<String>) -> Option<String> {
    let parts: Vec<&str> = [first, last].into_iter().flatten().map(String::as_str).collect();
    Some(parts.join(" ")).filter(|name| !name.is_empty())
}
