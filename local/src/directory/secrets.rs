//! Secrets of the data directory, and references to them.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Bytes of a secret that is made here, before they are written in hex.
const GENERATED_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the environment variable {0} is not set")]
    NoVariable(String),
    #[error("{} cannot be read: {error}", .path.display())]
    File { path: PathBuf, error: std::io::Error },
    #[error("{0:?} is not the name of a secret: letters, digits, '-', '_' and '.'")]
    Name(String),
}

/// The folder `secrets` of a data directory: one file for each.
#[derive(Clone, Debug)]
pub struct Secrets(PathBuf);

impl Secrets {
    pub fn of(data: &Path) -> Secrets {
        Secrets(data.join("secrets"))
    }

    /// A setting's value: `env:NAME` is an environment variable, `secret:NAME` a file of the folder, anything else
    /// is itself.
    pub fn resolve(&self, value: &str) -> Result<String, SecretError> {
        if let Some(name) = value.strip_prefix("env:") {
            return std::env::var(name).map_err(|_| SecretError::NoVariable(name.to_owned()));
        }
        let Some(name) = value.strip_prefix("secret:") else { return Ok(value.to_owned()) };
        let path = self.path(name)?;
        let text = std::fs::read_to_string(&path).map_err(|error| SecretError::File { path, error })?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// A secret that nobody but us needs to know: made at the first call, readable by this user only.
    pub fn own(&self, name: &str, random: impl Fn() -> [u8; 16]) -> Result<String, SecretError> {
        let path = self.path(name)?;
        let made: Vec<u8> = std::iter::repeat_with(random).flatten().take(GENERATED_BYTES).collect();
        match self.create(&path, &patchbay_model::id::hex(&made)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(SecretError::File { path, error }),
            _ => self.resolve(&format!("secret:{name}")),
        }
    }

    fn create(&self, path: &Path, text: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.0)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(text.as_bytes())
    }

    fn path(&self, name: &str) -> Result<PathBuf, SecretError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
            return Err(SecretError::Name(name.to_owned()));
        }
        Ok(self.0.join(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_themselves_or_lead_to_a_file() {
        let data = tempfile::tempdir().unwrap();
        let secrets = Secrets::of(data.path());
        std::fs::create_dir(data.path().join("secrets")).unwrap();
        std::fs::write(data.path().join("secrets/sms"), "token\n").unwrap();
        assert_eq!(secrets.resolve("plain").unwrap(), "plain");
        assert_eq!(secrets.resolve("secret:sms").unwrap(), "token");
        assert!(matches!(secrets.resolve("secret:missing"), Err(SecretError::File { .. })));
        assert!(matches!(secrets.resolve("env:PATCHBAY_NO_SUCH"), Err(SecretError::NoVariable(_))));
        for name in ["", "../sms", "a/b", ".sms"] {
            assert!(
                matches!(secrets.resolve(&format!("secret:{name}")), Err(SecretError::Name(_))),
                "{name}"
            );
        }
    }

    #[test]
    fn an_own_secret_is_made_once_for_this_user_only() {
        let data = tempfile::tempdir().unwrap();
        let secrets = Secrets::of(data.path());
        let first = secrets.own("token", || [7; 16]).unwrap();
        assert_eq!(first.len(), 2 * GENERATED_BYTES);
        assert_eq!(secrets.own("token", || [8; 16]).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(data.path().join("secrets/token")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
