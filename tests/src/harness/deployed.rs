//! A center that somebody deployed: the stories run against it when `PATCHBAY_DEPLOYED` says where it is.

use super::{LOOK_EVERY_MS, PATIENCE_S};
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use futures_util::future::join_all;
use hyper::Method;
use patchbay_center::ports::World;
use patchbay_center::token::{Claims, Role, SigningKeys};
use patchbay_edge::{SystemWorld, read_accounts};
use patchbay_local::client::Connection;
use patchbay_model::WorkerSid;
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Names the variable with a JSON object, the fields below.
const VARIABLE: &str = "PATCHBAY_DEPLOYED";
/// Seconds that the tokens of a story are good for.
const TOKEN_S: i64 = 3_600;

/// Where a deployed center is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployed {
    /// The HTTP API, with the path that it stands under.
    pub url: String,
    /// The socket API, `ws://…`.
    pub socket_url: String,
    /// Where `patchbay simulate` plays its providers.
    pub simulator_url: String,
    /// The settings that its parameter holds.
    settings: PathBuf,
    /// Its inbound queue, and where that puts what it gives up.
    pub inbound_url: String,
    pub inbound_dead_letters_url: String,
}

/// One story's turn: the workers are the same for all.
pub(super) struct Turn {
    pub(super) center: Deployed,
    _alone: MutexGuard<'static, ()>,
}

impl Deployed {
    /// The deployed center that is meant, if one is.
    pub fn meant() -> Option<Deployed> {
        let text = std::env::var(VARIABLE).ok()?;
        Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{VARIABLE}: {error}")))
    }

    pub(super) fn take_turn(self) -> Turn {
        static ALONE: Mutex<()> = Mutex::new(());
        // A story that failed poisons it, and the next one's turn comes all the same.
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Turn { center: self, _alone: alone }
    }

    /// The accounts and keys, as they are in the parameter.
    pub fn settings(&self) -> String {
        std::fs::read_to_string(&self.settings).unwrap()
    }

    /// Its queues, as an operator with an account reaches them: by the environment that AWS's tools share.
    pub fn queues(&self) -> aws_sdk_sqs::Client {
        let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID"),
            variable("AWS_SECRET_ACCESS_KEY"),
            None,
            None,
            "environment",
        );
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(credentials)
            .region(Region::new(variable("AWS_DEFAULT_REGION")))
            .endpoint_url(variable("AWS_ENDPOINT_URL"))
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// A token as an identity provider's exchange would make it: by the key of the settings.
    pub fn token(&self, worker: &str, role: &str) -> String {
        let (settings, faults) = read_accounts(&self.settings());
        assert!(faults.is_empty(), "{faults:?}");
        let keys = SigningKeys::new(settings.signing_keys.0[0].as_bytes(), None).unwrap();
        let role: Role = serde_json::from_value(role.into()).unwrap();
        let worker = WorkerSid::derive(&["worker", worker]);
        keys.sign(&Claims::new(worker, role, SystemWorld.now().plus_s(TOKEN_S))).unwrap()
    }

    async fn api(&self, path: &str) -> Value {
        let token = self.token("Fay", "admin");
        let (mut connection, prefix) = connect(&self.url).await;
        connection.json(Method::GET, &(prefix + path), Some(&token), None).await.unwrap()
    }

    /// Waits until the story has left the center as it found it: nobody is connected, nothing was given up.
    async fn calm(&self) -> Result<(), String> {
        let until = Instant::now() + Duration::from_secs(PATIENCE_S);
        loop {
            let mut left = Vec::new();
            for worker in self.api("/api/workers").await["workers"].as_array().unwrap() {
                let path = format!("/api/workers/{}", worker["sid"].as_str().unwrap());
                let state = self.api(&path).await;
                if state["connected"] == true
                    || state["reservations"].as_array().is_some_and(|r| !r.is_empty())
                {
                    left.push(state);
                }
            }
            let queues = ["inbound", "routing", "outbound"];
            let dead = queues
                .map(|queue| async move { self.api(&format!("/api/dead-letters?queue={queue}")).await });
            for dead in join_all(dead).await {
                left.extend(dead["dead_letters"].as_array().unwrap().iter().cloned());
            }
            if left.is_empty() {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(format!("left behind: {left:?}"));
            }
            tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let center = self.center.clone();
        // The story's own runtime is held up by this very call.
        let looked = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(center.calm())
        });
        assert_eq!(looked.join().unwrap(), Ok(()));
    }
}

/// A connection to where a URL leads, and the path that the URL ends with.
pub(super) async fn connect(url: &str) -> (Connection, String) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (host, path) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    (Connection::open(&format!("{scheme}://{host}")).await.unwrap(), path)
}
