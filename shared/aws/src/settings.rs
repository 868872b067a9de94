//! The accounts' document: one SecureString of Systems Manager's parameter store, read once when a function starts.
//!
//! It is `channels.toml` with `[signing] keys`, and secret as a whole, so its values are themselves: a reference has
//! nowhere to lead.

use patchbay_center::token::{ShortKey, SigningKeys};
use patchbay_center::{ChannelAccount, ChannelAccounts};
use patchbay_edge::{AccountFault, AccountTable, SigningKeyTexts, read_accounts};
use patchbay_model::ChannelKind;

/// How references of a configuration directory begin.
const REFERENCES: [&str; 2] = ["env:", "secret:"];

/// Why there are no accounts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountsError {
    #[error("the accounts' document: {}", listed(.0))]
    Faults(Vec<AccountFault>),
    #[error("[signing] keys are one or two, the first signs")]
    KeyCount,
    #[error(transparent)]
    ShortKey(#[from] ShortKey),
}

fn listed(faults: &[AccountFault]) -> String {
    faults.iter().map(AccountFault::to_string).collect::<Vec<_>>().join("; ")
}

/// Opens the accounts of a document, those of one channel or all.
pub fn open_accounts(
    text: &str,
    public_url: &str,
    only: Option<ChannelKind>,
) -> Result<(ChannelAccounts, SigningKeys), AccountsError> {
    let (document, mut faults) = read_accounts(text);
    let mut accounts = ChannelAccounts::new();
    for table in document.accounts.iter().filter(|table| only.is_none_or(|kind| kind == table.kind)) {
        faults.extend(references(table));
        match table.open(table.settings.clone(), public_url) {
            Ok(account) => {
                let opened = ChannelAccount { channel: account.channel, flow: account.flow };
                accounts.insert((account.kind, account.name), opened);
            }
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(AccountsError::Faults(faults));
    }
    Ok((accounts, signing_keys(&document.signing_keys)?))
}

fn references(table: &AccountTable) -> impl Iterator<Item = AccountFault> {
    let is_reference = |value: &str| REFERENCES.iter().any(|prefix| value.starts_with(prefix));
    let found = table.settings.iter().filter(move |(_, value)| is_reference(value));
    found.map(|(key, _)| table.fault(key, format!("{key} is a reference; here stands the value itself")))
}

/// Without keys nobody comes in: a center may have none but webhooks.
fn signing_keys(SigningKeyTexts(keys): &SigningKeyTexts) -> Result<SigningKeys, AccountsError> {
    match keys.as_slice() {
        [] => Ok(SigningKeys::default()),
        [current] => Ok(SigningKeys::new(current.as_bytes(), None)?),
        [current, previous] => Ok(SigningKeys::new(current.as_bytes(), Some(previous.as_bytes()))?),
        _ => Err(AccountsError::KeyCount),
    }
}

#[cfg(test)]
mod tests;
