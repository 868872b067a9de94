//! The accounts' document: one SecureString of Systems Manager's parameter store, read once when a function starts.
//!
//! It is `channels.toml` with `[signing] keys`, and secret as a whole, so its values are themselves: a reference has
//! nowhere to lead.

use patchbay_center::api_key::ApiKeys;
use patchbay_center::token::{ShortKey, SigningKeys};
use patchbay_center::{ChannelAccount, ChannelAccounts};
use patchbay_edge::{AccountFault, ApiKeyTable, SigningKeyTexts, read_accounts};
use patchbay_model::ChannelKind;
use std::collections::BTreeMap;

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

/// What a document has.
pub struct Opened {
    pub accounts: ChannelAccounts,
    pub signing_keys: SigningKeys,
    pub api_keys: ApiKeys,
}

/// Opens the accounts of a document, those of one channel or all, and its keys.
pub fn open_accounts(
    text: &str,
    public_url: &str,
    only: Option<ChannelKind>,
) -> Result<Opened, AccountsError> {
    let (document, mut faults) = read_accounts(text);
    let mut accounts = ChannelAccounts::new();
    for table in document.accounts.iter().filter(|table| only.is_none_or(|kind| kind == table.kind)) {
        faults.extend(references(&table.settings, |key, reason| table.fault(key, reason)));
        match table.open(table.settings.clone(), public_url) {
            Ok(account) => {
                let opened = ChannelAccount { channel: account.channel, flow: account.flow };
                accounts.insert((account.kind, account.name), opened);
            }
            Err(found) => faults.extend(found),
        }
    }
    let api_keys = api_keys(&document.api_keys, &mut faults);
    if !faults.is_empty() {
        return Err(AccountsError::Faults(faults));
    }
    Ok(Opened { accounts, signing_keys: signing_keys(&document.signing_keys)?, api_keys })
}

fn api_keys(tables: &[ApiKeyTable], faults: &mut Vec<AccountFault>) -> ApiKeys {
    let mut keys = Vec::new();
    for table in tables {
        faults.extend(references(&table.settings, |key, reason| table.fault(key, reason)));
        match table.open(&table.settings) {
            Ok(key) => keys.push(key),
            Err(fault) => faults.push(fault),
        }
    }
    keys.into_iter().collect()
}

fn references(
    settings: &BTreeMap<String, String>,
    fault: impl Fn(&str, String) -> AccountFault,
) -> Vec<AccountFault> {
    let is_reference = |value: &str| REFERENCES.iter().any(|prefix| value.starts_with(prefix));
    let found = settings.iter().filter(|(_, value)| is_reference(value));
    found.map(|(key, _)| fault(key, format!("{key} is a reference; here stands the value itself"))).collect()
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
