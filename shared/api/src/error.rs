//! What a caller hears when something is not done: `{"code", "message"}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_center::config::{ApplyError, ConfigFault, MatchError};
use patchbay_center::contacts::{EditError, EraseError, MergeError};
use patchbay_center::media::{RetryError, UploadError};
use patchbay_center::ports::QueueError;
use patchbay_center::search::SearchError;
use patchbay_center::store::StoreError;
use serde::Serialize;

/// Why. The text form is the `code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A parameter or the body is not what it should be.
    BadRequest,
    /// There is no token, or it is not believed.
    Unauthenticated,
    /// The token's role does not allow it.
    Forbidden,
    NotFound,
    /// The body is over the limit.
    TooLarge,
    /// The state of things does not allow it, or somebody else was faster.
    Conflict,
    /// The configuration has faults; they are in `faults`.
    InvalidConfig,
    /// It may or may not have been done: try again.
    Unavailable,
}

/// An answer that is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    pub code: ErrorCode,
    pub message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ConfigFault>,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> ApiError {
        ApiError { code, message: message.into(), faults: Vec::new() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> ApiError {
        ApiError::new(ErrorCode::BadRequest, message)
    }

    pub(crate) fn not_found(what: &str) -> ApiError {
        ApiError::new(ErrorCode::NotFound, format!("there is no such {what}"))
    }

    fn invalid(message: &str, faults: Vec<ConfigFault>) -> ApiError {
        ApiError { code: ErrorCode::InvalidConfig, message: message.into(), faults }
    }

    pub(crate) fn unavailable(error: &(dyn std::error::Error + 'static)) -> ApiError {
        tracing::error!(error, "the API could not answer");
        ApiError::new(ErrorCode::Unavailable, "the center could not answer: try again")
    }

    pub fn status(&self) -> StatusCode {
        match self.code {
            ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
            ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Conflict => StatusCode::CONFLICT,
            ErrorCode::InvalidConfig => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status(), Json(self)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        if error.is_lost_race() {
            return ApiError::new(
                ErrorCode::Conflict,
                "somebody else was changing the same thing: try again",
            );
        }
        ApiError::unavailable(&error)
    }
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> ApiError {
        match error {
            EditError::NotFound => ApiError::not_found("contact"),
            EditError::TooLarge(why) => ApiError::new(ErrorCode::TooLarge, why),
            EditError::Store(error) => error.into(),
        }
    }
}

impl From<MergeError> for ApiError {
    fn from(error: MergeError) -> ApiError {
        match error {
            MergeError::NotFound => ApiError::not_found("contact"),
            MergeError::Store(error) => error.into(),
            MergeError::BothBusy | MergeError::TooMuch(_) | MergeError::MergedSince | MergeError::InUse => {
                ApiError::new(ErrorCode::Conflict, error.to_string())
            }
        }
    }
}

impl From<EraseError> for ApiError {
    fn from(error: EraseError) -> ApiError {
        match error {
            EraseError::NotFound => ApiError::not_found("contact"),
            EraseError::Busy => ApiError::new(ErrorCode::Conflict, error.to_string()),
            EraseError::Store(error) => error.into(),
            EraseError::Queue(error) => error.into(),
            EraseError::Blob(ref error) => ApiError::unavailable(error),
        }
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> ApiError {
        match error {
            SearchError::TooShort => ApiError::bad_request(error.to_string()),
            SearchError::TooLong => ApiError::new(ErrorCode::TooLarge, error.to_string()),
            SearchError::Store(error) => error.into(),
        }
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> ApiError {
        ApiError::unavailable(&error)
    }
}

impl From<ApplyError> for ApiError {
    fn from(error: ApplyError) -> ApiError {
        match error {
            ApplyError::Refused(faults) => {
                ApiError::invalid("the configuration was not applied; the one before is in force", faults)
            }
            ApplyError::Conflict => ApiError::new(ErrorCode::Conflict, error.to_string()),
            ApplyError::Store(error) => error.into(),
            ApplyError::Queue(error) => error.into(),
            ApplyError::Worker(ref error) => ApiError::unavailable(error),
        }
    }
}

impl From<MatchError> for ApiError {
    fn from(error: MatchError) -> ApiError {
        match error {
            MatchError::NoWorkflow => ApiError::not_found("workflow"),
            MatchError::TooLarge => ApiError::new(ErrorCode::TooLarge, error.to_string()),
            MatchError::Refused(faults) => ApiError::invalid("the configuration has faults", faults),
            MatchError::Store(error) => error.into(),
        }
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> ApiError {
        let code = match &error {
            UploadError::Type(_) => ErrorCode::BadRequest,
            UploadError::Size { .. } => ErrorCode::TooLarge,
            UploadError::UnknownAccount => ErrorCode::NotFound,
            UploadError::Blob(_) => return ApiError::unavailable(&error),
        };
        ApiError::new(code, error.to_string())
    }
}

impl From<RetryError> for ApiError {
    fn from(error: RetryError) -> ApiError {
        match error {
            RetryError::NotFound => ApiError::not_found("attachment"),
            RetryError::Store(error) => error.into(),
            RetryError::Queue(error) => error.into(),
        }
    }
}
