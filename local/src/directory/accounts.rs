//! The accounts and programs' keys of `channels.toml`, with the secrets of the data directory.

use super::{DirectoryFault, SecretError, Secrets};
use patchbay_center::api_key::ApiKey;
use patchbay_edge::{Account, AccountFault, AccountTable, ApiKeyTable, read_accounts};
use patchbay_model::ChannelKind;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// One account as a file has it.
#[derive(Clone, Debug)]
pub struct FiledAccount {
    table: AccountTable,
    file: PathBuf,
}

impl Deref for FiledAccount {
    type Target = AccountTable;

    fn deref(&self) -> &AccountTable {
        &self.table
    }
}

impl FiledAccount {
    /// Opens the account: references are resolved, and every complaint comes with its line. Web chat needs a
    /// secret for its sessions; when none is given, one is made and kept with the data.
    pub fn open(
        &self,
        secrets: &Secrets,
        public_url: &str,
        random: impl Fn() -> [u8; 16],
    ) -> Result<Account, Vec<DirectoryFault>> {
        let mut faults = Vec::new();
        let mut settings = BTreeMap::new();
        let mut keep = |key: &str, value: Result<String, SecretError>| match value {
            Ok(value) => drop(settings.insert(key.to_owned(), value)),
            Err(error) => faults.push(self.fault_of(key, error)),
        };
        for (key, value) in &self.settings {
            keep(key, secrets.resolve(value));
        }
        if self.kind == ChannelKind::Webchat && !self.settings.contains_key("signing_secret") {
            keep("signing_secret", secrets.own("webchat-sessions", random));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let opened = self.table.open(settings, public_url);
        opened.map_err(|faults| faults.into_iter().map(|fault| in_file(&self.file, fault)).collect())
    }

    /// A fault about a key of this account.
    pub(super) fn fault_of(&self, key: &str, reason: impl std::fmt::Display) -> DirectoryFault {
        in_file(&self.file, self.fault(key, reason))
    }
}

/// One key of a program as a file has it.
#[derive(Clone, Debug)]
pub struct FiledApiKey {
    table: ApiKeyTable,
    file: PathBuf,
}

impl FiledApiKey {
    /// Opens the key. Where no secret is given, one is made and kept with the data.
    pub fn open(&self, secrets: &Secrets, random: impl Fn() -> [u8; 16]) -> Result<ApiKey, DirectoryFault> {
        let mut settings = BTreeMap::new();
        for (key, value) in &self.table.settings {
            let value = secrets.resolve(value).map_err(|error| self.fault(key, error))?;
            settings.insert(key.clone(), value);
        }
        if !settings.contains_key("secret") {
            let made = secrets.own(&self.secret_name(), random);
            settings.insert("secret".into(), made.map_err(|error| self.fault("secret", error))?);
        }
        self.table.open(&settings).map_err(|fault| in_file(&self.file, fault))
    }

    /// The name of the secret that is made for a key without one.
    fn secret_name(&self) -> String {
        format!("api-{}", self.table.name)
    }

    fn fault(&self, setting: &str, reason: impl std::fmt::Display) -> DirectoryFault {
        in_file(&self.file, self.table.fault(setting, reason))
    }
}

fn in_file(file: &Path, fault: AccountFault) -> DirectoryFault {
    DirectoryFault::at(file, fault.line, fault.reason)
}

/// Reads the tables; what does not read is among the faults. Tokens are signed with a key of the data directory, so
/// none may be given here.
pub(super) fn read(
    file: &Path,
    text: &str,
    faults: &mut Vec<DirectoryFault>,
) -> (Vec<FiledAccount>, Vec<FiledApiKey>) {
    let (document, found) = read_accounts(text);
    faults.extend(found.into_iter().map(|fault| in_file(file, fault)));
    if !document.signing_keys.0.is_empty() {
        faults.push(DirectoryFault::at(file, 0, "[signing] belongs to the cloud's settings"));
    }
    let keys = document.api_keys.into_iter().map(|table| FiledApiKey { table, file: file.to_owned() });
    let accounts = document.accounts.into_iter().map(|table| FiledAccount { table, file: file.to_owned() });
    (accounts.collect(), keys.collect())
}
