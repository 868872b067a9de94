//! The HTTP interfaces as one axum router over the center: `/api`, `/webhooks`, `/webchat` (docs/PROTOCOL.md). The
//! cloud serves it by Lambda, a laptop by its own server.
//!
//! Architecture invariant: a path of `/api` exists only as a line of `routes::ROUTES`, which says who may call it;
//! the OpenAPI document is written from the same lines.

mod access;
mod error;
mod openapi;
mod read;
mod resources;
mod routes;
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

/// What is for agents and programs: `/api`.
pub fn api(center: Arc<Center>) -> Router {
    routes::router(&center).with_state(center)
}

/// What is for providers and visitors: `/webhooks`, `/webchat`.
pub fn webhooks(center: Arc<Center>) -> Router {
    Router::new().merge(webhooks::router()).merge(webchat::router()).with_state(center)
}

#[cfg(test)]
mod tests;
