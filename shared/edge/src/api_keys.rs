//! Keys of programs: `[api.<name>]` with `sid`, `secret` and `role`, in the same document as the accounts.

use crate::accounts::{AccountFault, Table};
use patchbay_center::api_key::{ApiKey, ApiKeyFault};
use std::collections::BTreeMap;
use std::fmt;

/// The section of keys.
pub(crate) const API: &str = "api";
/// What a key has.
const SETTINGS: [&str; 3] = ["sid", "secret", "role"];

/// One key as it is written.
#[derive(Clone)]
pub struct ApiKeyTable {
    pub name: String,
    /// As they are written: references are not resolved.
    pub settings: BTreeMap<String, String>,
    lines: BTreeMap<String, usize>,
    line: usize,
}

/// Values may be secrets: only the name is printed.
impl fmt::Debug for ApiKeyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyTable").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ApiKeyTable {
    pub(crate) fn new(name: String, line: usize, table: Table) -> (ApiKeyTable, Vec<AccountFault>) {
        let Table { settings, lines, unreadable } = table;
        let key = ApiKeyTable { name, settings, lines, line };
        let unknown = key.settings.keys().filter(|name| !SETTINGS.contains(&name.as_str()));
        let mut faults: Vec<AccountFault> =
            unknown.map(|name| key.fault(name, format!("{name} is not a setting"))).collect();
        faults.extend(unreadable.iter().map(|name| key.fault(name, format!("{name} is not a text"))));
        (key, faults)
    }

    /// Makes the key of these settings, its own with their references resolved.
    pub fn open(&self, settings: &BTreeMap<String, String>) -> Result<ApiKey, AccountFault> {
        let setting = |name: &str| {
            let value = settings.get(name).map(String::as_str);
            value.ok_or_else(|| self.fault(name, format!("{name} is missing")))
        };
        ApiKey::new(setting("sid")?, setting("secret")?, setting("role")?).map_err(|fault| {
            let name = match fault {
                ApiKeyFault::Sid => "sid",
                ApiKeyFault::Secret => "secret",
                ApiKeyFault::Role => "role",
            };
            self.fault(name, fault)
        })
    }

    /// A fault about a setting of this key.
    pub fn fault(&self, setting: &str, reason: impl fmt::Display) -> AccountFault {
        let line = self.lines.get(setting).copied().unwrap_or(self.line);
        AccountFault::new(line, format!("[{API}.{}] {reason}", self.name))
    }
}
