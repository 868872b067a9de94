//! The web-chat widget at `/widget.js`: any page may load it, also with `crossorigin` and a hash (`integrity`).

use super::built::Built;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ETAG, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use std::path::Path;

/// How long a browser does not ask for a newer one.
const CACHED: &str = "public, max-age=600";

pub(super) fn router(folder: &Path) -> Router {
    Router::new().route("/widget.js", get(script)).with_state(Built::read(folder))
}

async fn script(State(files): State<Built>, request: HeaderMap) -> Response {
    let mut response = files.file("widget.js", &request);
    let headers = response.headers_mut();
    if headers.contains_key(ETAG) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHED));
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("cross-origin"));
    response
}
