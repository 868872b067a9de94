//! A message as it lies on disk, and as its receiver sees it.

use super::codec::{Damaged, Reader, Writer};
use patchbay_center::ports::QueueName;
use patchbay_model::Timestamp;
use std::sync::Arc;

/// What is kept of a message; of a dead letter, also why and when it died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub sent_at: Timestamp,
    /// Hidden until then (a delay).
    pub visible_at: Timestamp,
    pub group: Option<Arc<str>>,
    pub body: Arc<str>,
    pub death: Option<Death>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Death {
    pub at: Timestamp,
    pub receive_count: u32,
    /// What the handler said at the last failure; empty when it said nothing (a crash, a time-out).
    pub reason: String,
}

impl Stored {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(self.body.len() + 64));
        to.signed(self.sent_at.0);
        to.signed(self.visible_at.since_ms(self.sent_at));
        // An empty text stands for none: a group's name is never empty.
        to.text(self.group.as_deref().unwrap_or_default());
        to.text(&self.body);
        if let Some(death) = &self.death {
            to.signed(death.at.0);
            to.unsigned(u64::from(death.receive_count));
            to.text(&death.reason);
        }
        to.0
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Stored, Damaged> {
        let mut from = Reader(bytes);
        let sent_at = Timestamp(from.signed()?);
        let visible_at = sent_at.plus_ms(from.signed()?);
        let group = Some(from.text()?).filter(|group| !group.is_empty()).map(Arc::from);
        let body = from.text()?.into();
        let death = if from.0.is_empty() {
            None
        } else {
            Some(Death {
                at: Timestamp(from.signed()?),
                receive_count: u32::try_from(from.unsigned()?).map_err(|_| Damaged)?,
                reason: from.text()?,
            })
        };
        Ok(Stored { sent_at, visible_at, group, body, death })
    }
}

/// Names one receipt of one message: after the message was received again it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    pub(super) queue: QueueName,
    pub(super) number: u64,
    pub(super) attempt: u32,
}

/// A message handed to a consumer, hidden from others until its visibility timeout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub receipt: Receipt,
    pub message_id: String,
    pub body: Arc<str>,
    pub group: Option<Arc<str>>,
    /// This time included.
    pub receive_count: u32,
    pub sent_at: Timestamp,
}

/// A message that was received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    pub message_id: String,
    pub body: Arc<str>,
    pub group: Option<Arc<str>>,
    pub sent_at: Timestamp,
    pub died_at: Timestamp,
    pub receive_count: u32,
    pub reason: String,
}

/// How full a queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Sent and not deleted, those in flight and delayed included; dead letters not.
    pub messages: usize,
    /// Received and neither deleted nor visible again.
    pub in_flight: usize,
    pub dead: usize,
    /// Age of the oldest message; 0 of an empty queue.
    pub oldest_age_ms: i64,
}

/// The id of a message: no two messages of a store have the same.
pub(super) fn message_id(queue: QueueName, number: u64) -> String {
    format!("{}-{number:x}", queue.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_dead_letters_read_back() {
        let message = Stored {
            sent_at: Timestamp(1_795_359_904_789),
            visible_at: Timestamp(1_795_359_964_789),
            group: None,
            body: "{}".into(),
            death: None,
        };
        let death = Death { at: Timestamp(1_795_360_000_000), receive_count: 5, reason: String::new() };
        let dead = Stored { group: Some("g".into()), death: Some(death), ..message.clone() };
        for stored in [message, dead] {
            assert_eq!(Stored::read(&stored.bytes()), Ok(stored.clone()));
            let bytes = stored.bytes();
            assert_eq!(Stored::read(&bytes[..3]), Err(Damaged));
        }
    }
}
