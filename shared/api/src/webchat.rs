//! The widget's HTTP side: sessions, messages, history (docs/PROTOCOL.md, "Web chat"). Every path takes
//! `?account=`, `default` without. Pages of allowed origins may call from their own site (Fetch standard, CORS).

use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use crate::read::{JsonBody, Params, head, webhook_request};
use crate::webhooks::{DEFAULT_ACCOUNT, answer};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use patchbay_center::webchat::{self, HISTORY_MAX, NewSession, WebChatError};
use patchbay_model::Seq;
use serde::Deserialize;

/// How long a browser keeps the configuration.
const CONFIG_CACHED: &str = "private, max-age=60";

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/webchat/sessions", post(create_session))
        .route("/webchat/messages", get(history).post(receive))
        .route("/webchat/conversation", get(conversation))
        .route("/webchat/config", get(config))
        .route("/webchat/uploads", post(upload))
        .layer(from_fn(cross_origin))
}

#[derive(Deserialize)]
struct OfAccount {
    account: Option<String>,
}

impl OfAccount {
    fn name(&self) -> &str {
        self.account.as_deref().unwrap_or(DEFAULT_ACCOUNT)
    }
}

fn refused(error: WebChatError) -> ApiError {
    let code = match error.status() {
        404 => ErrorCode::NotFound,
        400 => ErrorCode::BadRequest,
        401 => ErrorCode::Unauthenticated,
        413 => ErrorCode::TooLarge,
        503 => ErrorCode::Unavailable,
        _ => ErrorCode::Forbidden,
    };
    ApiError::new(code, error.to_string())
}

async fn create_session(
    State(center): State<Shared>,
    Params(query): Params<OfAccount>,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<NewSession>,
) -> Result<Response, ApiError> {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let session = webchat::start_session(&center, query.name(), origin, wanted).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(session)).into_response())
}

async fn receive(
    State(center): State<Shared>,
    Params(query): Params<OfAccount>,
    request: Request,
) -> Result<Response, ApiError> {
    let request = webhook_request(request).await?;
    Ok(answer(webchat::receive(&center, query.name(), request).await))
}

async fn upload(
    State(center): State<Shared>,
    Params(query): Params<OfAccount>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let request = head(&parts);
    let claims = webchat::authenticate(&center, query.name(), &request).map_err(refused)?;
    let JsonBody(wanted) = JsonBody::from_request(Request::from_parts(parts, body), &()).await?;
    let ticket = webchat::upload(&center, &claims, wanted).map_err(refused)?;
    Ok((StatusCode::CREATED, Json(ticket)).into_response())
}

#[derive(Deserialize)]
struct Page {
    account: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

async fn history(
    State(center): State<Shared>,
    Params(page): Params<Page>,
    request: Request,
) -> Result<Response, ApiError> {
    let account = page.account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
    let request = head(&request.into_parts().0);
    let claims = webchat::authenticate(&center, account, &request).map_err(refused)?;
    let limit = page.limit.unwrap_or(HISTORY_MAX);
    let history = match page.after {
        Some(after) => webchat::history(&center, &claims, Seq(after), limit).await,
        None => webchat::newest(&center, &claims, limit).await,
    };
    Ok(Json(history.map_err(refused)?).into_response())
}

async fn conversation(
    State(center): State<Shared>,
    Params(query): Params<OfAccount>,
    request: Request,
) -> Result<Response, ApiError> {
    let request = head(&request.into_parts().0);
    let claims = webchat::authenticate(&center, query.name(), &request).map_err(refused)?;
    Ok(Json(webchat::standing(&center, &claims).await.map_err(refused)?).into_response())
}

/// The same for every visitor of a page at a time, so that browsers may keep it for a while.
async fn config(
    State(center): State<Shared>,
    Params(query): Params<OfAccount>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let look = webchat::look(&center, query.name(), origin).await.map_err(refused)?;
    Ok(([(CACHE_CONTROL, CONFIG_CACHED)], Json(look)).into_response())
}

/// What a browser must be told for a page of another origin to call us. Nothing is decided here: the token and
/// the account's allowed origins do, and nothing depends on cookies.
async fn cross_origin(request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    if let Some(origin) = origin {
        let headers: [(HeaderName, HeaderValue); 5] = [
            (ACCESS_CONTROL_ALLOW_ORIGIN, origin),
            (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST")),
            (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type")),
            (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
            (VARY, HeaderValue::from_static("origin")),
        ];
        response.headers_mut().extend(headers);
    }
    response
}
