//! The agent desktop at `/desktop/`, and the document that tells it where the center is.

use super::built::Built;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Json, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::path::Path as FilePath;

/// `telephone`: agents talk in the browser.
pub(super) fn router(folder: &FilePath, telephone: bool) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/desktop/") }))
        .route("/desktop", get(|| async { Redirect::permanent("/desktop/") }))
        .route("/desktop/", get(index))
        .route("/desktop/config.json", get(config))
        .route("/desktop/{*path}", get(file))
        .with_state(Built::read(folder).with_telephone(telephone))
}

async fn index(State(files): State<Built>, request: HeaderMap) -> Response {
    files.page("index.html", &request)
}

async fn file(State(files): State<Built>, Path(path): Path<String>, request: HeaderMap) -> Response {
    files.page(&path, &request)
}

/// Everything is on the page's own host, and whoever is at this machine may be any worker.
async fn config() -> Json<Value> {
    Json(json!({ "api_url": "", "socket_url": "/agent", "sign_in": { "kind": "local" } }))
}
