//! Signing in at the operator's identity provider: an ID token of theirs (OpenID Connect Core 1.0) for a token of ours.

mod keys;
mod verify;

#[cfg(test)]
mod tests;

pub use keys::Oidc;
pub use verify::{ID_TOKEN_BYTES_MAX, IdTokenError};

use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{StoreError, load_profile};
use crate::token::{Claims, Role, TOKEN_S};
use patchbay_model::WorkerSid;
use serde::Serialize;
use serde_json::{Map, Value};

/// Whose ID tokens are believed, and what they say of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// As the provider writes it: the `iss` of its tokens, where its discovery document is.
    pub issuer: String,
    pub client_id: String,
    /// The claim that names the worker: its friendly name or SID.
    pub worker_claim: String,
    /// The claim with the role: `agent`, `supervisor`, `admin`, each perhaps after `patchbay-`; a text or a list of
    /// which the highest counts.
    pub role_claim: String,
}

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("this center has no identity provider")]
    NoProvider,
    #[error(transparent)]
    Token(#[from] IdTokenError),
    #[error("the identity provider cannot be asked for its keys: {0}")]
    Unreachable(String),
    #[error("the ID token names no worker of this center in {0:?}")]
    NoWorker(String),
    #[error("the ID token has no role in {0:?}")]
    NoRole(String),
    #[error("this center has no key to sign with")]
    NoKey,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token for sockets and `/api`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedIn {
    pub token: String,
    /// Seconds since the epoch.
    pub expires_at: i64,
}

/// A token of ours for whom an ID token speaks of. What their provider takes from them later counts when it has
/// expired: a working day at the most.
pub async fn sign_in(center: &Center, id_token: &str) -> Result<SignedIn, SignInError> {
    let oidc = center.oidc.as_ref().ok_or(SignInError::NoProvider)?;
    let settings = oidc.settings();
    let claims = oidc.claims(center.http.as_ref(), id_token, center.now()).await?;
    let worker = worker(center, settings, &claims).await?;
    let role = role(claims.get(&settings.role_claim))
        .ok_or_else(|| SignInError::NoRole(settings.role_claim.clone()))?;
    let expires_at = center.now().plus_s(TOKEN_S);
    let token = center.signing_keys.sign(&Claims::new(worker, role, expires_at)).ok_or(SignInError::NoKey)?;
    Ok(SignedIn { token, expires_at: expires_at.seconds() })
}

async fn worker(
    center: &Center,
    settings: &OidcSettings,
    claims: &Map<String, Value>,
) -> Result<WorkerSid, SignInError> {
    let missing = || SignInError::NoWorker(settings.worker_claim.clone());
    let name = claims.get(&settings.worker_claim).and_then(Value::as_str).ok_or_else(missing)?;
    let table = center.table.as_ref();
    let sid = match WorkerSid::parse(name) {
        Ok(sid) => sid,
        Err(_) => {
            let (item, _) = table
                .get(&crate::keys::worker_name(name), Consistency::Strong)
                .await
                .map_err(StoreError::from)?;
            item.and_then(|item| WorkerSid::parse(item.text("w")?).ok()).ok_or_else(missing)?
        }
    };
    load_profile(table, &sid).await?.map(|profile| profile.sid).ok_or_else(missing)
}

/// The highest role that a claim names; others in it are somebody else's.
fn role(claim: Option<&Value>) -> Option<Role> {
    let named = |value: &Value| match value.as_str()?.trim_start_matches("patchbay-") {
        "agent" => Some(Role::Agent),
        "supervisor" => Some(Role::Supervisor),
        "admin" => Some(Role::Admin),
        _ => None,
    };
    match claim? {
        Value::Array(list) => list.iter().filter_map(named).max(),
        one => named(one),
    }
}
