//! The HTTP interfaces as one axum router over the center: `/api`, `/webhooks`, `/webchat` (docs/PROTOCOL.md), and
//! Twilio's `/v1/Workspaces` and `/v2/Flows` (docs/TWILIO-API.md). The cloud serves it by Lambda, a laptop by its own
//! server.
//!
//! Architecture invariant: a path of `/api` exists only as a line of `routes::ROUTES`, which says who may call it;
//! the OpenAPI document is written from the same lines. So does a path of Twilio's in `taskrouter::ROUTES` and
//! `studio::ROUTES`.

mod access;
mod error;
mod openapi;
mod read;
mod resources;
mod routes;
mod studio;
mod taskrouter;
mod twilio;
mod webchat;
mod webhooks;

pub use access::bearer;
pub use error::{ApiError, ErrorCode};
pub use read::{head, webhook_request};

use axum::Router;
use patchbay_center::Center;
use std::sync::Arc;

/// The state of every handler.
pub(crate) type Shared = Arc<Center>;

/// All paths that the cloud and a laptop have in common, sockets excepted.
pub fn router(center: Arc<Center>) -> Router {
    api(center.clone()).merge(webhooks(center))
}

/// What is for agents and programs: `/api`, `/v1`, `/v2`.
pub fn api(center: Arc<Center>) -> Router {
    let twilio = taskrouter::router(&center).merge(studio::router(&center));
    routes::router(&center).merge(twilio).with_state(center)
}

/// What is for providers and visitors: `/webhooks`, `/webchat`.
pub fn webhooks(center: Arc<Center>) -> Router {
    Router::new().merge(webhooks::router()).merge(webchat::router()).with_state(center)
}

#[cfg(test)]
mod tests;
