//! Requests of an HTTP API, payload format 2.0 (API Gateway, "Create AWS Lambda proxy integrations for HTTP APIs").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Display;
use tower_service::Service;

/// One request. Fields as API Gateway names them; a header that came several times is one, with commas.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpEvent {
    pub raw_path: String,
    #[serde(default)]
    pub raw_query_string: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub cookies: Vec<String>,
    pub request_context: HttpContext,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub is_base64_encoded: bool,
}

#[derive(Deserialize)]
pub struct HttpContext {
    pub http: HttpDescription,
}

#[derive(Deserialize)]
pub struct HttpDescription {
    pub method: String,
}

/// The answer.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpResponse {
    pub status_code: u16,
    pub headers: BTreeMap<String, String>,
    pub cookies: Vec<String>,
    pub body: String,
    pub is_base64_encoded: bool,
}

/// Why an event is no request that we could serve: answered with 400.
#[derive(Debug, thiserror::Error)]
pub enum BadEvent {
    #[error("the body is not base64")]
    Body,
    #[error(transparent)]
    Request(#[from] http::Error),
}

/// What API Gateway may have decoded in a path and a URI cannot hold. A `%` is left alone: what it begins is as it came.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// The same of a query, which may have a `?` in it.
const NOT_IN_QUERIES: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The request as it came: path, query and header values untouched, the body's bytes.
pub fn request(event: HttpEvent) -> Result<Request<Full<Bytes>>, BadEvent> {
    let path = utf8_percent_encode(&event.raw_path, NOT_IN_PATHS);
    let query = utf8_percent_encode(&event.raw_query_string, NOT_IN_QUERIES);
    let uri = if event.raw_query_string.is_empty() { path.to_string() } else { format!("{path}?{query}") };
    let text = event.body.unwrap_or_default();
    let body = match event.is_base64_encoded {
        true => STANDARD.decode(text).map_err(|_| BadEvent::Body)?,
        false => text.into_bytes(),
    };
    let mut request = Request::builder().method(event.request_context.http.method.as_str()).uri(uri);
    for (name, value) in event.headers {
        // As bytes: a value may hold more than ASCII (RFC 9110, 5.5).
        request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).map_err(http::Error::from)?);
    }
    if !event.cookies.is_empty() {
        request = request.header(COOKIE, event.cookies.join("; "));
    }
    Ok(request.body(Full::from(body))?)
}

/// An answer of a router for API Gateway: as text where it is text.
pub async fn response<B>(answer: Response<B>) -> HttpResponse
where
    B: BodyExt<Error: Display>,
{
    let (parts, body) = answer.into_parts();
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            return of_status(StatusCode::INTERNAL_SERVER_ERROR);
        }
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers = BTreeMap::new();
    for name in parts.headers.keys().filter(|name| **name != SET_COOKIE) {
        let values: Vec<String> = parts.headers.get_all(name).iter().map(text).collect();
        headers.insert(name.as_str().to_owned(), values.join(", "));
    }
    let cookies = parts.headers.get_all(SET_COOKIE).iter().map(text).collect();
    let (body, is_base64_encoded) = match String::from_utf8(bytes.into()) {
        Ok(text) => (text, false),
        Err(error) => (STANDARD.encode(error.as_bytes()), true),
    };
    HttpResponse { status_code: parts.status.as_u16(), headers, cookies, body, is_base64_encoded }
}

fn of_status(status: StatusCode) -> HttpResponse {
    HttpResponse { status_code: status.as_u16(), ..HttpResponse::default() }
}

/// Serves one request by a router.
pub async fn serve<R, B>(mut router: R, event: HttpEvent) -> HttpResponse
where
    R: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: BodyExt<Error: Display>,
{
    match request(event) {
        Ok(request) => match router.call(request).await {
            Ok(answer) => response(answer).await,
            Err(never) => match never {},
        },
        Err(error) => {
            tracing::info!(%error, "an event is no request");
            of_status(StatusCode::BAD_REQUEST)
        }
    }
}
