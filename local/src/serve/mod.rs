//! `patchbay serve`: the whole center in this process.

pub mod blobs;
mod built;
mod dead_letters;
mod desktop;
mod dev;
mod http;
mod local_only;
mod metrics;
mod pages;
mod pollers;
mod socket;
mod sockets;
pub(crate) mod stop;
mod widget;
mod wiring;

pub(crate) use built::Built;
pub use http::BreakOff;
pub(crate) use http::serve as serve_http;
pub(crate) use local_only::local_only;
pub use metrics::Metrics;
pub use sockets::{Inbox, Sockets};
pub use wiring::{ServeError, Wiring};

use crate::directory::Directory;
use crate::simulator::{self, Played};
use axum::Router;
use axum::middleware::from_fn;
use patchbay_center::config;
use patchbay_center::token::SigningKeys;
use patchbay_channels::voice::Voice;
use pollers::Pollers;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What a server is told.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub config: PathBuf,
    /// Where providers reach us, when that is not where we listen (a tunnel, a proxy).
    pub public_url: Option<String>,
    /// The folder `desktop`, with the files that were built in it.
    pub pages: PathBuf,
}

/// Serves until the process is told to stop (SIGTERM, SIGINT): then takes nothing more, lets what is in flight
/// finish and makes it durable. What was not finished is redelivered at the next start.
pub async fn serve(options: ServeOptions, metrics: Metrics) -> Result<(), ServeError> {
    let began = Instant::now();
    let directory = Directory::read(&options.config)?;
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| ServeError::Listen { listen: options.listen, error })?;
    let listen =
        listener.local_addr().map_err(|error| ServeError::Listen { listen: options.listen, error })?;
    let wiring = Wiring::open(&options, &directory, listen)?;
    wiring.load_first_configuration(&directory).await?;
    wiring.forget_old_sockets().await?;
    let pollers = Pollers::start(&wiring);
    let (stop, stopped) = watch::channel(false);
    let router = Router::new()
        .merge(patchbay_api::router(wiring.center.clone()))
        .merge(socket::router(&wiring))
        .merge(blobs::router(wiring.blobs.clone(), wiring.world.clone()))
        .merge(dev::router(&wiring))
        .merge(desktop::router(&options.pages.join("app/dist"), wiring.has_softphones()))
        .merge(widget::router(&options.pages.join("widget/dist")))
        .merge(simulator::page::router(&options.pages.join("simulator/dist")))
        .merge(pages::router(&wiring, metrics))
        .nest("/simulator", simulator::router(wiring.played()).layer(from_fn(local_only)));
    let serving = tokio::spawn(serve_http(listener, router, stopped));
    pages::announce(&wiring, began.elapsed());
    stop::asked().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    wiring.sockets.forget_all();
    // A server that panicked has said so; the rest is stopped all the same.
    let _ = serving.await;
    pollers.stop().await;
    wiring.store.flush().await.map_err(ServeError::Flush)
}

/// The keys of this data directory for agents' tokens.
fn signing_keys(
    secrets: &crate::directory::Secrets,
    random: impl Fn() -> [u8; 16],
) -> Result<SigningKeys, ServeError> {
    let key = secrets.own("tokens", random)?;
    SigningKeys::new(key.as_bytes(), None).map_err(ServeError::Key)
}

impl Wiring {
    /// Whether an account signs tokens for agents' softphones.
    fn has_softphones(&self) -> bool {
        self.accounts.iter().any(|account| account.channel.voice().is_some_and(Voice::has_softphones))
    }

    /// This center, for the simulator that runs beside it.
    fn played(&self) -> Played {
        Played {
            url: self.own_url.clone(),
            accounts: self.accounts.clone(),
            http: self.center.http.clone(),
            world: self.world.clone(),
            beside: Some((self.center.clone(), self.sockets.clone())),
        }
    }

    /// Puts the directory's documents in force when none are: later changes are made by `patchbay config apply`,
    /// so that a restart never undoes one.
    async fn load_first_configuration(&self, directory: &Directory) -> Result<(), ServeError> {
        let (version, _) = config::stored_documents(&self.center).await.map_err(ServeError::Store)?;
        if version > 0 {
            return Ok(());
        }
        directory.lint()?;
        config::apply(&self.center, &directory.documents).await.map_err(ServeError::Apply)?;
        Ok(())
    }
}
