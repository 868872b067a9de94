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
    let paths =
        Router::new().merge(routes::router(&center)).merge(webhooks::router()).merge(webchat::router());
    paths.with_state(center)
}

#[cfg(test)]
mod tests;
