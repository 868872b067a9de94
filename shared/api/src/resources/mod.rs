//! The resources of `/api`: a file each.

pub(crate) mod accounts;
pub(crate) mod config;
pub(crate) mod contacts;
pub(crate) mod conversations;
pub(crate) mod dead_letters;
pub(crate) mod desk;
pub(crate) mod floor;
pub(crate) mod history;
pub(crate) mod media;
mod messages;
pub(crate) mod problems;
pub(crate) mod search;
pub(crate) mod tasks;
pub(crate) mod token;
pub(crate) mod voice;
pub(crate) mod workers;

use crate::error::ApiError;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::Deserialize;
use std::str::FromStr;

/// Entries of one answer.
pub(crate) const PAGE_MAX: usize = 100;
const PAGE_DEFAULT: usize = 50;

/// The id in a path; one that is malformed names nothing.
pub(crate) struct Sid<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Sid<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let sid = path.ok().and_then(|Path(text)| text.parse().ok());
        sid.map(Sid).ok_or_else(|| ApiError::not_found("id"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    limit: Option<usize>,
}

impl Limit {
    fn entries(&self) -> Result<usize, ApiError> {
        entries(self.limit)
    }
}

/// How many entries are asked for.
fn entries(limit: Option<usize>) -> Result<usize, ApiError> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::bad_request(format!("limit is not in 1..={PAGE_MAX}")))
}
