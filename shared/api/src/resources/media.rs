//! Media: leave to upload, and another try to fetch.

use crate::Shared;
use crate::error::ApiError;
use crate::read::JsonBody;
use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_center::media::{self, NewUpload};
use patchbay_center::token::Claims;
use patchbay_model::MessageKey;
use serde::Deserialize;
use serde_json::json;

pub(crate) async fn upload(
    State(center): State<Shared>,
    Extension(claims): Extension<Claims>,
    JsonBody(wanted): JsonBody<NewUpload>,
) -> Result<Response, ApiError> {
    let ticket = media::agent_upload(&center, &claims.sub, wanted)?;
    Ok((StatusCode::CREATED, Json(ticket)).into_response())
}

/// Which attachment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Again {
    /// `<contact>.<seq>.<sid>` of its message.
    message: String,
    /// Counted from 0.
    attachment: usize,
}

pub(crate) async fn fetch_again(
    State(center): State<Shared>,
    JsonBody(Again { message, attachment }): JsonBody<Again>,
) -> Result<Response, ApiError> {
    let key = MessageKey::parse(&message).ok_or_else(|| ApiError::not_found("message"))?;
    media::retry(&center, &key, attachment).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "message": message, "attachment": attachment }))).into_response())
}
