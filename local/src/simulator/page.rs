//! The simulator's page, for this machine only.

use crate::serve::{Built, local_only};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn;
use axum::response::{Redirect, Response};
use axum::routing::get;
use std::path::Path as FilePath;

/// The paths that are not the simulator's own interface.
pub(crate) fn router(folder: &FilePath) -> Router {
    Router::new()
        .route("/simulator", get(|| async { Redirect::permanent("/simulator/") }))
        .route("/simulator/", get(index))
        .route("/simulator/site.html", get(site))
        .route("/simulator/assets/{file}", get(asset))
        .layer(from_fn(local_only))
        .with_state(Built::read(folder))
}

async fn index(State(files): State<Built>, request: HeaderMap) -> Response {
    files.page("index.html", &request)
}

/// A page that has the widget on it.
async fn site(State(files): State<Built>, request: HeaderMap) -> Response {
    files.page("site.html", &request)
}

async fn asset(State(files): State<Built>, Path(file): Path<String>, request: HeaderMap) -> Response {
    files.page(&format!("assets/{file}"), &request)
}
