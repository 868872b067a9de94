//! A provider and its customer, played: the other side of `Channel`, for the simulator and the contract suite.

use crate::channel::Channel;
use crate::delivery::{ProviderRequest, ProviderResponse, SessionFrame};
use crate::webhook::WebhookRequest;
use patchbay_model::{Content, MessageStatus, Timestamp};

/// What a customer says in the simulator.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerMessage {
    /// The customer's address.
    pub from: String,
    pub content: Content,
    /// What the provider's ids are derived from: the same seed is the same message, delivered again.
    pub seed: String,
    pub at: Timestamp,
}

/// One message of ours, as the customer's device shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub to: String,
    /// One for each provider message that has a text.
    pub texts: Vec<String>,
    pub media: Vec<String>,
}

impl Delivery {
    /// A content that is shown as it is.
    pub(crate) fn of(to: &str, content: &Content) -> Delivery {
        let text = Some(content.plain_text()).filter(|text| !text.is_empty());
        Delivery {
            to: to.to_owned(),
            texts: text.map(str::to_owned).into_iter().collect(),
            media: content.attachments().iter().map(|attachment| attachment.url.clone()).collect(),
        }
    }
}

/// How the played provider answers a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As on success, with ids derived from the seed.
    Success { seed: String },
    /// With the provider's error document for this HTTP status.
    Error { status: u16 },
}

/// A channel whose other side can be played.
pub trait Simulated: Channel {
    /// The provider's webhook for a message of a customer, signed with the account's secret; `None` for a
    /// content that customers of this channel cannot send.
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest>;

    /// Adds the proof to a request that is otherwise whole: the provider's signature, or, where we are the
    /// provider, the session of the customer `from`.
    fn sign(&self, request: &mut WebhookRequest, from: &str, at: Timestamp);

    /// Reads what a call would show to the customer; `None` for a call that shows no message.
    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery>;

    /// Reads what a frame would show to the visitor, where we are the provider.
    fn read_frame(&self, _frame: &SessionFrame) -> Option<Delivery> {
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

    /// The answer of the provider's API to a call.
    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse;

    /// The answer to a question about the account or a customer (`Channel::check_request`, `profile_request`);
    /// `None` for a call that is no such question.
    fn lookup_answer(&self, _request: &ProviderRequest) -> Option<ProviderResponse> {
        None
    }

    /// The provider's webhook that tells what became of a call which it answered with `provider_id`; `None`
    /// where the provider tells nothing of the kind.
    fn status_webhook(
        &self,
        _request: &ProviderRequest,
        _provider_id: &str,
        _status: MessageStatus,
    ) -> Option<WebhookRequest> {
        None
    }
}
