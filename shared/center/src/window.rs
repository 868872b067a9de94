//! Until when a customer may be written to: known before anything is sent.
//!
//! Some channels let us write freely only for a while after the customer has. When that was is read from the newest
//! messages, and only where a channel has such a window: nothing is written for it.

use crate::center::{Center, ChannelAccount};
use crate::contacts::{OPTED_OUT, has_opted_out};
use crate::ports::Consistency;
use crate::store::{StoreError, load_timeline};
use patchbay_channels::Channel;
use patchbay_model::{
    Address, Author, ChannelKind, Contact, ContactSid, Content, Direction, Message, Seq, Timestamp,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Messages that are looked through at once for the customer's last ones.
const PAGE: usize = 100;
/// Milliseconds by which a provider's clock may be ahead of ours.
const AHEAD_MS: i64 = 60_000;

/// The reason of a message that was not sent because the channel's window is closed.
pub(crate) const WINDOW_CLOSED: &str =
    "window_closed: the customer has not written on this channel for longer than we may write freely";

/// Who writes: on some channels a person has longer than a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Agent,
    Flow,
}

impl Writer {
    /// Seconds after the customer's last message.
    fn window_s(self, channel: &dyn Channel) -> Option<u32> {
        match self {
            Writer::Agent => channel.agent_window_s(),
            Writer::Flow => channel.capabilities().window_s,
        }
    }
}

/// Whether an address may be written to freely, as far as time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// The channel has none.
    Always,
    /// To this moment, which belongs to it.
    Until(Timestamp),
    /// The customer has said nothing for too long, or never.
    Closed,
}

impl Window {
    /// What a message heard at a moment opens.
    fn after(heard: Timestamp, window_s: u32) -> Window {
        Window::Until(heard.plus_s(i64::from(window_s)))
    }

    pub(crate) fn is_open(self, now: Timestamp) -> bool {
        match self {
            Window::Always => true,
            Window::Until(last) => now <= last,
            Window::Closed => false,
        }
    }
}

/// Whether the channel carries content that its provider has approved beforehand.
pub(crate) fn has_templates(channel: &dyn Channel) -> bool {
    channel.passes_closed_window(&Content::Template {
        name: String::new(),
        language: String::new(),
        parameters: Vec::new(),
        header: None,
        buttons: Vec::new(),
        text: None,
    })
}

/// The window that a message of a customer has opened for agents, where its channel has one.
pub(crate) fn opened_by(center: &Center, message: &Message) -> Option<Timestamp> {
    let account = center.channel(message.channel, &message.account)?;
    match Writer::Agent.window_s(account.channel.as_ref()).map(|s| Window::after(message.seq.time(), s)) {
        Some(Window::Until(last)) => Some(last),
        _ => None,
    }
}

/// The window of one account towards a contact. `heard`: when the customer wrote on it last, where that is known.
pub(crate) async fn of_account(
    center: &Center,
    timeline: &[ContactSid],
    account: &ChannelAccount,
    writer: Writer,
    heard: Option<Timestamp>,
) -> Result<Window, StoreError> {
    let channel = account.channel.as_ref();
    let Some(window_s) = writer.window_s(channel) else { return Ok(Window::Always) };
    let place = (channel.kind(), channel.account().to_owned());
    let heard = match heard {
        Some(heard) => Some(heard),
        None => {
            last_heard(center, timeline, &BTreeMap::from([(place.clone(), window_s)])).await?.remove(&place)
        }
    };
    Ok(heard.map_or(Window::Closed, |heard| Window::after(heard, window_s)))
}

/// Why an address may not be written to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    NoAccount,
    OptedOut,
    WindowClosed,
}

impl Barred {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Barred::NoAccount => "account: the channel's account is not configured",
            Barred::OptedOut => OPTED_OUT,
            Barred::WindowClosed => WINDOW_CLOSED,
        }
    }
}

/// The account by which an agent may write this to an address of a contact now, or why there is none.
pub(crate) async fn account_towards<'c>(
    center: &'c Center,
    contact: &Contact,
    to: &Address,
    content: &Content,
) -> Result<Result<&'c ChannelAccount, Barred>, StoreError> {
    let Some(account) = center.channel(to.channel, &to.account) else { return Ok(Err(Barred::NoAccount)) };
    if has_opted_out(contact, to.channel) {
        return Ok(Err(Barred::OptedOut));
    }
    if !account.channel.passes_closed_window(content) {
        let window = of_account(center, &contact.timeline(), account, Writer::Agent, None).await?;
        if !window.is_open(center.now()) {
            return Ok(Err(Barred::WindowClosed));
        }
    }
    Ok(Ok(account))
}

/// An account of a channel.
type Place = (ChannelKind, String);

/// When a customer last wrote on each of these accounts, as long as that is within the account's window.
async fn last_heard(
    center: &Center,
    timeline: &[ContactSid],
    windows_s: &BTreeMap<Place, u32>,
) -> Result<BTreeMap<Place, Timestamp>, StoreError> {
    let mut heard = BTreeMap::new();
    let Some(longest_s) = windows_s.values().max() else { return Ok(heard) };
    let now = center.now();
    let from = Seq::at(now.plus_s(-i64::from(*longest_s)));
    let mut last = Seq::at(now.plus_ms(AHEAD_MS));
    loop {
        let table = center.table.as_ref();
        let (page, more) = load_timeline(table, timeline, (from, last), PAGE, Consistency::Eventual).await?;
        for message in page.iter().rev() {
            let place = (message.channel, message.account.clone());
            let theirs = message.direction == Direction::Inbound && message.author == Author::Contact;
            if theirs && windows_s.contains_key(&place) {
                heard.entry(place).or_insert(message.seq.time());
            }
        }
        match page.first() {
            Some(oldest) if more && heard.len() < windows_s.len() => {
                last = Seq(oldest.seq.0.saturating_sub(1));
            }
            _ => return Ok(heard),
        }
    }
}

/// One identity of a contact, and whether an agent may write to it.
pub(crate) struct Reach<'a> {
    pub(crate) address: &'a Address,
    account: Option<&'a ChannelAccount>,
    has_opted_out: bool,
    window: Window,
}

impl Reach<'_> {
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.account.is_some() && !self.has_opted_out && self.window.is_open(now)
    }

    /// As agents see it: `window_until` only where the channel has a window, null when it is closed;
    /// `capabilities` only where the account is configured.
    fn payload(&self) -> Value {
        let mut payload = json!(self.address);
        if self.has_opted_out {
            payload["opted_out"] = json!(true);
        }
        match self.window {
            Window::Always => {}
            Window::Until(last) => payload["window_until"] = json!(last),
            Window::Closed => payload["window_until"] = Value::Null,
        }
        if let Some(account) = self.account {
            let mut capabilities = json!(account.channel.capabilities());
            capabilities["templates"] = json!(has_templates(account.channel.as_ref()));
            payload["capabilities"] = capabilities;
        }
        payload
    }
}

/// The identities of a contact, as an agent may write to them.
pub(crate) async fn reach<'a>(
    center: &'a Center,
    contact: &'a Contact,
) -> Result<Vec<Reach<'a>>, StoreError> {
    let account = |address: &Address| center.channel(address.channel, &address.account);
    let window_s = |address: &Address| Writer::Agent.window_s(account(address)?.channel.as_ref());
    let place = |address: &Address| (address.channel, address.account.clone());
    let windows_s: BTreeMap<Place, u32> =
        contact.identities.iter().filter_map(|own| Some((place(own), window_s(own)?))).collect();
    let heard = last_heard(center, &contact.timeline(), &windows_s).await?;
    let of = |address| Reach {
        address,
        account: account(address),
        has_opted_out: has_opted_out(contact, address.channel),
        window: match (window_s(address), heard.get(&place(address))) {
            (None, _) => Window::Always,
            (Some(window_s), Some(at)) => Window::after(*at, window_s),
            (Some(_), None) => Window::Closed,
        },
    };
    Ok(contact.identities.iter().map(of).collect())
}

/// The same as documents.
pub(crate) async fn addresses(center: &Center, contact: &Contact) -> Result<Vec<Value>, StoreError> {
    Ok(reach(center, contact).await?.iter().map(Reach::payload).collect())
}
