//! One account's settings, read with every complaint at once.

use crate::signature::Secrets;
use patchbay_model::ChannelKind;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Keys that every channel has and the center reads.
const COMMON_KEYS: &[&str] = &["flow", "api_base"];

/// Why an account cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("the channel {0} is not supported")]
    NotSupported(ChannelKind),
    #[error("[{channel}.{account}] {}", listed(problems))]
    Invalid { channel: ChannelKind, account: String, problems: Vec<SettingProblem> },
}

/// One key and what is wrong with it. Never the value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingProblem {
    pub key: String,
    pub why: &'static str,
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.why)
    }
}

fn listed(problems: &[SettingProblem]) -> String {
    problems.iter().map(SettingProblem::to_string).collect::<Vec<_>>().join("; ")
}

/// What every channel knows of its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    /// Where providers reach us, without a slash at the end: what they sign.
    pub public_url: String,
}

impl Account {
    /// The account's own webhook path.
    pub(crate) fn webhook_path(&self, kind: ChannelKind) -> String {
        format!("/webhooks/{kind}/{}", self.name)
    }
}

/// Reads settings one key at a time and remembers what was wrong. A key that cannot be read gives an empty
/// value, which never leaves: `finish` then fails.
pub struct Reader<'a> {
    kind: ChannelKind,
    account: Account,
    values: &'a BTreeMap<String, String>,
    known: BTreeSet<&'static str>,
    problems: Vec<SettingProblem>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        kind: ChannelKind,
        account: &str,
        values: &'a BTreeMap<String, String>,
        public_url: &str,
    ) -> Reader<'a> {
        let mut reader = Reader {
            kind,
            account: Account {
                name: account.to_owned(),
                public_url: public_url.trim_end_matches('/').to_owned(),
            },
            values,
            known: COMMON_KEYS.iter().copied().collect(),
            problems: Vec::new(),
        };
        if !is_base_url(&reader.account.public_url) {
            reader.complain("public_url", "is not an http or https URL without query");
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if account.is_empty() || !account.chars().all(is_name) {
            reader.complain("account", "has characters other than letters, digits, - and _");
        }
        reader
    }

    pub(crate) fn complain(&mut self, key: &str, why: &'static str) {
        self.problems.push(SettingProblem { key: key.to_owned(), why });
    }

    pub(crate) fn optional(&mut self, key: &'static str) -> Option<&'a str> {
        self.known.insert(key);
        let value = self.values.get(key)?.trim();
        if value.is_empty() {
            self.complain(key, "is empty");
            return None;
        }
        Some(value)
    }

    pub(crate) fn required(&mut self, key: &'static str) -> &'a str {
        if !self.values.contains_key(key) {
            self.complain(key, "is missing");
        }
        self.optional(key).unwrap_or_default()
    }

    /// One secret, or several with commas between.
    pub(crate) fn secrets(&mut self, key: &'static str) -> Secrets {
        let text = self.required(key);
        Secrets::parse(text).unwrap_or_else(|| {
            if !text.is_empty() {
                self.complain(key, "is empty");
            }
            Secrets::none()
        })
    }

    /// A URL to call, as it is.
    pub(crate) fn url(&mut self, key: &'static str) -> String {
        let url = self.required(key);
        if !url.is_empty() && !is_base_url(url) {
            self.complain(key, "is not an http or https URL without query");
        }
        url.to_owned()
    }

    /// The beginning of URLs, without a slash at the end.
    pub(crate) fn base_url(&mut self, key: &'static str, default: &str) -> String {
        let url = self.optional(key).unwrap_or(default).trim_end_matches('/');
        if !is_base_url(url) {
            self.complain(key, "is not an http or https URL without query");
        }
        url.to_owned()
    }

    /// The account, once all is read: every unknown key is a complaint like the others.
    pub(crate) fn finish(mut self) -> Result<Account, SettingsError> {
        let unknown: Vec<&String> =
            self.values.keys().filter(|key| !self.known.contains(key.as_str())).collect();
        for key in unknown {
            self.complain(key, "is not a setting of this channel");
        }
        if self.problems.is_empty() {
            return Ok(self.account);
        }
        Err(SettingsError::Invalid {
            channel: self.kind,
            account: self.account.name,
            problems: self.problems,
        })
    }
}

fn is_base_url(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#'))
    })
}
