//! What every handler is given: the ports, the channels' accounts, the configuration in force.

use crate::api_key::ApiKeys;
use crate::config::{Config, ConfigCache};
use crate::inbound::Functions;
use crate::mail::Certificates;
use crate::oidc::Oidc;
use crate::ports::{Blob, DeadLetters, Http, Mail, Push, Queue, Table, World};
use crate::router::DirectoryCache;
use crate::store::StoreError;
use crate::token::SigningKeys;
use patchbay_channels::Channel;
use patchbay_model::{ChannelKind, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One account of one channel, opened, and the flow that answers on it.
#[derive(Clone)]
pub struct ChannelAccount {
    pub channel: Arc<dyn Channel>,
    /// Name of the flow that a first message starts.
    pub flow: String,
}

/// All accounts: their secrets are already resolved, which is the edge's business.
pub type ChannelAccounts = BTreeMap<(ChannelKind, String), ChannelAccount>;

/// The handlers' world. Cheap to share: handlers borrow it.
pub struct Center {
    pub table: Arc<dyn Table>,
    pub queue: Arc<dyn Queue>,
    pub push: Arc<dyn Push>,
    pub http: Arc<dyn Http>,
    pub blob: Arc<dyn Blob>,
    pub world: Arc<dyn World>,
    pub channels: ChannelAccounts,
    /// Where the functions are that flows run; none unless the edge says.
    pub functions: Functions,
    /// What tokens are signed with; none, and so nobody comes in, unless the edge says.
    pub signing_keys: SigningKeys,
    /// Of programs that use the REST APIs; none unless the edge says.
    pub api_keys: ApiKeys,
    /// Scheme and host under which everybody reaches us, without a slash at the end; empty where nobody has said.
    pub public_url: String,
    /// Who vouches for agents, where they do not sign in at the center itself.
    pub oidc: Option<Oidc>,
    /// Mail servers, where the edge speaks with them.
    pub mail: Option<Arc<dyn Mail>>,
    /// What the queues have given up, where the edge lets an operator see it.
    pub dead_letters: Option<Arc<dyn DeadLetters>>,
    pub(crate) certificates: Certificates,
    pub(crate) config: ConfigCache,
    pub(crate) directory: DirectoryCache,
}

/// The ports of one deployment.
#[derive(Clone)]
pub struct Ports {
    pub table: Arc<dyn Table>,
    pub queue: Arc<dyn Queue>,
    pub push: Arc<dyn Push>,
    pub http: Arc<dyn Http>,
    pub blob: Arc<dyn Blob>,
    pub world: Arc<dyn World>,
}

impl Center {
    pub fn new(ports: Ports, channels: ChannelAccounts) -> Center {
        let Ports { table, queue, push, http, blob, world } = ports;
        Center {
            table,
            queue,
            push,
            http,
            blob,
            world,
            channels,
            functions: Functions::default(),
            signing_keys: SigningKeys::default(),
            api_keys: ApiKeys::default(),
            public_url: String::new(),
            oidc: None,
            mail: None,
            dead_letters: None,
            certificates: Certificates::default(),
            config: ConfigCache::default(),
            directory: DirectoryCache::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    pub fn channel(&self, kind: ChannelKind, account: &str) -> Option<&ChannelAccount> {
        self.channels.get(&(kind, account.to_owned()))
    }

    /// The configuration in force at this moment, for whoever has just changed it.
    pub async fn newest_config(&self) -> Result<Arc<Config>, StoreError> {
        self.config.newest(self.table.as_ref(), self.now()).await
    }

    /// The configuration in force, at most `config::CACHED_MS` old.
    pub async fn config(&self) -> Result<Arc<Config>, StoreError> {
        self.config.get(self.table.as_ref(), self.now()).await
    }
}
