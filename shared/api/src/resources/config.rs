//! The configuration.

use crate::Shared;
use crate::error::ApiError;
use crate::read::JsonBody;
use axum::Json;
use axum::extract::State;
use patchbay_center::config::{self, Applied, ConfigDocuments};
use serde_json::{Value, json};

pub(crate) async fn fetch(State(center): State<Shared>) -> Result<Json<Value>, ApiError> {
    let (version, documents) = config::stored_documents(&center).await?;
    Ok(Json(json!({ "version": version, "documents": documents })))
}

pub(crate) async fn apply(
    State(center): State<Shared>,
    JsonBody(documents): JsonBody<ConfigDocuments>,
) -> Result<Json<Applied>, ApiError> {
    Ok(Json(config::apply(&center, &documents).await?))
}
