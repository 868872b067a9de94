//! `patchbay simulate`: providers, customers and a chatbot for a center that runs elsewhere.

use crate::serve::{serve_http, stop};
use crate::simulator::{self, Played};
use anyhow::{Context, bail};
use axum::Router;
use clap::Args;
use patchbay_edge::{Account, EgressHttp, SystemWorld, read_accounts};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(Debug, Args)]
pub struct Simulate {
    /// Address and port; port 0 takes a free one. The center's SimulatorUrl leads here, with "/simulator" behind
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The center's settings: its accounts with their secrets
    #[arg(long)]
    settings: PathBuf,
    /// Where the center's webhooks are
    #[arg(long, env = "PATCHBAY_ENDPOINT")]
    endpoint: String,
    /// What the center takes for its own address, where that differs: providers sign it
    #[arg(long, env = "PATCHBAY_PUBLIC_URL")]
    public_url: Option<String>,
}

/// Plays until the process is told to stop.
pub async fn run(options: Simulate) -> anyhow::Result<()> {
    let Simulate { listen, settings, endpoint, public_url } = options;
    let text = std::fs::read_to_string(&settings)
        .with_context(|| format!("{} cannot be read", settings.display()))?;
    let accounts = accounts(&text, public_url.as_deref().unwrap_or(&endpoint))?;
    let played = Played {
        url: endpoint.trim_end_matches('/').to_owned(),
        accounts: Arc::new(accounts),
        http: Arc::new(EgressHttp::new()?),
        world: Arc::new(SystemWorld),
        beside: None,
    };
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    announce(listener.local_addr()?);
    let (stop, stopped) = watch::channel(false);
    let router = Router::new().nest("/simulator", simulator::router(played));
    let serving = tokio::spawn(serve_http(listener, router, stopped));
    stop::asked().await;
    stop.send_replace(true);
    Ok(serving.await?)
}

/// The line that programs wait for.
#[allow(clippy::print_stdout, reason = "the command's answer")]
fn announce(listen: SocketAddr) {
    println!("ready http://{listen}/simulator");
    // Whoever started us may have closed the pipe: that is no reason to stop.
    let _ = std::io::stdout().flush();
}

fn accounts(settings: &str, public_url: &str) -> anyhow::Result<Vec<Account>> {
    let (document, mut faults) = read_accounts(settings);
    let mut accounts = Vec::new();
    for table in &document.accounts {
        match table.open(table.settings.clone(), public_url) {
            Ok(account) => accounts.push(account),
            Err(found) => faults.extend(found),
        }
    }
    if let Some(fault) = faults.first() {
        bail!("the settings: {fault}");
    }
    Ok(accounts)
}
