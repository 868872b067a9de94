//! Problems: what an operator should see.

use super::Limit;
use crate::Shared;
use crate::error::ApiError;
use crate::read::Params;
use axum::Json;
use axum::extract::State;
use patchbay_center::store::load_problems;
use serde_json::{Value, json};

pub(crate) async fn list(
    State(center): State<Shared>,
    Params(page): Params<Limit>,
) -> Result<Json<Value>, ApiError> {
    let problems = load_problems(center.table.as_ref(), page.entries()?).await?;
    Ok(Json(json!({ "problems": problems })))
}
