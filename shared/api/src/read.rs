//! What comes in, read within its limits.

use crate::error::{ApiError, ErrorCode};
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use patchbay_channels::{Headers, WebhookRequest};
use patchbay_model::limits::WEBHOOK_BYTES_MAX;
use serde::de::DeserializeOwned;

/// Bytes of a JSON body: a configuration with all its flows is the largest.
pub const JSON_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A JSON body.
pub(crate) struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let bytes =
            to_bytes(request.into_body(), JSON_BYTES_MAX).await.map_err(|_| too_large(JSON_BYTES_MAX))?;
        let read = serde_json::from_slice(&bytes);
        read.map(JsonBody).map_err(|error| ApiError::bad_request(format!("the body does not read: {error}")))
    }
}

fn too_large(max: usize) -> ApiError {
    ApiError::new(ErrorCode::TooLarge, format!("the body is over {max} bytes, or broke off"))
}

/// The query of a request, percent-decoded, read as `T`. A parameter that `T` does not have is refused: a filter
/// that is misspelt must not be passed over.
pub(crate) struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> axum::extract::FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|query| Params(query.0)).map_err(|error| ApiError::bad_request(error.body_text()))
    }
}

/// A request as a channel's verification needs it: raw path and query, every header, the bytes of the body.
pub async fn webhook_request(request: Request) -> Result<WebhookRequest, ApiError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, WEBHOOK_BYTES_MAX).await.map_err(|_| too_large(WEBHOOK_BYTES_MAX))?;
    Ok(WebhookRequest { body: body.into(), ..head(&parts) })
}

/// The same of a request whose body plays no part: a question, a socket's handshake.
pub fn head(parts: &Parts) -> WebhookRequest {
    let value = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    WebhookRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        raw_query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, text)| (name.as_str().to_owned(), value(text.as_bytes())))
            .collect::<Headers>(),
        body: Vec::new(),
    }
}
