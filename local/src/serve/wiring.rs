//! From a configuration directory and a data directory to a center that runs.

use super::dead_letters::StoreDeadLetters;
use super::{ServeOptions, Sockets, signing_keys};
use crate::blobs::FolderBlob;
use crate::directory::{Directory, Faults, SecretError, Secrets};
use crate::embedded::{DiskError, Store, StoreOptions};
use futures_util::{StreamExt, stream};
use patchbay_center::api_key::ApiKeys;
use patchbay_center::config::ApplyError;
use patchbay_center::ports::{Consistency, QueueError, World};
use patchbay_center::router::OpError;
use patchbay_center::store::{StoreError, list_workers, load_worker};
use patchbay_center::token::ShortKey;
use patchbay_center::{Center, ChannelAccount, ChannelAccounts, Ports, agent};
use patchbay_edge::{Account, EgressHttp, SimulatorHttp, SmtpMail, SystemWorld};
use patchbay_model::WorkerSid;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Workers of one page when all are looked at.
const WORKERS_PER_PAGE: usize = 500;
/// Workers that are looked at beside each other.
const WORKERS_AT_ONCE: usize = 64;

/// Why a server does not start, or does not stop cleanly.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Faults(#[from] Faults),
    #[error("cannot listen on {listen}: {error}")]
    Listen { listen: SocketAddr, error: std::io::Error },
    #[error("the data directory cannot be opened: {0}")]
    Disk(#[from] DiskError),
    #[error("the folder of stored objects cannot be opened: {0}")]
    Blobs(std::io::Error),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Key(ShortKey),
    #[error("no HTTP client: {0}")]
    Egress(String),
    #[error("the first configuration was not applied: {0}")]
    Apply(ApplyError),
    #[error("the store failed: {0}")]
    Store(StoreError),
    #[error("a worker could not be changed: {0}")]
    Worker(OpError),
    #[error("not everything is on disk: {0}")]
    Flush(QueueError),
}

/// What the parts of a running server share.
#[derive(Clone)]
pub struct Wiring {
    pub center: Arc<Center>,
    pub store: Store,
    pub sockets: Sockets,
    pub blobs: FolderBlob,
    pub world: Arc<dyn World>,
    pub accounts: Arc<Vec<Account>>,
    /// Where this process is reached from this machine, `http://127.0.0.1:8080`.
    pub own_url: String,
    /// Where providers reach us.
    pub public_url: String,
    pub listen: SocketAddr,
}

impl Wiring {
    pub(super) fn open(
        options: &ServeOptions,
        directory: &Directory,
        listen: SocketAddr,
    ) -> Result<Wiring, ServeError> {
        let world: Arc<dyn World> = Arc::new(SystemWorld);
        let secrets = Secrets::of(&options.data);
        let store = Store::open(&options.data.join("store"), StoreOptions::default(), world.clone())?;
        let own_url = format!("http://{}", reached_at(listen));
        let public_url = options.public_url.as_deref().unwrap_or(&own_url).trim_end_matches('/').to_owned();
        let accounts = open_accounts(directory, &secrets, &public_url, world.as_ref())?;
        let api_keys = open_api_keys(directory, &secrets, world.as_ref())?;
        let outside = EgressHttp::new().map_err(|error| ServeError::Egress(error.to_string()))?;
        let sockets = Sockets::default();
        let blobs = FolderBlob::open(
            &options.data.join("blobs"),
            &public_url,
            secrets.own("blobs", || world.id())?.as_bytes(),
        )
        .map_err(ServeError::Blobs)?;
        let ports = Ports {
            table: Arc::new(store.clone()),
            queue: Arc::new(store.clone()),
            push: Arc::new(sockets.clone()),
            http: Arc::new(SimulatorHttp::new(outside, Some(format!("{own_url}/simulator")))),
            blob: Arc::new(blobs.clone()),
            world: world.clone(),
        };
        let channels: ChannelAccounts = accounts
            .iter()
            .map(|account| {
                let opened = ChannelAccount { channel: account.channel.clone(), flow: account.flow.clone() };
                ((account.kind, account.name.clone()), opened)
            })
            .collect();
        let mut center = Center::new(ports, channels);
        center.signing_keys = signing_keys(&secrets, || world.id())?;
        center.api_keys = api_keys;
        center.public_url = public_url.clone();
        center.mail = Some(Arc::new(SmtpMail));
        center.dead_letters = Some(Arc::new(StoreDeadLetters(store.clone())));
        let center = Arc::new(center);
        Ok(Wiring {
            center,
            store,
            sockets,
            blobs,
            world,
            accounts: Arc::new(accounts),
            own_url,
            public_url,
            listen,
        })
    }

    /// Takes the sockets of an earlier process off their workers: none of them is there any more, and an offer to
    /// one would wait for nothing.
    pub(super) async fn forget_old_sockets(&self) -> Result<(), ServeError> {
        let mut after: Option<WorkerSid> = None;
        loop {
            let table = self.center.table.as_ref();
            let (workers, more) =
                list_workers(table, after.as_ref(), WORKERS_PER_PAGE).await.map_err(ServeError::Store)?;
            after = workers.last().map(|(sid, _)| sid.clone());
            let mut done = stream::iter(workers.into_iter().map(|(sid, _)| self.forget_sockets_of(sid)))
                .buffer_unordered(WORKERS_AT_ONCE);
            while let Some(done) = done.next().await {
                done?;
            }
            if !more {
                return Ok(());
            }
        }
    }

    async fn forget_sockets_of(&self, sid: WorkerSid) -> Result<(), ServeError> {
        let table = self.center.table.as_ref();
        let worker = load_worker(table, &sid, Consistency::Strong).await.map_err(ServeError::Store)?;
        for connection in worker.into_iter().flat_map(|worker| worker.connections) {
            agent::disconnect(&self.center, &sid, &connection.id).await.map_err(ServeError::Worker)?;
        }
        Ok(())
    }
}

/// The address by which this machine reaches a listener: one that listens everywhere is reached on loopback.
fn reached_at(listen: SocketAddr) -> SocketAddr {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    SocketAddr::new(ip, listen.port())
}

fn open_accounts(
    directory: &Directory,
    secrets: &Secrets,
    public_url: &str,
    world: &dyn World,
) -> Result<Vec<Account>, Faults> {
    let mut accounts = Vec::new();
    let mut faults = Vec::new();
    for table in &directory.accounts {
        match table.open(secrets, public_url, || world.id()) {
            Ok(account) => accounts.push(account),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(accounts) } else { Err(Faults(faults)) }
}

fn open_api_keys(directory: &Directory, secrets: &Secrets, world: &dyn World) -> Result<ApiKeys, Faults> {
    let opened = directory.api_keys.iter().map(|key| key.open(secrets, || world.id()));
    let (keys, faults): (Vec<_>, Vec<_>) = opened.partition(Result::is_ok);
    let faults: Vec<_> = faults.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() { Ok(keys.into_iter().flatten().collect()) } else { Err(Faults(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_reached_on_loopback() {
        let check = |listen: &str, expect: &str| {
            assert_eq!(reached_at(listen.parse().unwrap()).to_string(), expect);
        };
        check("0.0.0.0:80", "127.0.0.1:80");
        check("[::]:80", "127.0.0.1:80");
        check("127.0.0.1:8080", "127.0.0.1:8080");
        check("[::1]:8080", "[::1]:8080");
    }
}
