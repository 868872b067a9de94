//! Channel accounts as TOML: one table per account, `[<channel>.<account>]`; programs' keys, `[api.<name>]`; and
//! `[signing] keys` where the same document carries them.

use crate::api_keys::{API, ApiKeyTable};
use patchbay_channels::registry::open_simulated;
use patchbay_channels::settings::SettingsError;
use patchbay_channels::simulate::Simulated;
use patchbay_model::ChannelKind;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use toml::{Spanned, Value};

/// The section that is no channel.
const SIGNING: &str = "signing";
/// What is said of a value that stands where none may.
const OTHER_FORM: &str =
    "neither [<channel>.<account>] or [api.<name>] with settings nor [signing] with keys, a list of texts";
/// Its only key.
const KEYS: &str = "keys";

/// What is wrong with a document. Never a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct AccountFault {
    /// Counted from 1; 0 when it is about the document as a whole.
    pub line: usize,
    pub reason: String,
}

impl AccountFault {
    pub(crate) fn new(line: usize, reason: impl ToString) -> AccountFault {
        AccountFault { line, reason: reason.to_string() }
    }
}

/// A document that was read.
#[derive(Clone, Debug, Default)]
pub struct AccountDocument {
    pub accounts: Vec<AccountTable>,
    pub api_keys: Vec<ApiKeyTable>,
    pub signing_keys: SigningKeyTexts,
}

/// `[signing] keys`: the first signs, a second is still believed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SigningKeyTexts(pub Vec<String>);

/// Keys are never printed.
impl fmt::Debug for SigningKeyTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeyTexts([{} redacted])", self.0.len())
    }
}

/// One account as it is written.
#[derive(Clone)]
pub struct AccountTable {
    pub kind: ChannelKind,
    pub name: String,
    /// Name of the flow that answers.
    pub flow: String,
    /// As they are written: references are not resolved.
    pub settings: BTreeMap<String, String>,
    lines: BTreeMap<String, usize>,
    line: usize,
}

/// Values may be secrets: only the keys are printed.
impl fmt::Debug for AccountTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{}.{}", self.kind, self.name);
        f.debug_struct("AccountTable").field("name", &name).field("lines", &self.lines).finish()
    }
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
    /// Opens the account with these settings, its own with their references resolved; every complaint comes with its
    /// line.
    pub fn open(
        &self,
        settings: BTreeMap<String, String>,
        public_url: &str,
    ) -> Result<Account, Vec<AccountFault>> {
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
    pub fn fault(&self, key: &str, reason: impl fmt::Display) -> AccountFault {
        let line = self.lines.get(key).copied().unwrap_or(self.line);
        AccountFault::new(line, format!("[{}.{}] {reason}", self.kind, self.name))
    }
}

/// Reads a document; what does not read is among the faults.
pub fn read_accounts(text: &str) -> (AccountDocument, Vec<AccountFault>) {
    let mut document = AccountDocument::default();
    let mut faults = Vec::new();
    let line_at = |offset: usize| 1 + text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
    let line_of = |error: &toml::de::Error| error.span().map_or(0, |span| line_at(span.start));
    // What is no TOML at all is said by the library; what is of another form would be said with its value.
    if let Err(error) = toml::from_str::<toml::Table>(text) {
        return (document, vec![AccountFault::new(line_of(&error), error.message())]);
    }
    let sections: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Entry>> = match toml::from_str(text) {
        Ok(sections) => sections,
        Err(error) => return (document, vec![AccountFault::new(line_of(&error), OTHER_FORM)]),
    };
    for (section, entries) in sections {
        let of = match (section.as_ref().as_str(), section.as_ref().parse()) {
            (_, Ok(kind)) => Section::Channel(kind),
            (API, _) => Section::Api,
            (SIGNING, _) => Section::Signing,
            (name, _) => {
                let reason = format!("there is no channel {name:?}");
                faults.push(AccountFault::new(line_at(section.span().start), reason));
                continue;
            }
        };
        for (name, entry) in entries {
            let line = line_at(name.span().start);
            match (of, entry) {
                (Section::Channel(kind), Entry::Table(table)) => {
                    let table = Table::read(table, line_at);
                    document.accounts.push(account(kind, name.into_inner(), line, table, &mut faults));
                }
                (Section::Api, Entry::Table(table)) => {
                    let (key, found) = ApiKeyTable::new(name.into_inner(), line, Table::read(table, line_at));
                    document.api_keys.push(key);
                    faults.extend(found);
                }
                (Section::Signing, Entry::List(keys)) if name.as_ref() == KEYS => {
                    document.signing_keys.0 = keys;
                }
                (Section::Channel(kind), Entry::List(_)) => {
                    let reason = format!("[{kind}] {} is not an account", name.as_ref());
                    faults.push(AccountFault::new(line, reason));
                }
                (Section::Api, Entry::List(_)) => {
                    let reason = format!("[{API}] {} is not a key", name.as_ref());
                    faults.push(AccountFault::new(line, reason));
                }
                (Section::Signing, _) => {
                    let reason = format!("[{SIGNING}] has nothing but {KEYS}, a list of texts");
                    faults.push(AccountFault::new(line, reason));
                }
            }
        }
    }
    (document, faults)
}

/// What a section is about.
#[derive(Clone, Copy)]
enum Section {
    Channel(ChannelKind),
    Api,
    Signing,
}

/// The settings of a table as texts, and where they stand.
pub(crate) struct Table {
    pub settings: BTreeMap<String, String>,
    pub lines: BTreeMap<String, usize>,
    /// Those that are neither a text nor a list of texts.
    pub unreadable: Vec<String>,
}

impl Table {
    fn read(table: BTreeMap<Spanned<String>, Spanned<Value>>, line_at: impl Fn(usize) -> usize) -> Table {
        let mut read = Table { settings: BTreeMap::new(), lines: BTreeMap::new(), unreadable: Vec::new() };
        for (key, value) in table {
            read.lines.insert(key.as_ref().clone(), line_at(key.span().start));
            match written(value.get_ref()) {
                Some(text) => drop(read.settings.insert(key.into_inner(), text)),
                None => read.unreadable.push(key.into_inner()),
            }
        }
        read
    }
}

fn account(
    kind: ChannelKind,
    name: String,
    line: usize,
    Table { settings, lines, unreadable }: Table,
    faults: &mut Vec<AccountFault>,
) -> AccountTable {
    let mut account = AccountTable { kind, name, flow: String::new(), settings, lines, line };
    for key in unreadable {
        faults.push(account.fault(&key, "is neither text nor a list of texts"));
    }
    match account.settings.get("flow") {
        Some(flow) => account.flow = flow.clone(),
        None => faults.push(account.fault("flow", "flow is missing: which flow answers?")),
    }
    account
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

/// What stands in a section: an account, or the list of keys.
enum Entry {
    Table(BTreeMap<Spanned<String>, Spanned<Value>>),
    List(Vec<String>),
}

/// By hand, since an untagged enum would lose the places.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        struct OfEntry;

        impl<'de> Visitor<'de> for OfEntry {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of settings")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(Entry::Table)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Entry, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(Entry::List)
            }
        }

        deserializer.deserialize_any(OfEntry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "an invented key of thirty-two by";

    /// The accounts, the number of keys, and the faults.
    #[track_caller]
    fn check(text: &str, accounts: &[&str], keys: usize, faults: &[&str]) {
        let (document, found) = read_accounts(text);
        let names: Vec<_> = document.accounts.iter().map(|a| format!("{}.{}", a.kind, a.name)).collect();
        assert_eq!(
            (names, document.signing_keys.0.len()),
            (accounts.iter().map(ToString::to_string).collect(), keys)
        );
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), faults.len(), "{found:?}");
        for (found, begins) in found.iter().zip(faults) {
            assert!(found.starts_with(begins), "{found}");
            assert!(!found.contains("canary"), "{found}");
        }
    }

    #[test]
    fn accounts_and_keys_stand_in_one_document() {
        let text =
            format!("[sms.default]\nflow = \"a\"\n[sms.other]\nflow = \"b\"\n[signing]\nkeys = [\"{KEY}\"]");
        check(&text, &["sms.default", "sms.other"], 1, &[]);
        check("", &[], 0, &[]);
    }

    #[test]
    fn keys_of_programs_stand_there_too() {
        let text = "[api.wallboard]\nsid = \"SK00000000000000000000000000000000\"\nrole = \"supervisor\"";
        let (document, faults) = read_accounts(text);
        assert_eq!((document.api_keys.len(), faults.len()), (1, 0), "{faults:?}");
        let key = &document.api_keys[0];
        let opened = |secret: Option<&str>| {
            let mut settings = key.settings.clone();
            settings.extend(secret.map(|secret| ("secret".to_owned(), secret.to_owned())));
            key.open(&settings).map(drop).map_err(|fault| fault.to_string())
        };
        assert_eq!(opened(Some("an invented secret")), Ok(()));
        assert_eq!(opened(None), Err("line 1: [api.wallboard] secret is missing".into()));
        assert!(
            opened(Some("canary")).unwrap_err().starts_with("line 1: [api.wallboard] secret does not have")
        );
        check("[api.a]\nrole = 1.5", &[], 0, &["line 2: [api.a] role is not a text"]);
        check("[api.a]\nkey = \"canary\"", &[], 0, &["line 2: [api.a] key is not a setting"]);
        check("[api]\nkeys = [\"canary\"]", &[], 0, &["line 2: [api] keys is not a key"]);
    }

    #[test]
    fn faults_have_their_lines_and_no_values() {
        check("[sms.default", &[], 0, &["line 1: "]);
        check("\n[fax.default]\nflow = \"a\"", &[], 0, &["line 2: there is no channel \"fax\""]);
        check("[signing]\nkeys = [1]", &[], 0, &["line 2: neither "]);
        check("[signing]\nkey = [\"canary\"]", &[], 0, &["line 2: [signing] has nothing but keys"]);
        check("[sms]\nfrom = [\"canary\"]", &[], 0, &["line 2: [sms] from is not an account"]);
        check("[sms]\nfrom = \"canary\"", &[], 0, &["line 2: neither "]);
        check("from = \"canary\"", &[], 0, &["line 1: neither "]);
        check(
            "[sms.default]\nfrom = \"canary\"",
            &["sms.default"],
            0,
            &["line 1: [sms.default] flow is missing"],
        );
    }

    #[test]
    fn nothing_secret_is_printed() {
        let (document, _) = read_accounts(
            "[sms.a]\nauth_token = \"canary\"\n[signing]\nkeys = [\"canary\"]\n[api.a]\nsecret = \"canary\"",
        );
        assert!(!format!("{document:?}").contains("canary"));
    }
}
