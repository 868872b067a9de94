//! Providers: `/webhooks/{channel}` and `/webhooks/{channel}/{account}`.

use crate::Shared;
use crate::error::ApiError;
use crate::read::webhook_request;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use patchbay_center::webhook;
use patchbay_channels::WebhookReply;
use patchbay_model::ChannelKind;

/// The account of a path that names none.
pub(crate) const DEFAULT_ACCOUNT: &str = "default";

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/webhooks/{channel}", get(default_account).post(default_account))
        .route("/webhooks/{channel}/{account}", get(one_account).post(one_account))
}

async fn default_account(
    State(center): State<Shared>,
    Path(channel): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    receive(&center, &channel, DEFAULT_ACCOUNT, request).await
}

async fn one_account(
    State(center): State<Shared>,
    Path((channel, account)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    receive(&center, &channel, &account, request).await
}

async fn receive(
    center: &Shared,
    channel: &str,
    account: &str,
    request: Request,
) -> Result<Response, ApiError> {
    let kind: ChannelKind = channel.parse().map_err(|_| ApiError::not_found("channel"))?;
    let request = webhook_request(request).await?;
    Ok(answer(webhook::handle(center, kind, account, request).await))
}

/// A provider's answer as HTTP.
pub(crate) fn answer(reply: WebhookReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}
