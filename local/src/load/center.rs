//! A center of its own: this program as a server, with a directory made for the purpose.

use super::LoadOptions;
use anyhow::{Context, bail};
use patchbay_center::ports::World;
use patchbay_edge::SystemWorld;
use patchbay_model::ChannelKind;
use patchbay_model::id::hex;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Seconds that the server is given to stop.
const STOP_S_MAX: u64 = 30;

pub(super) struct OwnCenter {
    child: Child,
    pub url: String,
    folder: PathBuf,
}

impl Drop for OwnCenter {
    fn drop(&mut self) {
        // Nothing to do about a folder that stays.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl OwnCenter {
    pub(super) async fn start(options: &LoadOptions) -> anyhow::Result<OwnCenter> {
        let folder = std::env::temp_dir().join(format!("patchbay-load-{}", hex(&SystemWorld.id())));
        write_directory(&folder.join("config"), options)?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .arg("--config")
            .arg(folder.join("config"))
            .env("PATCHBAY_LOG", std::env::var("PATCHBAY_LOG").unwrap_or_else(|_| "warn".into()))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next_line().await?.unwrap_or_default();
        let Some(url) = first.strip_prefix("ready ") else {
            bail!("the server did not start");
        };
        let url = url.to_owned();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(OwnCenter { child, url, folder })
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("config")
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Lets the server end by itself; a load that it does not survive has failed.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(pid) = self.pid() {
            Command::new("kill").arg(pid.to_string()).status().await?;
        }
        let ended = tokio::time::timeout(Duration::from_secs(STOP_S_MAX), self.child.wait()).await;
        match ended {
            Ok(Ok(status)) if status.success() => Ok(()),
            other => bail!("the server did not stop as it should: {other:?}"),
        }
    }
}

fn write_directory(folder: &Path, options: &LoadOptions) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder.join("flows"))?;
    std::fs::write(folder.join("channels.toml"), channels(options.channel, &options.account)?)?;
    std::fs::write(folder.join("workspace.json"), workspace(options).to_string())?;
    std::fs::write(folder.join("flows/load.json"), flow().to_string())?;
    Ok(())
}

fn channels(kind: ChannelKind, account: &str) -> anyhow::Result<String> {
    let mut table = toml::Table::new();
    for (key, value) in patchbay_channels::registry::example_settings(kind)? {
        table.insert(key, value.into());
    }
    table.insert("flow".into(), "load".into());
    if kind != ChannelKind::Webchat {
        table.insert(
            "api_base".into(),
            format!("http://simulator.localhost/provider/{kind}/{account}").into(),
        );
    }
    let accounts = toml::Table::from_iter([(account.to_owned(), table.into())]);
    Ok(toml::to_string(&toml::Table::from_iter([(kind.to_string(), toml::Value::Table(accounts))]))?)
}

/// As many workers as agents, each with room for its share of the customers and as many again.
fn workspace(options: &LoadOptions) -> Value {
    let capacity = 2 * options.customers.div_ceil(options.agents);
    let workers: Vec<Value> = (0..options.agents)
        .map(|number| json!({ "friendly_name": format!("Agent {number}"), "channels": { "chat": { "capacity": capacity } } }))
        .collect();
    let configuration =
        json!({ "task_routing": { "filters": [], "default_filter": { "queue": "Everybody" } } });
    json!({
        "default_activity": "Available",
        "workers": workers,
        "task_queues": [{ "friendly_name": "Everybody" }],
        "workflows": [{ "friendly_name": "Everybody", "configuration": configuration }],
    })
}

/// Whoever writes wants an agent.
fn flow() -> Value {
    json!({
        "description": "To an agent at once",
        "initial_state": "Trigger",
        "flags": {},
        "states": [
            { "name": "Trigger", "type": "trigger", "properties": {},
              "transitions": [{ "event": "incomingMessage", "next": "agent" }] },
            { "name": "agent", "type": "send-to-flex",
              "properties": { "workflow": "Everybody", "channel": "chat", "attributes": "{}" },
              "transitions": [
                  { "event": "callComplete" }, { "event": "failedToEnqueue" }, { "event": "callFailure" },
              ] },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        options: LoadOptions,
    }

    #[test]
    fn its_directory_has_no_faults() {
        for channel in ["line", "sms", "webchat"] {
            let folder = tempfile::tempdir().unwrap();
            let Command { options } = Command::parse_from(["load", "--channel", channel]);
            write_directory(folder.path(), &options).unwrap();
            Directory::read(folder.path()).unwrap().lint().unwrap();
        }
    }
}
