//! Where an agent's message goes, and whether it may.

use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::{Center, ChannelAccount};
use crate::contacts::{OPTED_OUT, has_opted_out};
use crate::frames::Fault;
use crate::ports::Consistency;
use crate::store::{StoreError, load_messages};
use patchbay_model::{Address, ChannelKind, Contact, Conversation, Direction, Seq, Timestamp};
use serde_json::{Value, json};

/// Messages that are looked through at once for the customer's last one.
const PAGE: usize = 100;

/// An address of the customer, and ours towards it.
pub(super) struct Recipient<'c> {
    pub(super) to: Address,
    /// Empty: the account's own.
    pub(super) our_address: String,
    pub(super) account: &'c ChannelAccount,
}

/// The conversation's address, or the contact's identity that `channel`, `account` and `address` name.
/// A refusal lists the identities that could be written to (`possible`).
pub(super) async fn choose<'c>(
    center: &'c Center,
    conversation: &Conversation,
    contact: &Contact,
    fields: &Fields,
) -> Result<Recipient<'c>, Refusal> {
    let to = match named(contact, fields)? {
        Some(found) => found.ok_or_else(|| refused(center, contact, "the contact has no such identity"))?,
        None => &conversation.address,
    };
    let account = center
        .channel(to.channel, &to.account)
        .ok_or_else(|| refused(center, contact, "the channel's account is not configured"))?;
    if has_opted_out(contact, to.channel) {
        return Err(refused(center, contact, OPTED_OUT));
    }
    if let Some(window_s) = account.channel.capabilities().window_s {
        let opened = center.now().plus_s(-i64::from(window_s));
        if !said_since(center, contact, to, opened).await? {
            let message = format!("the customer has said nothing on this channel for {window_s} seconds");
            return Err(refused(center, contact, &message));
        }
    }
    let same_account =
        to.channel == conversation.address.channel && to.account == conversation.address.account;
    let our_address = if same_account { conversation.our_address.clone() } else { String::new() };
    Ok(Recipient { to: to.clone(), our_address, account })
}

/// The identity that a request names: `None` when it names none, `Some(None)` when there is no such.
fn named<'a>(contact: &'a Contact, fields: &Fields) -> Result<Option<Option<&'a Address>>, Refusal> {
    let Some(channel) = fields.text("channel", NAME_CHARS_MAX)? else { return Ok(None) };
    let channel: ChannelKind = channel.parse().map_err(|error| Refusal::field("channel", error))?;
    let account = fields.text("account", NAME_CHARS_MAX)?;
    let address = fields.text("address", NAME_CHARS_MAX)?;
    Ok(Some(contact.identities.iter().find(|known| {
        known.channel == channel
            && account.is_none_or(|account| known.account == account)
            && address.is_none_or(|address| known.id == address)
    })))
}

fn refused(center: &Center, contact: &Contact, message: &str) -> Refusal {
    let open = |address: &&Address| {
        center.channel(address.channel, &address.account).is_some()
            && !has_opted_out(contact, address.channel)
    };
    let possible: Vec<Value> = contact.identities.iter().filter(open).map(|address| json!(address)).collect();
    Refusal::new(Fault::Refused, message).with("possible", possible)
}

/// Whether the customer has said something on this channel since a moment.
async fn said_since(
    center: &Center,
    contact: &Contact,
    to: &Address,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let mut last = Seq::at(center.now().plus_s(60));
    loop {
        let range = (Seq::at(since), last);
        let (page, more) =
            load_messages(center.table.as_ref(), &contact.sid, range, None, PAGE, Consistency::Eventual)
                .await?;
        let theirs = page.iter().any(|message| {
            message.direction == Direction::Inbound
                && message.author == patchbay_model::Author::Contact
                && message.channel == to.channel
                && message.account == to.account
        });
        match page.first() {
            _ if theirs => return Ok(true),
            Some(oldest) if more => last = Seq(oldest.seq.0.saturating_sub(1)),
            _ => return Ok(false),
        }
    }
}
