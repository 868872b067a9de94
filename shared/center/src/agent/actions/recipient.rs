//! Where an agent's message goes, and whether it may.

use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::{Center, ChannelAccount};
use crate::contacts::{OPTED_OUT, has_opted_out};
use crate::frames::Fault;
use crate::store::StoreError;
use crate::window::{self, WINDOW_CLOSED, Writer};
use patchbay_model::{Address, ChannelKind, Contact, Content, Conversation};
use serde_json::{Value, json};

/// An address of the customer, and ours towards it.
pub(super) struct Recipient<'c> {
    pub(super) to: Address,
    /// Empty: the account's own.
    pub(super) our_address: String,
    pub(super) account: &'c ChannelAccount,
}

/// The conversation's address, or the contact's identity that `channel`, `account` and `address` name.
/// A refusal lists the identities that could be written to (`possible`) and, where the channel's window is closed, what
/// would go out all the same (`ways_out`).
pub(super) async fn choose<'c>(
    center: &'c Center,
    conversation: &Conversation,
    contact: &Contact,
    content: &Content,
    fields: &Fields,
) -> Result<Recipient<'c>, Refusal> {
    let to = match named(contact, fields)? {
        Some(Some(found)) => found,
        Some(None) => return Err(refused(center, contact, "the contact has no such identity").await?),
        None => &conversation.address,
    };
    let Some(account) = center.channel(to.channel, &to.account) else {
        return Err(refused(center, contact, "the channel's account is not configured").await?);
    };
    if has_opted_out(contact, to.channel) {
        return Err(refused(center, contact, OPTED_OUT).await?);
    }
    if !account.channel.passes_closed_window(content) {
        let window = window::of_account(center, &contact.timeline(), account, Writer::Agent, None).await?;
        if !window.is_open(center.now()) {
            let ways_out: &[&str] =
                if window::has_templates(account.channel.as_ref()) { &["template"] } else { &[] };
            let refusal = refused(center, contact, WINDOW_CLOSED).await?;
            return Err(refusal.with("ways_out", json!(ways_out)));
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

/// A refusal with the identities that could be written to now.
async fn refused(center: &Center, contact: &Contact, message: &str) -> Result<Refusal, StoreError> {
    let now = center.now();
    let reach = window::reach(center, contact).await?;
    let open = reach.iter().filter(|reach| reach.is_open(now));
    let possible: Vec<Value> = open.map(|reach| json!(reach.address)).collect();
    Ok(Refusal::new(Fault::Refused, message).with("possible", possible))
}
