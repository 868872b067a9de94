//! What TaskRouter's and Studio's REST APIs have in common, as Twilio's SDKs speak them: who comes, forms in, JSON and
//! pages out, errors (docs/TWILIO-API.md).

mod auth;
mod call;
mod error;
mod form;
mod page;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use auth::Caller;
pub(crate) use call::Call;
pub(crate) use error::TwilioError;
pub(crate) use form::Form;
pub(crate) use page::{Paging, page_of};

use crate::Shared;
use auth::authorise;
use axum::Json;
use axum::Router;
use axum::http::{HeaderName, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use patchbay_center::token::Role;
use patchbay_model::Timestamp;
use serde_json::Value;

/// An answer, or why there is none.
pub(crate) type Answer = Result<Response, TwilioError>;

/// A path, who may call it, and what does.
pub(crate) struct TwilioRoute {
    #[cfg_attr(not(test), expect(dead_code, reason = "`serve` knows it; tests call every line"))]
    pub method: &'static str,
    pub path: &'static str,
    pub least: Role,
    pub serve: fn() -> MethodRouter<Shared>,
}

/// Serves the routes; whatever else lies under `below` is not found, in the words that SDKs read.
pub(crate) fn router(center: &Shared, routes: &[TwilioRoute], below: &str) -> Router<Shared> {
    let mut router = Router::new();
    for route in routes {
        let check = from_fn_with_state((center.clone(), route.least), authorise);
        router = router.route(route.path, (route.serve)().layer(check));
    }
    router.route(below, any(nothing))
}

async fn nothing() -> TwilioError {
    TwilioError::not_found("path")
}

/// 200 with a document.
pub(crate) fn fetched(document: Value) -> Answer {
    Ok(Json(document).into_response())
}

/// 201 with what was made.
pub(crate) fn created(document: Value) -> Answer {
    Ok((StatusCode::CREATED, Json(document)).into_response())
}

/// 204.
pub(crate) fn deleted() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The same answer with the version of what it shows, for `If-Match`.
pub(crate) fn versioned(answer: Answer, version: u64) -> Answer {
    let mut answer = answer?;
    if let Ok(tag) = format!("\"{version}\"").parse() {
        answer.headers_mut().insert(HeaderName::from_static("etag"), tag);
    }
    Ok(answer)
}

/// A moment as Twilio's REST APIs write it.
pub(crate) fn date(at: Timestamp) -> String {
    at.iso()
}
