//! Where an agent's message goes, and whether it may.

use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::{Center, ChannelAccount};
use crate::frames::Fault;
use crate::store::StoreError;
use crate::window::{self, Barred};
use patchbay_model::{Address, ChannelKind, Contact, Content, Conversation, Message};
use serde_json::{Value, json};

/// An address of the customer, and ours towards it.
pub(super) struct Recipient<'c> {
    pub(super) to: Address,
    /// Empty: the account's own.
    pub(super) our_address: String,
    pub(super) account: &'c ChannelAccount,
}

/// The contact's identity that `channel`, `account` and `address` name; else one where the message came from that is
/// answered, else the conversation's address.
/// A refusal lists the identities that could be written to (`possible`) and, where the channel's window is closed, what
/// would go out all the same (`ways_out`).
pub(super) async fn choose<'c>(
    center: &'c Center,
    conversation: &Conversation,
    contact: &Contact,
    content: &Content,
    answered: Option<&Message>,
    fields: &Fields,
) -> Result<Recipient<'c>, Refusal> {
    let is_there = |known: &Address| {
        answered.is_none_or(|message| message.channel == known.channel && message.account == known.account)
    };
    let to = match named(contact, fields)? {
        Some(Some(found)) if is_there(found) => found,
        Some(Some(_)) => return Err(Refusal::field("reply_to", "on another channel")),
        Some(None) => return Err(refused(center, contact, "the contact has no such identity").await?),
        None if is_there(&conversation.address) => &conversation.address,
        None => match contact.identities.iter().find(|known| is_there(known)) {
            Some(found) => found,
            None => return Err(refused(center, contact, "the contact has no such identity").await?),
        },
    };
    let configured = center.channel(to.channel, &to.account);
    if matches!(content, Content::Email(_)) && configured.is_some_and(|found| found.channel.email().is_none())
    {
        return Err(Refusal::field("subject", "only mails have one"));
    }
    let account = match window::account_towards(center, contact, to, content).await? {
        Ok(account) => account,
        Err(barred) => {
            let refusal = refused(center, contact, barred.reason()).await?;
            let has_templates = configured.is_some_and(|found| window::has_templates(found.channel.as_ref()));
            let ways_out: &[&str] = if has_templates { &["template"] } else { &[] };
            return Err(match barred {
                Barred::WindowClosed => refusal.with("ways_out", json!(ways_out)),
                Barred::NoAccount | Barred::OptedOut => refusal,
            });
        }
    };
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
