//! Customers: each says one thing after another on one channel.

use super::setup::{ACCOUNT, Accounts};
use super::webhooks::Post;
use crate::world::SimWorld;
use patchbay_center::ports::World;
use patchbay_channels::WebhookRequest;
use patchbay_channels::simulate::CustomerMessage;
use patchbay_model::{ChannelKind, EventKind, Timestamp};
use serde_json::Value;

/// What a customer says at the most: less than a desktop is shown at once, with what is answered.
const SAID_MAX: std::ops::RangeInclusive<usize> = 1..=12;

/// Something that a customer has said.
pub(super) struct Said {
    pub customer: usize,
    pub kind: ChannelKind,
    pub text: String,
    /// When, by the customer's device or the provider.
    pub at: Timestamp,
    pub provider_id: String,
    /// The place of its webhook.
    pub post: usize,
}

pub(super) struct Customer {
    pub kind: ChannelKind,
    /// The address on the channel.
    pub from: String,
    said: usize,
    left: usize,
    last: Timestamp,
}

impl Customer {
    /// On a channel whose provider states milliseconds (LINE, web chat), no time (SMS), or whole seconds (Telegram).
    pub fn draw(world: &SimWorld, number: usize) -> Customer {
        let kinds = [ChannelKind::Line, ChannelKind::Webchat, ChannelKind::Sms, ChannelKind::Telegram];
        let (kind, left) = world.dice(|rng| (kinds[rng.usize(0..kinds.len())], rng.usize(SAID_MAX)));
        let from = match kind {
            ChannelKind::Line => format!("U{number:032x}"),
            ChannelKind::Sms => format!("+1500555{number:04}"),
            ChannelKind::Telegram => (4_242_000 + number).to_string(),
            _ => format!("visitor-{number}"),
        };
        Customer { kind, from, said: 0, left, last: Timestamp(0) }
    }

    /// The next thing that the customer says, and its webhook without a proof of where it comes from.
    pub fn speak(&mut self, world: &SimWorld, accounts: &Accounts, me: usize) -> Option<(Said, Post)> {
        self.left = self.left.checked_sub(1)?;
        self.said += 1;
        // No two have one time, so that their order is their provider's.
        self.last = Timestamp(world.now().0.max(self.last.0 + 1));
        let text = format!("{}: {}", self.from, self.said);
        let message = CustomerMessage::text(self.from.as_str(), text.as_str(), text.as_str(), self.last);
        let account = &accounts[&self.kind];
        let mut request = account.customer_message(&message).unwrap_or_default();
        if self.kind == ChannelKind::Webchat {
            with_time(&mut request, self.last, self.said);
        }
        let provider_id = match account.verify(&request, self.last) {
            Ok(verified) => account.normalise(&verified, self.last).events.into_iter().find_map(|event| {
                match event.kind {
                    EventKind::Message { provider_id, .. } => Some(provider_id),
                    _ => None,
                }
            }),
            Err(rejection) => panic!("the {} webhook of {ACCOUNT} is not believed: {rejection}", self.kind),
        };
        let said = Said {
            customer: me,
            kind: self.kind,
            text,
            at: self.last,
            provider_id: provider_id.unwrap_or_default(),
            post: 0,
        };
        Some((said, Post::new(self.kind, self.from.clone(), request, self.last)))
    }
}

/// Gives a visitor's message an id that says when it was made, as our own client does (RFC 9562, 5.7).
fn with_time(request: &mut WebhookRequest, at: Timestamp, number: usize) {
    let time = format!("{:012x}", at.0);
    let id = format!("{}-{}-7000-8000-{number:012x}", &time[..8], &time[8..]);
    let mut document: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    document["client_msg_id"] = id.into();
    request.body = document.to_string().into_bytes();
}
