//! One utterance and what became of it.

use crate::{ChannelKind, ContactSid, Content, ConversationSid, FlowSid, MessageSid, Timestamp, WorkerSid};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A position in a contact's messages, and so in each of the conversations: milliseconds since the epoch in
/// the upper 41 bits, 12 bits of the message's id below, so that it fits a JavaScript number. It increases
/// within a conversation and is not dense. Two messages of one millisecond may share it; their ids differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Seq(pub u64);

impl Seq {
    const TIE_BITS: u32 = 12;

    /// The position of the message `sid` at `at`.
    pub fn of(at: Timestamp, sid: &MessageSid) -> Seq {
        let tie = sid.as_str().get(2..5).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        Seq((Seq::at(at).0) | tie)
    }

    /// The first position of a moment.
    pub fn at(at: Timestamp) -> Seq {
        Seq(u64::try_from(at.0).unwrap_or(0) << Seq::TIE_BITS)
    }

    /// The moment of a position.
    pub fn time(self) -> Timestamp {
        Timestamp(i64::try_from(self.0 >> Seq::TIE_BITS).unwrap_or(i64::MAX))
    }
}

/// Where a message is: everything that is needed to read or write it without a look-up. The text form
/// `<contact>.<seq>.<sid>` is what we put into a provider's callback field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageKey {
    pub contact: ContactSid,
    pub seq: Seq,
    pub sid: MessageSid,
}

impl MessageKey {
    /// Reads the text form; `None` for anything else.
    pub fn parse(text: &str) -> Option<MessageKey> {
        let mut parts = text.split('.');
        let (contact, seq, sid) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(MessageKey {
            contact: ContactSid::parse(contact).ok()?,
            seq: Seq(seq.parse().ok()?),
            sid: MessageSid::parse(sid).ok()?,
        })
    }
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.contact, self.seq.0, self.sid)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Direction {
    Inbound,
    Outbound,
}

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Author {
    Contact,
    Agent {
        worker_sid: WorkerSid,
        name: String,
    },
    Flow {
        flow_sid: FlowSid,
    },
    System,
    /// The provider's own app: a person who answered there and not here.
    Provider,
}

/// What is known of a message's way. It only moves up (`MessageStatus::advance`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum MessageStatus {
    /// Inbound: stored.
    Received,
    /// Outbound: stored, waiting for the sender.
    Queued,
    /// The provider was called and did not answer, and can neither be asked nor recognises a second call.
    Unknown,
    /// The provider has taken it.
    Sent,
    /// The provider, or the network behind it, refused it for good.
    Failed,
    /// It is on the customer's device.
    Delivered,
    /// The customer has seen it.
    Read,
}

impl MessageStatus {
    /// The status after `news`: never lower than before. A failure after delivery does not revert it (the
    /// caller keeps it as a problem).
    pub fn advance(self, news: MessageStatus) -> MessageStatus {
        self.max(news)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            MessageStatus::Received => "received",
            MessageStatus::Queued => "queued",
            MessageStatus::Unknown => "unknown",
            MessageStatus::Sent => "sent",
            MessageStatus::Failed => "failed",
            MessageStatus::Delivered => "delivered",
            MessageStatus::Read => "read",
        }
    }
}

/// Why an attachment is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFailure {
    /// Which of the message's attachments, counted from 0.
    pub index: usize,
    /// `<code>: <words>`, for people.
    pub reason: String,
}

/// What a provider wants to be told about a message of a customer instead of its id (LINE).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// By which an answer quotes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// By which it is marked as read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
}

impl Tokens {
    pub fn is_empty(&self) -> bool {
        *self == Tokens::default()
    }
}

/// One message as it is stored and as clients see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Message {
    pub sid: MessageSid,
    pub seq: Seq,
    pub conversation_sid: ConversationSid,
    pub contact_sid: ContactSid,
    pub channel: ChannelKind,
    pub account: String,
    pub direction: Direction,
    pub author: Author,
    #[serde(flatten)]
    pub content: Content,
    /// The message this one answers: its provider id or ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    pub status: MessageStatus,
    /// Why the status is what it is, for people: a refusal's code and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The customer or the provider took it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<_>"))]
    pub deleted: bool,
    /// The text after the customer edited it; `content` keeps the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Box<Content>>,
    /// Attachments from outside of which there is no copy, and why. Clients see it at the attachment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub media_failures: Vec<MediaFailure>,
    /// For the provider only: clients know the message by its ids.
    #[serde(default, skip_serializing_if = "Tokens::is_empty")]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub tokens: Tokens,
    pub created_at: Timestamp,
}

impl Message {
    pub fn key(&self) -> MessageKey {
        MessageKey { contact: self.contact_sid.clone(), seq: self.seq, sid: self.sid.clone() }
    }

    /// What `OutboundMessage::reply_to` says of an answer to it; `None` where the provider knows no id of it.
    pub fn quoted_as(&self) -> Option<&str> {
        self.tokens.quote.as_deref().or(self.provider_id.as_deref())
    }

    /// What marking it as read names it by.
    pub fn read_as(&self) -> Option<&str> {
        self.tokens.read.as_deref().or(self.provider_id.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_keep_the_order_of_time_and_fit_a_javascript_number() {
        let sid = MessageSid::from_bytes([0xff; 16]);
        let first = Seq::of(Timestamp(1_795_359_904_789), &sid);
        assert!(first < Seq::at(Timestamp(1_795_359_904_790)));
        assert_eq!(first.time(), Timestamp(1_795_359_904_789));
        assert!(first.0 < 1 << 53);
    }

    #[test]
    fn keys_read_back() {
        let key = MessageKey {
            contact: ContactSid::derive(&["ann"]),
            seq: Seq(42),
            sid: MessageSid::derive(&["hello"]),
        };
        assert_eq!(MessageKey::parse(&key.to_string()), Some(key));
        assert_eq!(MessageKey::parse("a.b.c"), None);
    }

    #[test]
    fn status_never_reverts() {
        use MessageStatus::*;
        assert_eq!(Read.advance(Sent), Read);
        assert_eq!(Delivered.advance(Failed), Delivered);
        assert_eq!(Sent.advance(Failed), Failed);
        assert_eq!(Unknown.advance(Sent), Sent);
        assert_eq!(Queued.advance(Unknown), Unknown);
    }
}
