//! The configuration: in force, before, and thought of.

use crate::Shared;
use crate::error::ApiError;
use crate::read::{JsonBody, Params};
use axum::Json;
use axum::extract::{Extension, Path, State};
use patchbay_center::config::{
    self, Applied, Applying, ConfigDocuments, HoursPreview, MatchQuestion, Matching,
};
use patchbay_center::token::Claims;
use patchbay_model::hours::ScheduleDocument;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) async fn fetch(State(center): State<Shared>) -> Result<Json<Value>, ApiError> {
    let (version, documents) = config::stored_documents(&center).await?;
    Ok(Json(json!({ "version": version, "documents": documents })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Over {
    /// The version that was changed: only the workers that change are named, and another in force is a conflict.
    over: Option<u64>,
}

pub(crate) async fn apply(
    State(center): State<Shared>,
    Extension(claims): Extension<Claims>,
    Params(Over { over }): Params<Over>,
    JsonBody(documents): JsonBody<ConfigDocuments>,
) -> Result<Json<Applied>, ApiError> {
    let by = format!("api:{}", claims.sub);
    Ok(Json(config::apply_over(&center, &documents, Applying { by: &by, over, message: "" }).await?))
}

/// Says what is wrong with documents; changes nothing.
pub(crate) async fn check(JsonBody(documents): JsonBody<ConfigDocuments>) -> Json<Value> {
    Json(json!({ "faults": documents.compile(0).err().unwrap_or_default() }))
}

pub(crate) async fn versions(State(center): State<Shared>) -> Result<Json<Value>, ApiError> {
    Ok(Json(json!({ "versions": config::versions(&center).await? })))
}

pub(crate) async fn version(
    State(center): State<Shared>,
    Path(version): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let missing = || ApiError::not_found("version");
    let version = version.parse().map_err(|_| missing())?;
    let documents = config::documents_of(&center, version).await?.ok_or_else(missing)?;
    Ok(Json(json!({ "version": version, "documents": documents })))
}

pub(crate) async fn match_workers(
    State(center): State<Shared>,
    JsonBody(question): JsonBody<MatchQuestion>,
) -> Result<Json<Matching>, ApiError> {
    Ok(Json(config::match_workers(&center, question).await?))
}

/// Says when a schedule is open; changes nothing.
pub(crate) async fn preview_hours(
    State(center): State<Shared>,
    JsonBody(document): JsonBody<ScheduleDocument>,
) -> Json<HoursPreview> {
    Json(config::preview_hours(&document, center.now()))
}
