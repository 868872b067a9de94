//! `channels.toml`: one table per account, `[<channel>.<account>]`.

use super::{DirectoryFault, SecretError, Secrets};
use patchbay_channels::registry::open_simulated;
use patchbay_channels::settings::SettingsError;
use patchbay_channels::simulate::Simulated;
use patchbay_model::ChannelKind;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::{Spanned, Value};

type Tables = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Value>>>>;

/// One account as it is written.
#[derive(Clone, Debug)]
pub struct AccountTable {
    pub kind: ChannelKind,
    pub name: String,
    /// Name of the flow that answers.
    pub flow: String,
    settings: BTreeMap<String, String>,
    lines: BTreeMap<String, usize>,
    file: PathBuf,
    line: usize,
}

/// An account that was opened.
#[derive(Clone)]
pub struct Account {
    pub kind: ChannelKind,
    pub name: String,
    pub flow: String,
    /// The settings with their secrets in place.
    pub settings: BTreeMap<String, String>,
    pub channel: Arc<dyn Simulated>,
}

impl AccountTable {
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
            Err(error) => faults.push(self.fault(key, error)),
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
        match open_simulated(self.kind, &self.name, &settings, public_url) {
            Ok(channel) => Ok(Account {
                kind: self.kind,
                name: self.name.clone(),
                flow: self.flow.clone(),
                settings,
                channel,
            }),
            Err(SettingsError::Invalid { problems, .. }) => {
                Err(problems.iter().map(|problem| self.fault(&problem.key, problem)).collect())
            }
            Err(error @ SettingsError::NotSupported(_)) => Err(vec![self.fault("", error)]),
        }
    }

    /// A fault about a key of this account.
    pub(super) fn fault(&self, key: &str, reason: impl std::fmt::Display) -> DirectoryFault {
        let line = self.lines.get(key).copied().unwrap_or(self.line);
        DirectoryFault::at(&self.file, line, format!("[{}.{}] {reason}", self.kind, self.name))
    }
}

/// Reads the tables; what does not read is among the faults.
pub(super) fn read(file: &Path, text: &str, faults: &mut Vec<DirectoryFault>) -> Vec<AccountTable> {
    let line_at = |offset: usize| 1 + text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
    let tables: Tables = match toml::from_str(text) {
        Ok(tables) => tables,
        Err(error) => {
            let line = error.span().map_or(0, |span| line_at(span.start));
            faults.push(DirectoryFault::at(file, line, error.message()));
            return Vec::new();
        }
    };
    let mut accounts = Vec::new();
    for (channel, tables) in tables {
        let Ok(kind) = channel.as_ref().parse::<ChannelKind>() else {
            let reason = format!("there is no channel {:?}", channel.as_ref());
            faults.push(DirectoryFault::at(file, line_at(channel.span().start), reason));
            continue;
        };
        for (name, table) in tables {
            let mut account = AccountTable {
                kind,
                name: name.as_ref().clone(),
                flow: String::new(),
                settings: BTreeMap::new(),
                lines: BTreeMap::new(),
                file: file.to_owned(),
                line: line_at(name.span().start),
            };
            for (key, value) in table {
                account.lines.insert(key.as_ref().clone(), line_at(key.span().start));
                match written(value.get_ref()) {
                    Some(text) => drop(account.settings.insert(key.into_inner(), text)),
                    None => faults.push(account.fault(key.as_ref(), "is neither text nor a list of texts")),
                }
            }
            match account.settings.get("flow") {
                Some(flow) => account.flow = flow.clone(),
                None => faults.push(account.fault("flow", "flow is missing: which flow answers?")),
            }
            accounts.push(account);
        }
    }
    accounts
}

/// A value as a setting: a list is written with commas between.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Array(values) => {
            let texts: Option<Vec<String>> = values.iter().map(written).collect();
            Some(texts?.join(","))
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}
