//! Signing in without an identity provider: `/api/dev/…`, for this machine only.

use super::{Wiring, local_only};
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use patchbay_api::{ApiError, ErrorCode};
use patchbay_center::store::{list_workers, load_profile};
use patchbay_center::token::{Claims, Role, TOKEN_S};
use patchbay_model::WorkerSid;
use serde::Deserialize;
use serde_json::{Value, json};

/// Workers of one answer: who has more signs in by an identity provider.
const WORKERS_MAX: usize = 2_000;

pub(super) fn router(wiring: &Wiring) -> Router {
    Router::new()
        .route("/api/dev/workers", get(workers))
        .route("/api/dev/sign-in", post(sign_in))
        .layer(from_fn(local_only))
        .with_state(wiring.clone())
}

async fn workers(State(wiring): State<Wiring>) -> Result<Json<Value>, ApiError> {
    let table = wiring.center.table.as_ref();
    let (found, _) = list_workers(table, None, WORKERS_MAX).await?;
    let mut workers = Vec::with_capacity(found.len());
    for (sid, friendly_name) in found {
        let attributes = load_profile(table, &sid).await?.map(|profile| profile.attributes);
        workers.push(json!({ "sid": sid, "friendly_name": friendly_name, "attributes": attributes }));
    }
    Ok(Json(workers.into()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// Friendly name or SID.
    worker: String,
    #[serde(default = "agent")]
    role: Role,
}

fn agent() -> Role {
    Role::Agent
}

async fn sign_in(State(wiring): State<Wiring>, Json(wanted): Json<SignIn>) -> Result<Response, ApiError> {
    let table = wiring.center.table.as_ref();
    let sid = match WorkerSid::parse(&wanted.worker) {
        Ok(sid) => Some(sid),
        Err(_) => worker_named(&wiring, &wanted.worker).await?,
    };
    let known = match &sid {
        Some(sid) => load_profile(table, sid).await?.is_some(),
        None => false,
    };
    let Some(sid) = sid.filter(|_| known) else {
        return Err(ApiError::new(ErrorCode::NotFound, "there is no such worker"));
    };
    let claims = Claims::new(sid.clone(), wanted.role, wiring.center.now().plus_s(TOKEN_S));
    let token = wiring.center.signing_keys.sign(&claims);
    let token = token.ok_or_else(|| ApiError::new(ErrorCode::Unavailable, "there is no key to sign with"))?;
    Ok(Json(json!({ "token": token, "worker_sid": sid, "role": wanted.role })).into_response())
}

async fn worker_named(wiring: &Wiring, name: &str) -> Result<Option<WorkerSid>, ApiError> {
    use patchbay_center::ports::Consistency;
    let key = patchbay_center::keys::worker_name(name);
    let (item, _) = wiring.center.table.get(&key, Consistency::Strong).await.map_err(|error| {
        tracing::error!(%error, "a worker could not be looked up");
        ApiError::new(ErrorCode::Unavailable, "the store did not answer: try again")
    })?;
    Ok(item.and_then(|item| WorkerSid::parse(item.text("w")?).ok()))
}
