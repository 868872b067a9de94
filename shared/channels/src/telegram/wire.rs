//! Telegram's updates, as far as they are read. An update is an id and one part more, whose name is its kind.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An id that Telegram writes as a number of up to 64 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => Ok(Id(number.to_string())),
            Value::String(text) if !text.is_empty() => Ok(Id(text)),
            _ => Err(serde::de::Error::custom("an id is a number")),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Chat {
    pub(super) id: Id,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) title: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: Id,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) language_code: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) message_id: i64,
    pub(super) chat: Chat,
    pub(super) from: Option<User>,
    /// Seconds since the epoch; 0 for a message that the bot cannot read.
    pub(super) date: Option<i64>,
    pub(super) edit_date: Option<i64>,
    pub(super) business_connection_id: Option<String>,
    /// The bot that wrote it for a business.
    pub(super) sender_business_bot: Option<User>,
    pub(super) reply_to_message: Option<Named>,
    pub(super) reply_to_story: Option<Value>,
    pub(super) forward_origin: Option<Value>,
    pub(super) reply_markup: Option<Markup>,
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) entities: Vec<Entity>,
    pub(super) caption: Option<String>,
    #[serde(default)]
    pub(super) caption_entities: Vec<Entity>,
    /// The sizes of one photo, the biggest last.
    pub(super) photo: Option<Vec<File>>,
    pub(super) audio: Option<File>,
    pub(super) voice: Option<File>,
    pub(super) video: Option<File>,
    pub(super) video_note: Option<File>,
    pub(super) animation: Option<File>,
    pub(super) document: Option<File>,
    pub(super) sticker: Option<Sticker>,
    pub(super) contact: Option<Contact>,
    pub(super) location: Option<Location>,
    pub(super) venue: Option<Venue>,
    pub(super) dice: Option<Dice>,
    pub(super) poll: Option<Poll>,
    pub(super) web_app_data: Option<WebAppData>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) message_id: i64,
}

#[derive(Deserialize)]
pub(super) struct Entity {
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// In UTF-16 units, as `length`.
    pub(super) offset: usize,
    pub(super) length: usize,
    pub(super) url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) file_id: String,
    pub(super) file_name: Option<String>,
    pub(super) mime_type: Option<String>,
    pub(super) file_size: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Sticker {
    pub(super) file_id: String,
    pub(super) set_name: Option<String>,
    pub(super) emoji: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Contact {
    pub(super) phone_number: String,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    /// Of whom it is the number, as Telegram knows.
    pub(super) user_id: Option<Id>,
}

#[derive(Deserialize)]
pub(super) struct Location {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

#[derive(Deserialize)]
pub(super) struct Venue {
    pub(super) location: Location,
    pub(super) title: Option<String>,
    pub(super) address: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Dice {
    pub(super) emoji: String,
    pub(super) value: i64,
}

#[derive(Deserialize)]
pub(super) struct Poll {
    pub(super) question: String,
}

/// What a form (a web app opened from a keyboard) gave.
#[derive(Deserialize)]
pub(super) struct WebAppData {
    pub(super) data: String,
    pub(super) button_text: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Markup {
    #[serde(default)]
    pub(super) inline_keyboard: Vec<Vec<Button>>,
}

#[derive(Deserialize)]
pub(super) struct Button {
    pub(super) text: String,
    pub(super) callback_data: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CallbackQuery {
    pub(super) id: String,
    pub(super) from: User,
    pub(super) message: Option<Message>,
    pub(super) data: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Reaction {
    pub(super) chat: Chat,
    pub(super) message_id: i64,
    pub(super) user: Option<User>,
    pub(super) date: Option<i64>,
    #[serde(default)]
    pub(super) new_reaction: Vec<ReactionType>,
}

#[derive(Deserialize)]
pub(super) struct ReactionType {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) emoji: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct MemberUpdate {
    pub(super) chat: Chat,
    pub(super) from: Option<User>,
    pub(super) date: Option<i64>,
    pub(super) new_chat_member: Member,
}

#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct DeletedMessages {
    pub(super) business_connection_id: String,
    pub(super) chat: Chat,
    pub(super) message_ids: Vec<i64>,
}
