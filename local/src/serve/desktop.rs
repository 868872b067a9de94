//! The agent desktop at `/desktop/`: built files, read once at the start, and the document that tells them where the
//! center is. In the cloud the same files are on S3, behind CloudFront with the same headers (`infra/desktop.yaml`).

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

/// Files of the desktop that are served.
const FILES_MAX: usize = 1_000;

/// Scripts and styles come from our own files and nowhere else, no text becomes markup (Trusted Types), and no other
/// page frames this one. Pictures and sounds come from where customers' providers keep them.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
                      img-src 'self' https:; media-src 'self' https:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

#[derive(Clone, Default)]
struct Files(Arc<BTreeMap<String, Bytes>>);

pub(super) fn router(folder: &FilePath) -> Router {
    let files = Files(Arc::new(read(folder)));
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/desktop/") }))
        .route("/desktop", get(|| async { Redirect::permanent("/desktop/") }))
        .route("/desktop/", get(|State(files): State<Files>| async move { serve(&files, "index.html") }))
        .route("/desktop/config.json", get(config))
        .route("/desktop/{*path}", get(file))
        .with_state(files)
}

/// Everything is on the page's own host, and whoever is at this machine may be any worker.
async fn config() -> Json<Value> {
    Json(json!({ "api_url": "", "socket_url": "/agent", "sign_in": { "kind": "local" } }))
}

async fn file(State(files): State<Files>, Path(path): Path<String>) -> Response {
    serve(&files, &path)
}

fn serve(Files(files): &Files, path: &str) -> Response {
    let Some(bytes) = files.get(path) else {
        let why = match files.is_empty() {
            true => "the desktop is not built: run `make desktop`, which needs Node, and start again",
            false => "there is no such file",
        };
        return (StatusCode::NOT_FOUND, why).into_response();
    };
    // The bundler puts a hash of their content into the names of all files below `assets/`.
    let kept = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
    let headers = HeaderMap::from_iter([
        fixed(CONTENT_TYPE, content_type(path)),
        fixed(CACHE_CONTROL, kept),
        fixed(CONTENT_SECURITY_POLICY, POLICY),
        fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"),
        fixed(REFERRER_POLICY, "no-referrer"),
        fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        fixed(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ]);
    (headers, bytes.clone()).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// The files below a folder, by their paths in it. Only what was there at the start is served, so no path leads out
/// of it.
fn read(folder: &FilePath) -> BTreeMap<String, Bytes> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in std::fs::read_dir(&current).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder {
                folders.push(path);
            } else if files.len() < FILES_MAX
                && let Ok(bytes) = std::fs::read(&path)
                && let Ok(name) = path.strip_prefix(folder)
            {
                files.insert(name.to_string_lossy().replace('\\', "/"), bytes.into());
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(files: &[(&str, &str)], path: &str) -> (StatusCode, HeaderMap) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let response = serve(&Files(Arc::new(read(folder.path()))), path);
        (response.status(), response.headers().clone())
    }

    #[test]
    fn files_have_their_types_and_the_policy() {
        let check = |path: &str, content_type: &str, cache: &str| {
            let (status, headers) = served(&[(path, "x")], path);
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[CONTENT_TYPE], content_type);
            assert!(headers[CACHE_CONTROL].to_str().unwrap().contains(cache), "{path}");
            assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
        };
        check("index.html", "text/html; charset=utf-8", "no-cache");
        check("assets/index-1a2b.js", "text/javascript; charset=utf-8", "immutable");
        check("assets/deep/er.css", "text/css; charset=utf-8", "immutable");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["../secret", "/etc/passwd", "assets/../index.html", ""] {
            assert_eq!(served(&[("index.html", "x")], path).0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(served(&[], "index.html").0, StatusCode::NOT_FOUND);
    }
}
