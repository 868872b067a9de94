//! Stored objects over HTTP: whoever has a signed URL fetches, whoever has a form uploads. What customers sent is never
//! a page of ours: it is an attachment, without a guess at its type, in a sandbox.

use crate::blobs::{FolderBlob, PATH, POLICY_FIELD, SIGNATURE_FIELD};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use multer::{Field, Multipart};
use patchbay_center::ports::blob::attachment_disposition;
use patchbay_center::ports::{Blob, BlobError, World};
use patchbay_model::Timestamp;
use std::sync::Arc;

/// Bytes of an object that is served: more than whatever is stored.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a form's other fields.
const FIELD_BYTES_MAX: usize = 4 * 1024;
/// The field with the bytes, which comes last (as S3 wants it).
const FILE_FIELD: &str = "file";

/// What the paths are served from.
#[derive(Clone)]
struct Served {
    blobs: FolderBlob,
    world: Arc<dyn World>,
}

pub fn router(blobs: FolderBlob, world: Arc<dyn World>) -> Router {
    Router::new()
        .route(PATH, post(upload).layer(DefaultBodyLimit::disable()))
        .route(&format!("{PATH}/{{*key}}"), get(download))
        .with_state(Served { blobs, world })
}

/// The signature is the whole proof, so a page of any origin may use what it was given.
const ANYBODY: (HeaderName, HeaderValue) = (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

fn plain(status: StatusCode, why: &'static str) -> Response {
    (status, [ANYBODY], why).into_response()
}

async fn download(
    State(Served { blobs, world }): State<Served>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(allowed) = blobs.allowed(&key, query.as_deref().unwrap_or_default(), world.now()) else {
        return plain(StatusCode::FORBIDDEN, "the URL has lapsed or was never signed");
    };
    let blob = match blobs.get(&allowed.key, BYTES_MAX).await {
        Ok(Some(blob)) => blob,
        Ok(None) => return plain(StatusCode::NOT_FOUND, "there is no such object"),
        Err(error) => return failed(&error),
    };
    let disposition = attachment_disposition(allowed.file_name.as_deref());
    let value = |text: &str| HeaderValue::from_str(text).ok();
    let headers = [
        (CONTENT_TYPE, value(&blob.content_type)),
        (CONTENT_DISPOSITION, value(&disposition)),
        (CACHE_CONTROL, value(&format!("private, max-age={}", allowed.left_s))),
        (X_CONTENT_TYPE_OPTIONS, value("nosniff")),
        (CONTENT_SECURITY_POLICY, value("default-src 'none'; sandbox")),
        (REFERRER_POLICY, value("no-referrer")),
    ];
    let mut response = ([ANYBODY], blob.bytes).into_response();
    for (name, value) in headers {
        match value {
            Some(value) => drop(response.headers_mut().insert(name, value)),
            None => return plain(StatusCode::INTERNAL_SERVER_ERROR, "the object cannot be served"),
        }
    }
    response
}

async fn upload(State(Served { blobs, world }): State<Served>, headers: HeaderMap, body: Body) -> Response {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(content_type) else {
        return plain(StatusCode::BAD_REQUEST, "it is no form");
    };
    let mut form = Multipart::new(body.into_data_stream(), boundary);
    let (mut policy, mut signature) = (String::new(), String::new());
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return plain(StatusCode::BAD_REQUEST, "the form has no file"),
            Err(_) => return plain(StatusCode::BAD_REQUEST, "the form does not read"),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name == FILE_FIELD {
            return store(&blobs, (&policy, &signature), field, world.now()).await;
        }
        let Ok(Some(text)) = read(field, FIELD_BYTES_MAX).await else {
            return plain(StatusCode::BAD_REQUEST, "a field is too long");
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        match name.as_str() {
            POLICY_FIELD => policy = text,
            SIGNATURE_FIELD => signature = text,
            _ => {}
        }
    }
}

async fn store(
    blobs: &FolderBlob,
    (policy, signature): (&str, &str),
    file: Field<'_>,
    now: Timestamp,
) -> Response {
    let Some(grant) = blobs.allowed_upload(policy, signature, now) else {
        return plain(StatusCode::FORBIDDEN, "the form has lapsed or was never signed");
    };
    let bytes_max = usize::try_from(grant.bytes_max).unwrap_or(usize::MAX).min(BYTES_MAX);
    let bytes = match read(file, bytes_max).await {
        Ok(Some(bytes)) if !bytes.is_empty() => bytes,
        Ok(Some(_)) => return plain(StatusCode::BAD_REQUEST, "the file is empty"),
        Ok(None) => return plain(StatusCode::PAYLOAD_TOO_LARGE, "the file is larger than the form allows"),
        Err(()) => return plain(StatusCode::BAD_REQUEST, "the form broke off"),
    };
    match blobs.put(&grant.key, &grant.content_type, bytes.into()).await {
        Ok(()) => plain(StatusCode::CREATED, ""),
        Err(error) => failed(&error),
    }
}

/// A field's bytes; `None`: there are more than `bytes_max`.
async fn read(mut field: Field<'_>, bytes_max: usize) -> Result<Option<Vec<u8>>, ()> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(drop)? {
        if bytes.len() + chunk.len() > bytes_max {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

fn failed(error: &BlobError) -> Response {
    tracing::error!(%error, "a stored object could not be read or written");
    plain(StatusCode::SERVICE_UNAVAILABLE, "try again")
}
