//! `patchbay load`: customers write through the real webhooks, agents listen on the real sockets.
//!
//! Arrivals are an open loop: a message is due at its moment whatever became of the others, and its latency counts
//! from then. Without `--url` a center of its own is started beside it, with as many workers as agents.

mod agents;
mod center;
mod customers;
mod ledger;
mod process;
mod report;
mod verify;

use crate::client::Connection;
use crate::directory::{Directory, Faults, Secrets};
use agents::Agents;
use anyhow::{Context, bail};
use center::OwnCenter;
use customers::{Customers, Plan};
use ledger::Ledger;
use patchbay_center::ports::World;
use patchbay_edge::{Account, SystemWorld};
use patchbay_model::ChannelKind;
use process::Usage;
use report::Report;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Seconds without news after which what is missing counts as lost.
const QUIET_S_MAX: u64 = 10;
/// Milliseconds between two looks at what has come.
const LOOK_EVERY_MS: u64 = 20;

#[derive(Debug, clap::Args)]
pub struct LoadOptions {
    /// Customers, each with a conversation
    #[arg(long, default_value_t = 100)]
    customers: usize,
    /// Agents, each with a socket
    #[arg(long, default_value_t = 10)]
    agents: usize,
    /// Messages per second, of all customers together
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    /// Seconds that the customers write
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// The channel that they write on
    #[arg(long, default_value = "line")]
    channel: ChannelKind,
    /// Its account
    #[arg(long, default_value = "default")]
    account: String,
    /// Connections by which webhooks are posted
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// A center that runs on this machine, instead of one of its own
    #[arg(long)]
    url: Option<String>,
    /// Its configuration directory, for the accounts' secrets
    #[arg(long, env = "PATCHBAY_CONFIG", default_value = "config")]
    config: PathBuf,
    /// Its data directory, likewise
    #[arg(long, env = "PATCHBAY_DATA", default_value = ".patchbay")]
    data: PathBuf,
    /// Its process, to count what it uses
    #[arg(long)]
    pid: Option<u32>,
    /// What a customer writes, one after the other, until an agent has taken the conversation
    #[arg(long = "opening", default_values = ["live agent", "English"])]
    openings: Vec<String>,
}

/// Where the center is and how to speak to it.
struct Target {
    url: String,
    pid: Option<u32>,
    account: Account,
}

/// Runs the load and prints what came of it. Errs when a message was lost, came twice, or was not accepted.
pub async fn run(options: LoadOptions) -> anyhow::Result<()> {
    if options.customers == 0 || options.agents == 0 || options.connections == 0 {
        bail!("there must be customers, agents and connections");
    }
    if !(options.rate > 0.0 && options.seconds > 0.0) {
        bail!("rate and seconds must be above 0");
    }
    let own = match options.url {
        Some(_) => None,
        None => Some(OwnCenter::start(&options).await?),
    };
    let target = target(&options, own.as_ref())?;
    let measured = measure(&options, &target).await;
    if let Some(own) = own {
        own.stop().await?;
    }
    let report = measured?;
    report.print();
    report.verdict()
}

fn target(options: &LoadOptions, own: Option<&OwnCenter>) -> anyhow::Result<Target> {
    let (url, pid, config, data) = match own {
        Some(own) => (own.url.clone(), own.pid(), own.config(), own.data()),
        None => {
            let url = options.url.clone().unwrap_or_default();
            (url.trim_end_matches('/').to_owned(), options.pid, options.config.clone(), options.data.clone())
        }
    };
    let directory = Directory::read(&config)?;
    let mut tables = directory.accounts.iter();
    let table = tables.find(|table| table.kind == options.channel && table.name == options.account);
    let table =
        table.with_context(|| format!("there is no account {}/{}", options.channel, options.account))?;
    let account = table.open(&Secrets::of(&data), &url, || SystemWorld.id()).map_err(Faults)?;
    Ok(Target { url, pid, account })
}

async fn measure(options: &LoadOptions, target: &Target) -> anyhow::Result<Report> {
    let messages = (options.rate * options.seconds).ceil() as usize;
    let ledger = Arc::new(Ledger::new(messages));
    let agents = Agents::connect(&target.url, options.agents, &ledger).await?;
    let customers = Customers::new(target, options.customers);
    for opening in &options.openings {
        if agents.accepted() >= options.customers {
            break;
        }
        customers.open(options.connections, opening).await?;
        wait_until(|| agents.accepted(), options.customers).await;
    }
    if agents.accepted() < options.customers {
        let (taken, all) = (agents.accepted(), options.customers);
        bail!("agents have {taken} of {all} conversations only: do they have the capacity?");
    }
    let plan = Plan { messages, rate: options.rate, connections: options.connections };
    let before = target.pid.map(Usage::of).transpose()?;
    customers.write(&plan, &ledger).await?;
    wait_until(|| ledger.delivered(), ledger.accepted()).await;
    let after = target.pid.map(Usage::of).transpose()?;
    let mut connection = Connection::open(&target.url).await?;
    let stored = verify::stored(&mut connection, &customers, &ledger).await?;
    let used = before.zip(after).map(|(before, after)| after.since(&before));
    Ok(Report { rate: options.rate, messages, stored, used, agents: options.agents, ledger })
}

/// Waits until the count is there, or nothing more comes.
async fn wait_until(count: impl Fn() -> usize, expected: usize) {
    let (mut seen, mut quiet) = (count(), Duration::ZERO);
    let pause = Duration::from_millis(LOOK_EVERY_MS);
    while seen < expected && quiet < Duration::from_secs(QUIET_S_MAX) {
        tokio::time::sleep(pause).await;
        let now = count();
        quiet = if now > seen { Duration::ZERO } else { quiet + pause };
        seen = now;
    }
}
