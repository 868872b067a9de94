//! A provider and its customer, played: the other side of `Channel`, for the simulator and the contract suite.

use crate::channel::Channel;
use crate::delivery::{ProviderRequest, ProviderResponse, SessionFrame};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{ChoiceOption, Content, MessageStatus, Timestamp};
use serde::{Deserialize, Serialize};

/// What a customer says in the simulator.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerMessage {
    /// The customer's address.
    pub from: String,
    /// `Unsupported` is a message of a kind that this program does not know.
    pub content: Content,
    /// The provider's id of the message that this one answers.
    pub reply_to: Option<String>,
    /// What the provider's ids are derived from: the same seed is the same message, delivered again.
    pub seed: String,
    pub at: Timestamp,
}

impl CustomerMessage {
    /// A text that answers nothing in particular.
    pub fn text(
        from: impl Into<String>,
        text: impl Into<String>,
        seed: impl Into<String>,
        at: Timestamp,
    ) -> CustomerMessage {
        let content = Content::text(text);
        CustomerMessage { from: from.into(), content, reply_to: None, seed: seed.into(), at }
    }
}

/// What the providers that tell a customer's name say of everybody who is played: nobody takes it for an agent's.
pub(crate) const CUSTOMER_NAME: &str = "Customer";

/// What a customer does in the simulator besides saying something new.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerEvent {
    /// The customer's address.
    pub from: String,
    pub act: Act,
    /// What the provider's ids are derived from.
    pub seed: String,
    pub at: Timestamp,
}

/// What customers do. A `message` is the provider's id of one, theirs or ours. In JSON the tag is `act`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Changes a message of theirs.
    Edit {
        message: String,
        text: String,
    },
    /// Takes a message of theirs back.
    Unsend {
        message: String,
    },
    /// Reacts to a message; without an emoji, takes the reaction back.
    React {
        message: String,
        #[serde(default)]
        emoji: Option<String>,
    },
    Typing {
        on: bool,
    },
    /// Allows that we write, as it is done on the channel: follows, sends START, takes back a block.
    OptIn,
    /// Forbids it: sends STOP, unfollows, blocks.
    OptOut,
    /// The business writes to this customer in the provider's own app.
    Echo {
        text: String,
    },
    /// Comes by an ad or a link of ours that is called `reference`, saying `text` where the channel brings both at
    /// once.
    Referral {
        reference: String,
        text: String,
    },
    /// Fills in a form; `data` is what was filled in.
    Form {
        data: String,
    },
    /// Answers a story of ours.
    StoryReply {
        story_url: String,
        text: String,
    },
    /// Mentions us in a story of theirs.
    StoryMention {
        story_url: String,
    },
    /// Any other event of the provider, by its own name of it: what only makes a line in the timeline.
    Note {
        name: String,
    },
}

impl Act {
    /// One of each, about the message `message`: what `Simulated::customer_event` may be asked for.
    pub fn all(message: &str) -> Vec<Act> {
        let message = message.to_owned();
        let story_url = "https://media.example/story.jpg".to_owned();
        vec![
            Act::Edit { message: message.clone(), text: "hello there".into() },
            Act::React { message: message.clone(), emoji: Some("👍".into()) },
            Act::React { message: message.clone(), emoji: None },
            Act::Typing { on: true },
            Act::Typing { on: false },
            Act::Echo { text: "said elsewhere".into() },
            Act::Referral { reference: "summer".into(), text: "I saw your ad".into() },
            Act::Form { data: r#"{"size":"42"}"#.into() },
            Act::StoryReply { story_url: story_url.clone(), text: "nice".into() },
            Act::StoryMention { story_url },
            Act::Note { name: "note".into() },
            Act::Unsend { message },
            Act::OptIn,
            Act::OptOut,
        ]
    }
}

/// One message of ours, as the customer's device shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub to: String,
    /// One for each provider message that has a text.
    pub texts: Vec<String>,
    pub media: Vec<String>,
    /// The answers to press, with what comes back for them.
    pub choices: Vec<ChoiceOption>,
    /// The name of the template that it is.
    pub template: Option<String>,
    /// The provider's id of the message that it quotes.
    pub reply_to: Option<String>,
}

impl Delivery {
    /// A content that is shown as it is.
    pub(crate) fn of(to: &str, content: &Content) -> Delivery {
        let text = Some(content.plain_text()).filter(|text| !text.is_empty());
        Delivery {
            to: to.to_owned(),
            texts: text.map(str::to_owned).into_iter().collect(),
            media: content.attachments().iter().map(|attachment| attachment.url.clone()).collect(),
            choices: match content {
                Content::Choices { options, .. } => options.clone(),
                _ => Vec::new(),
            },
            ..Delivery::default()
        }
    }
}

/// A file that a customer has sent, as the played provider keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedFile {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl PlayedFile {
    /// The answer that is the file itself.
    pub(crate) fn answer(self) -> ProviderResponse {
        let headers = Headers::from_iter([("Content-Type", self.content_type)]);
        ProviderResponse::Http { status: 200, headers, body: self.bytes }
    }
}

/// What a call shows the customer that is no message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    Typing {
        on: bool,
    },
    /// What they wrote has been read; up to this message where the provider says which.
    Read {
        message: Option<String>,
    },
    /// We reacted to a message, or took the reaction back.
    Reaction {
        message: String,
        emoji: Option<String>,
    },
}

/// The id of a file of which the played provider is asked for, where an attachment names one instead of a URL.
pub(crate) fn file_id(url: &str) -> Option<&str> {
    (!url.is_empty() && url.bytes().all(|byte| byte.is_ascii_digit())).then_some(url)
}

/// How the played provider answers a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As on success, with ids derived from the seed.
    Success { seed: String },
    /// With the provider's error document for this HTTP status.
    Error {
        status: u16,
        /// The provider's own code of the error, or its words where it has no codes; `None`: what is usual with the
        /// status.
        code: Option<String>,
    },
}

impl Answer {
    /// The usual error with a status.
    pub fn error(status: u16) -> Answer {
        Answer::Error { status, code: None }
    }
}

/// What the provider tells of a message of ours later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What it answered the call with.
    pub provider_id: String,
    pub status: MessageStatus,
    /// The provider's own code of a failure; `None`: a usual one.
    pub code: Option<String>,
    pub at: Timestamp,
}

/// A channel whose other side can be played.
pub trait Simulated: Channel {
    /// The provider's webhook for a message of a customer, signed with the account's secret; `None` for a
    /// content that customers of this channel cannot send.
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest>;

    /// The provider's webhook for anything else that a customer does, signed; `None` for what customers of this
    /// channel cannot do, or the provider does not tell.
    fn customer_event(&self, _event: &CustomerEvent) -> Option<WebhookRequest> {
        None
    }

    /// Adds the proof to a request that is otherwise whole: the provider's signature, or, where we are the
    /// provider, the session of the customer `from`.
    fn sign(&self, request: &mut WebhookRequest, from: &str, at: Timestamp);

    /// Reads what a call would show to the customer; `None` for a call that shows no message.
    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery>;

    /// Reads what a frame would show to the visitor, where we are the provider.
    fn read_frame(&self, _frame: &SessionFrame) -> Option<Delivery> {
        None
    }

    /// To whom a call shows something that is no message, and what.
    fn read_signal(&self, _request: &ProviderRequest) -> Option<(String, Signal)> {
        None
    }

    /// What a frame shows the visitor that is no message, where we are the provider.
    fn read_frame_signal(&self, _frame: &SessionFrame) -> Option<Signal> {
        None
    }

    /// The visitor's word of having seen what a frame showed, where we are the provider.
    fn frame_seen(&self, _frame: &SessionFrame, _at: Timestamp) -> Option<WebhookRequest> {
        None
    }

    /// The right to answer that a call makes use of, once; `None` for a call that names its recipient itself.
    fn reply_token(&self, _request: &ProviderRequest) -> Option<String> {
        None
    }

    /// Reads what a call with a reply token would show to the customer `to`, whose token it was.
    fn read_reply(&self, _request: &ProviderRequest, _to: &str) -> Option<Delivery> {
        None
    }

    /// The key by which the provider recognises a call that is made again, where it does.
    fn idempotency_key(&self, _request: &ProviderRequest) -> Option<String> {
        None
    }

    /// The answer to a call that fetches a file which a customer has sent, to whom may have it; `None` for a call
    /// that fetches none. `file` finds one by its id: the URL of an attachment in `customer_message` that has no
    /// scheme is such an id, of digits.
    fn media_answer(
        &self,
        _request: &ProviderRequest,
        _file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        None
    }

    /// The answer of the provider's API to a call.
    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse;

    /// The answer to a question about the account or a customer (`Channel::check_request`, `profile_request`);
    /// `None` for a call that is no such question.
    fn lookup_answer(&self, _request: &ProviderRequest) -> Option<ProviderResponse> {
        None
    }

    /// The provider's webhook that tells what became of a call; `None` where the provider tells nothing of the
    /// kind.
    fn status_webhook(&self, _request: &ProviderRequest, _receipt: &Receipt) -> Option<WebhookRequest> {
        None
    }
}
