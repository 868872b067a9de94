//! A configuration directory: `channels.toml`, `workspace.json`, `flows/<name>.json` (docs/CONFIGURATION in
//! README.md). Everything that is wrong with it is said at once, each fault with its file and line.

mod accounts;
mod fault;
mod position;
mod secrets;

pub use accounts::{FiledAccount, FiledApiKey};
pub use fault::{DirectoryFault, Faults};
pub use secrets::{SecretError, Secrets};

use patchbay_center::config::{ConfigDocuments, ConfigFault};
use position::line_of;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Flows of one directory.
const FLOWS_MAX: usize = 1_000;
/// Bytes of one file.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A directory that was read: its documents parse, whether they compile is another question.
#[derive(Debug)]
pub struct Directory {
    pub path: PathBuf,
    pub documents: ConfigDocuments,
    pub accounts: Vec<FiledAccount>,
    pub api_keys: Vec<FiledApiKey>,
    /// The documents as they are written, by the name that a fault has for them.
    texts: BTreeMap<String, (PathBuf, String)>,
}

impl Directory {
    /// Reads every file of the directory. `workspace.json` and `channels.toml` must be there, flows need not be.
    pub fn read(path: &Path) -> Result<Directory, Faults> {
        let mut faults = Vec::new();
        let mut texts = BTreeMap::new();
        let mut documents = ConfigDocuments::default();
        let workspace = path.join("workspace.json");
        if let Some(text) = read_file(&workspace, &mut faults) {
            match serde_json::from_str(&text) {
                Ok(read) => documents.workspace = read,
                Err(error) => faults.push(DirectoryFault::at(&workspace, error.line(), error)),
            }
            texts.insert("workspace".to_owned(), (workspace, text));
        }
        for (name, file) in flow_files(path, &mut faults) {
            let Some(text) = read_file(&file, &mut faults) else { continue };
            match serde_json::from_str(&text) {
                Ok(definition) => drop(documents.flows.insert(name.clone(), definition)),
                Err(error) => faults.push(DirectoryFault::at(&file, error.line(), error)),
            }
            texts.insert(format!("flow/{name}"), (file, text));
        }
        let channels = path.join("channels.toml");
        let (accounts, api_keys) = match read_file(&channels, &mut faults) {
            Some(text) => accounts::read(&channels, &text, &mut faults),
            None => (Vec::new(), Vec::new()),
        };
        if faults.is_empty() {
            Ok(Directory { path: path.to_owned(), documents, accounts, api_keys, texts })
        } else {
            Err(Faults(faults))
        }
    }

    /// Compiles the documents, and checks that every account's flow is there.
    pub fn lint(&self) -> Result<(), Faults> {
        let compiled = self.documents.compile(1).err().unwrap_or_default();
        let mut faults: Vec<DirectoryFault> = compiled.iter().map(|fault| self.locate(fault)).collect();
        for account in &self.accounts {
            if !self.documents.flows.contains_key(&account.flow) {
                faults
                    .push(account.fault_of("flow", format!("there is no flow {:?} in flows/", account.flow)));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }

    /// Where in the files a fault of the compiled documents is.
    pub fn locate(&self, fault: &ConfigFault) -> DirectoryFault {
        let reason = format!("{} ({})", fault.reason, fault.position);
        match self.texts.get(&fault.document) {
            Some((file, text)) => DirectoryFault::at(file, line_of(text, &fault.position), reason),
            None => DirectoryFault::at(&self.path.join(&fault.document), 0, reason),
        }
    }
}

fn read_file(file: &Path, faults: &mut Vec<DirectoryFault>) -> Option<String> {
    let read = || -> Result<String, String> {
        let bytes = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(format!("{bytes} bytes; at most {FILE_BYTES_MAX} are read"));
        }
        std::fs::read_to_string(file).map_err(|error| error.to_string())
    };
    read().inspect_err(|reason| faults.push(DirectoryFault::at(file, 0, reason))).ok()
}

/// The flows by name, in the order of their names.
fn flow_files(path: &Path, faults: &mut Vec<DirectoryFault>) -> BTreeMap<String, PathBuf> {
    let folder = path.join("flows");
    let Ok(entries) = std::fs::read_dir(&folder) else { return BTreeMap::new() };
    let files: BTreeMap<String, PathBuf> = entries
        .filter_map(|entry| {
            let file = entry.ok()?.path();
            let name = file.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
            Some((name, file))
        })
        .collect();
    if files.len() > FLOWS_MAX {
        faults.push(DirectoryFault::at(&folder, 0, format!("more than {FLOWS_MAX} flows")));
    }
    files
}

#[cfg(test)]
mod tests;
