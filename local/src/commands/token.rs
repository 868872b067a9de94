//! `patchbay token`: a token for a center whose signing key one has.

use anyhow::{Context, bail};
use clap::Args;
use patchbay_center::ports::World;
use patchbay_center::token::{Claims, Role, SigningKeys, TOKEN_S};
use patchbay_edge::{SystemWorld, read_accounts};
use patchbay_model::WorkerSid;
use std::io::Read;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Token {
    /// The settings with "[signing] keys"; "-" is standard input
    #[arg(long)]
    settings: PathBuf,
    /// Friendly name or SID of the worker that it is for; without one it is good for the API alone
    #[arg(long)]
    worker: Option<String>,
    /// agent, supervisor or admin
    #[arg(long, default_value = "admin", value_parser = role)]
    role: Role,
    /// Seconds that it is good for
    #[arg(long, default_value_t = TOKEN_S)]
    seconds: i64,
}

fn role(name: &str) -> Result<Role, String> {
    serde_json::from_value(name.into()).map_err(|_| "there are agent, supervisor and admin".to_owned())
}

/// Prints the token and nothing else.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub fn run(options: &Token) -> anyhow::Result<()> {
    let text = match options.settings.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin().lock().take(SETTINGS_BYTES_MAX))?,
        false => std::fs::read_to_string(&options.settings)
            .with_context(|| format!("{} cannot be read", options.settings.display()))?,
    };
    println!("{}", sign(&text, options)?);
    Ok(())
}

/// Bytes of settings; a parameter of the cloud has 8 KB at the most.
const SETTINGS_BYTES_MAX: u64 = 1024 * 1024;

fn sign(settings: &str, options: &Token) -> anyhow::Result<String> {
    let (document, faults) = read_accounts(settings);
    if let Some(fault) = faults.first() {
        bail!("the settings: {fault}");
    }
    let key = document.signing_keys.0.first().context("the settings have no [signing] keys")?;
    let keys = SigningKeys::new(key.as_bytes(), None)?;
    let worker = match &options.worker {
        None => WorkerSid::from_bytes([0; 16]),
        Some(worker) => WorkerSid::parse(worker).unwrap_or_else(|_| WorkerSid::derive(&["worker", worker])),
    };
    let claims = Claims::new(worker, options.role, SystemWorld.now().plus_s(options.seconds));
    keys.sign(&claims).context("there is no key to sign with")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "an invented key of thirty-two by";

    fn options(worker: Option<&str>) -> Token {
        Token { settings: "-".into(), worker: worker.map(str::to_owned), role: Role::Supervisor, seconds: 60 }
    }

    fn claims(worker: Option<&str>) -> Claims {
        let settings = format!("[signing]\nkeys = [\"{KEY}\", \"another that is believed only, 32 b\"]");
        let token = sign(&settings, &options(worker)).unwrap();
        SigningKeys::new(KEY.as_bytes(), None).unwrap().check(&token, SystemWorld.now()).unwrap()
    }

    #[test]
    fn a_token_is_for_a_worker_or_for_nobody() {
        let ann = WorkerSid::derive(&["worker", "Ann"]);
        for name in ["Ann", ann.as_str()] {
            assert_eq!(claims(Some(name)).sub, ann);
        }
        let nobody = claims(None);
        assert_eq!(nobody.sub.as_str(), "WK00000000000000000000000000000000");
        assert_eq!(nobody.role, Role::Supervisor);
        assert!(nobody.exp <= SystemWorld.now().plus_s(60).seconds());
    }

    #[test]
    fn without_a_good_key_there_is_no_token() {
        let check = |settings: &str, expect: &str| {
            let error = format!("{:#}", sign(settings, &options(None)).unwrap_err());
            assert!(error.contains(expect), "{error}");
        };
        check("", "no [signing] keys");
        check("[signing]\nkeys = [\"short\"]", "shorter than");
        check("[", "the settings: line 1");
        assert!(role("admin").is_ok() && role("owner").is_err());
    }
}
