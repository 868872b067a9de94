//! Discord's documents, as far as they are read.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: Option<String>,
    pub(super) global_name: Option<String>,
    #[serde(deserialize_with = "stated")]
    pub(super) bot: bool,
}

impl User {
    pub(super) fn name(&self) -> Option<String> {
        self.global_name.clone().or_else(|| self.username.clone())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Member {
    pub(super) user: Option<User>,
    pub(super) nick: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Interaction {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: u64,
    pub(super) token: String,
    #[serde(default)]
    pub(super) data: Data,
    pub(super) guild_id: Option<String>,
    pub(super) channel_id: Option<String>,
    pub(super) member: Option<Member>,
    pub(super) user: Option<User>,
    pub(super) locale: Option<String>,
    /// The message with the component.
    pub(super) message: Option<Message>,
}

/// What was called, pressed or filled in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Data {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<u64>,
    pub(super) options: Vec<CommandOption>,
    pub(super) target_id: Option<String>,
    pub(super) resolved: Resolved,
    pub(super) custom_id: String,
    pub(super) values: Vec<String>,
    /// A form's rows or labels, and in them its fields.
    pub(super) components: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommandOption {
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: Value,
    /// Of a subcommand.
    #[serde(default)]
    pub(super) options: Vec<CommandOption>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resolved {
    pub(super) attachments: Map<String, Value>,
    pub(super) messages: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) channel_id: Option<String>,
    pub(super) lobby_id: Option<String>,
    pub(super) guild_id: Option<String>,
    pub(super) application_id: Option<String>,
    pub(super) author: User,
    #[serde(deserialize_with = "stated")]
    pub(super) content: String,
    #[serde(rename = "type")]
    pub(super) kind: u64,
    pub(super) edited_timestamp: Option<String>,
    pub(super) attachments: Vec<Value>,
    pub(super) sticker_items: Vec<Sticker>,
    pub(super) message_reference: Option<MessageReference>,
    /// What a forwarded message says.
    pub(super) message_snapshots: Vec<Snapshot>,
    pub(super) poll: Option<Poll>,
    pub(super) components: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    pub(super) url: String,
    pub(super) filename: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) size: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sticker {
    pub(super) id: String,
    pub(super) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MessageReference {
    /// 0 for an answer, 1 for a forwarded message.
    #[serde(rename = "type")]
    pub(super) kind: u64,
    pub(super) message_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Snapshot {
    pub(super) message: Message,
}

#[derive(Debug, Deserialize)]
pub(super) struct Poll {
    pub(super) question: PollMedia,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PollMedia {
    pub(super) text: Option<String>,
}

/// A webhook event: what happened to the application.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) timestamp: Option<String>,
    #[serde(default)]
    pub(super) data: Value,
}

/// A payload of the Gateway, as the forwarder hands it on.
#[derive(Debug, Deserialize)]
pub(super) struct Dispatch {
    #[serde(rename = "t")]
    pub(super) kind: String,
    #[serde(rename = "s", default)]
    pub(super) sequence: u64,
    #[serde(rename = "d")]
    pub(super) data: Value,
    #[serde(default)]
    pub(super) session_id: String,
}

/// Where something happened that is no message, and by whom.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Happening {
    pub(super) id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) channel_id: Option<String>,
    pub(super) guild_id: Option<String>,
    pub(super) message_id: Option<String>,
    pub(super) emoji: Emoji,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Emoji {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
}

/// What may be `null` as well as missing.
fn stated<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
