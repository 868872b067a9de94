//! The provider's keys: found by its discovery document (OpenID Connect Discovery 1.0), kept for a while.

use super::verify::{self, IdTokenError, Key};
use super::{OidcSettings, SignInError};
use crate::ports::{Http, HttpRequest};
use patchbay_model::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// How old keys may be: a key that the provider has withdrawn is believed so long.
const KEYS_MS_MAX: i64 = 3_600_000;
/// Milliseconds before keys are asked for anew because of a token whose key is not among them: strangers may send any.
const KEYS_MS_MIN: i64 = 60_000;
const TIMEOUT_MS: u32 = 5_000;
/// Bytes of a document of the provider.
const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// The identity provider.
#[derive(Debug)]
pub struct Oidc {
    settings: OidcSettings,
    keys: Mutex<Option<(Timestamp, Arc<Vec<Key>>)>>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    /// Of kinds that we know and that we do not.
    keys: Vec<Value>,
}

impl Oidc {
    pub fn new(settings: OidcSettings) -> Oidc {
        Oidc { settings, keys: Mutex::default() }
    }

    pub(super) fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    /// What an ID token states, when it is one of the provider for us.
    pub(super) async fn claims(
        &self,
        http: &dyn Http,
        token: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, SignInError> {
        let known = self.known().filter(|(at, _)| now.since_ms(*at) < KEYS_MS_MAX);
        let (at, keys) = match known {
            Some(known) => known,
            None => (now, self.fetch(http, now).await?),
        };
        match verify::check(token, &keys, &self.settings, now) {
            Err(IdTokenError::UnknownKey) if now.since_ms(at) >= KEYS_MS_MIN => {
                let keys = self.fetch(http, now).await?;
                Ok(verify::check(token, &keys, &self.settings, now)?)
            }
            checked => Ok(checked?),
        }
    }

    fn known(&self) -> Option<(Timestamp, Arc<Vec<Key>>)> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch(&self, http: &dyn Http, now: Timestamp) -> Result<Arc<Vec<Key>>, SignInError> {
        let issuer = &self.settings.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let discovery: Discovery = document(http, &url).await?;
        if discovery.issuer != *issuer {
            return Err(SignInError::Unreachable(format!("{url} is of the issuer {:?}", discovery.issuer)));
        }
        let set: KeySet = document(http, &discovery.jwks_uri).await?;
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let keys = Arc::new(keys);
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&keys)));
        Ok(keys)
    }
}

async fn document<T: DeserializeOwned>(http: &dyn Http, url: &str) -> Result<T, SignInError> {
    let request = HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: vec![("accept".into(), "application/json".into())],
        body: Vec::new(),
        timeout_ms: TIMEOUT_MS,
        response_bytes_max: DOCUMENT_BYTES_MAX,
        redirects_max: 0,
        // The operator names the issuer, and the issuer its keys.
        trusted: true,
    };
    let unreachable = |why: String| SignInError::Unreachable(format!("{url}: {why}"));
    let answer = http.call(request).await.map_err(|error| unreachable(error.to_string()))?;
    if answer.status != 200 {
        return Err(unreachable(format!("status {}", answer.status)));
    }
    serde_json::from_slice(&answer.body).map_err(|error| unreachable(error.to_string()))
}
