//! What a message says, on every channel.

use crate::Email;
use serde::{Deserialize, Serialize};

/// A piece of media that belongs to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Attachment {
    /// Where it can be fetched: the provider's URL, or `blob:<key>` where it is stored with us (`BlobKey`).
    pub url: String,
    /// The media type that the sender states, `application/octet-stream` when it states none.
    pub content_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// A person's card, as an address book has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ContactCard {
    pub name: String,
    /// As the provider writes them, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub phones: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub emails: Vec<String>,
}

/// One of the answers that a message offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChoiceOption {
    /// What comes back as `Content::Choice::data`.
    pub data: String,
    /// What the customer sees.
    pub text: String,
}

/// What stands above a template's text, where it has a place for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum TemplateHeader {
    Text(String),
    Media(Attachment),
}

impl TemplateHeader {
    pub fn file(&self) -> Option<&Attachment> {
        match self {
            TemplateHeader::Media(file) => Some(file),
            TemplateHeader::Text(_) => None,
        }
    }
}

/// What one of a template's buttons carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum TemplateButton {
    /// The end of its link.
    Url(String),
    /// What comes back as `Content::Choice::data`.
    QuickReply(String),
}

/// The body of a message. The tag is `kind`; a kind that a channel has and this list lacks is `unsupported`
/// and keeps the provider's own name, so that the agent sees that something came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub enum Content {
    Text {
        text: String,
    },
    /// One or more attachments, with the caption where there is one.
    Media {
        attachments: Vec<Attachment>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    Sticker {
        package_id: String,
        sticker_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A button, quick reply, postback or list entry that the customer chose.
    Choice {
        /// What the button carries for the program.
        data: String,
        /// What the customer saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Outbound: a text with answers to choose from, as buttons or a list where the channel has them.
    Choices {
        text: String,
        options: Vec<ChoiceOption>,
    },
    /// People's cards out of an address book.
    Contacts {
        contacts: Vec<ContactCard>,
    },
    /// Outbound: a message that the provider has approved beforehand (WhatsApp, RCS): what may be sent where its
    /// window is closed.
    Template {
        /// The provider's name or id of it.
        name: String,
        /// As the provider writes it: `en_US`.
        language: String,
        /// What its placeholders stand for, in their order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
        parameters: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<Box<TemplateHeader>>,
        /// Of its buttons from the first on; none for one that carries nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
        buttons: Vec<Option<TemplateButton>>,
        /// What it says with them: for the timeline, and for channels without templates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A reaction to the message that the message's `reply_to` names.
    Reaction {
        /// `None` takes the earlier reaction back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    Email(Email),
    /// What the center itself notes in the timeline: somebody joined, a task was transferred.
    System {
        text: String,
    },
    /// What an agent or a supervisor notes for the others: never for the customer, and no channel carries it.
    Note {
        text: String,
    },
    Unsupported {
        provider_kind: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

impl Content {
    pub fn text(text: impl Into<String>) -> Content {
        Content::Text { text: text.into() }
    }

    /// What a flow's condition or an agent's list line reads: the text, or what stands for it.
    pub fn plain_text(&self) -> &str {
        match self {
            Content::Text { text }
            | Content::System { text }
            | Content::Note { text }
            | Content::Choices { text, .. } => text,
            Content::Media { text, .. }
            | Content::Sticker { text, .. }
            | Content::Unsupported { text, .. } => text.as_deref().unwrap_or_default(),
            Content::Choice { data, text } => text.as_deref().unwrap_or(data),
            Content::Location { name, address, .. } => {
                name.as_deref().or(address.as_deref()).unwrap_or_default()
            }
            Content::Contacts { contacts } => {
                contacts.first().map(|contact| contact.name.as_str()).unwrap_or_default()
            }
            Content::Template { name, text, .. } => text.as_deref().unwrap_or(name),
            Content::Reaction { emoji } => emoji.as_deref().unwrap_or_default(),
            Content::Email(mail) => &mail.text,
        }
    }

    /// A program said it, so no program may answer: a mail in somebody's absence, a bounce, a newsletter.
    pub fn is_automatic(&self) -> bool {
        matches!(self, Content::Email(mail) if mail.automatic)
    }

    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Content::Media { attachments, .. } => attachments,
            Content::Email(mail) => &mail.attachments,
            _ => &[],
        }
    }

    pub fn attachments_mut(&mut self) -> &mut [Attachment] {
        match self {
            Content::Media { attachments, .. } => attachments,
            Content::Email(mail) => &mut mail.attachments,
            _ => &mut [],
        }
    }
}
