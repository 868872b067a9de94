//! What became of tasks, for supervisors.

use crate::Shared;
use crate::error::{ApiError, ErrorCode};
use crate::read::Params;
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use patchbay_center::history::{By, Question, QuestionError, Row, csv, history};
use patchbay_center::store::load_profile;
use patchbay_model::{TaskQueueSid, Timestamp, WorkerSid};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

const INTERVAL_S: i64 = 3_600;
/// The media type of RFC 4180, in the encoding that spreadsheets are told.
const CSV_TYPE: &str = "text/csv; charset=utf-8; header=present";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    Csv,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    from: Timestamp,
    to: Timestamp,
    interval_s: Option<i64>,
    #[serde(default)]
    by: By,
    queue: Option<TaskQueueSid>,
    #[serde(default)]
    format: Format,
}

pub(crate) async fn stats(
    State(center): State<Shared>,
    Params(asked): Params<Asked>,
) -> Result<Response, ApiError> {
    let Asked { from, to, by, queue, format, .. } = asked;
    let question = Question { from, to, interval_s: asked.interval_s.unwrap_or(INTERVAL_S), by, queue };
    let (rows, more) = history(&center, &question).await.map_err(refused)?;
    let names = names(&center, by, &rows).await?;
    if format == Format::Csv {
        let text = csv(&rows, |key| names.get(key).cloned().unwrap_or_default());
        return Ok(([(CONTENT_TYPE, CSV_TYPE)], text).into_response());
    }
    let target_s = center.config().await?.desk.answer_s_target;
    let answer = json!({ "rows": rows, "names": names, "more": more, "answer_s_target": target_s });
    Ok(Json(answer).into_response())
}

fn refused(error: QuestionError) -> ApiError {
    match error {
        QuestionError::Store(error) => error.into(),
        error => ApiError::new(ErrorCode::BadRequest, error.to_string()),
    }
}

/// What the keys of the rows are called, where they are no names themselves.
async fn names(center: &Shared, by: By, rows: &[Row]) -> Result<BTreeMap<String, String>, ApiError> {
    let config = center.config().await?;
    let mut names = BTreeMap::new();
    for key in rows.iter().map(|row| &row.key) {
        if key.is_empty() || names.contains_key(key) {
            continue;
        }
        let name = match by {
            By::Queue => config.queue(key).map(|queue| queue.friendly_name.clone()),
            By::Worker => match WorkerSid::parse(key) {
                Ok(sid) => {
                    load_profile(center.table.as_ref(), &sid).await?.map(|profile| profile.friendly_name)
                }
                Err(_) => None,
            },
            By::Channel => Some(key.clone()),
        };
        if let Some(name) = name {
            names.insert(key.clone(), name);
        }
    }
    Ok(names)
}
