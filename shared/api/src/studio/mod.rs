//! Studio's REST API, version 2, as its official SDKs call it: a file per resource.

mod flows;
mod revisions;

#[cfg(test)]
mod tests;

use crate::Shared;
use crate::twilio::{self, TwilioRoute};
use axum::Router;
use axum::routing::{delete, get, post};
use patchbay_center::token::Role::{Admin, Supervisor};

#[rustfmt::skip]
pub(crate) const ROUTES: &[TwilioRoute] = &[
    TwilioRoute { method: "get", path: "/v2/Flows", least: Supervisor, serve: || get(flows::list) },
    TwilioRoute { method: "post", path: "/v2/Flows", least: Admin, serve: || post(flows::create) },
    TwilioRoute { method: "post", path: "/v2/Flows/Validate", least: Admin, serve: || post(flows::validate) },
    TwilioRoute { method: "get", path: "/v2/Flows/{sid}", least: Supervisor, serve: || get(flows::fetch) },
    TwilioRoute { method: "post", path: "/v2/Flows/{sid}", least: Admin, serve: || post(flows::update) },
    TwilioRoute { method: "delete", path: "/v2/Flows/{sid}", least: Admin, serve: || delete(flows::remove) },
    TwilioRoute { method: "get", path: "/v2/Flows/{sid}/Revisions", least: Supervisor, serve: || get(revisions::list) },
    TwilioRoute { method: "get", path: "/v2/Flows/{sid}/Revisions/{revision}", least: Supervisor, serve: || get(revisions::fetch) },
];

pub(crate) fn router(center: &Shared) -> Router<Shared> {
    twilio::router(center, ROUTES, "/v2/{*rest}")
}
