//! What a program hears when something is not done: `{"code", "message", "more_info", "status"}`, with Twilio's codes and
//! our words.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use patchbay_center::config::{ApplyError, ConfigFault, WorkerError};
use patchbay_center::frames::Fault;
use patchbay_center::ports::{QueueError, TableError};
use patchbay_center::router::OpError;
use patchbay_center::store::StoreError;
use serde_json::{Value, json};

/// Faults of a configuration that are told.
const FAULTS_TOLD_MAX: usize = 20;

/// An answer that is none. `code` is one of Twilio's ("Error and warning dictionary").
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TwilioError {
    pub status: StatusCode,
    pub code: u32,
    pub message: String,
    pub details: Option<Value>,
}

impl TwilioError {
    fn new(status: StatusCode, code: u32, message: impl Into<String>) -> TwilioError {
        TwilioError { status, code, message: message.into(), details: None }
    }

    /// A parameter is not what it should be, or what it asks for cannot be had.
    pub fn bad_request(message: impl Into<String>) -> TwilioError {
        TwilioError::new(StatusCode::BAD_REQUEST, 20001, message)
    }

    pub fn unauthenticated() -> TwilioError {
        TwilioError::new(
            StatusCode::UNAUTHORIZED,
            20003,
            "a key's SID and secret, or a bearer token, are needed",
        )
    }

    pub fn forbidden() -> TwilioError {
        TwilioError::new(StatusCode::FORBIDDEN, 20003, "the role does not allow this")
    }

    pub fn not_found(what: &str) -> TwilioError {
        TwilioError::new(StatusCode::NOT_FOUND, 20404, format!("there is no such {what}"))
    }

    /// The state of things does not allow it, or somebody else was faster.
    pub fn conflict(message: impl Into<String>) -> TwilioError {
        TwilioError::new(StatusCode::CONFLICT, 20409, message)
    }

    /// It is another version than `If-Match` says.
    pub fn outdated() -> TwilioError {
        TwilioError::new(
            StatusCode::PRECONDITION_FAILED,
            20412,
            "it was changed meanwhile: another version is stored",
        )
    }

    /// A flow's definition that does not run.
    pub fn invalid_flow(message: impl Into<String>) -> TwilioError {
        TwilioError::new(StatusCode::BAD_REQUEST, 81022, message)
    }

    pub fn too_large(message: impl Into<String>) -> TwilioError {
        TwilioError::new(StatusCode::PAYLOAD_TOO_LARGE, 20001, message)
    }

    fn unavailable(error: &(dyn std::error::Error + 'static)) -> TwilioError {
        tracing::error!(error, "a REST API could not answer");
        let message = "the center could not answer: try again";
        TwilioError::new(StatusCode::SERVICE_UNAVAILABLE, 20503, message)
    }

    /// A configuration that would be invalid, with every fault.
    pub fn invalid(faults: &[ConfigFault]) -> TwilioError {
        let told = faults.iter().take(FAULTS_TOLD_MAX);
        let texts: Vec<String> = told.clone().map(ToString::to_string).collect();
        let errors: Vec<Value> = told
            .map(|fault| {
                json!({ "message": fault.reason, "property_path": fault.position, "document": fault.document })
            })
            .collect();
        TwilioError {
            details: Some(json!({ "errors": errors })),
            ..TwilioError::bad_request(format!("it would be invalid: {}", texts.join("; ")))
        }
    }
}

impl IntoResponse for TwilioError {
    fn into_response(self) -> Response {
        let mut document = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        });
        if let Some(details) = self.details {
            document["details"] = details;
        }
        let mut answer = (self.status, Json(document)).into_response();
        if self.status == StatusCode::UNAUTHORIZED
            && let Ok(challenge) = "Basic realm=\"patchbay\"".parse()
        {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

impl From<StoreError> for TwilioError {
    fn from(error: StoreError) -> TwilioError {
        if error.is_lost_race() {
            return TwilioError::conflict("somebody else was changing the same thing: try again");
        }
        match error {
            StoreError::Table(TableError::Invalid(why)) => {
                TwilioError::bad_request(format!("it cannot be stored: {why}"))
            }
            error => TwilioError::unavailable(&error),
        }
    }
}

impl From<QueueError> for TwilioError {
    fn from(error: QueueError) -> TwilioError {
        TwilioError::unavailable(&error)
    }
}

impl From<ApplyError> for TwilioError {
    fn from(error: ApplyError) -> TwilioError {
        match error {
            ApplyError::Refused(faults) => TwilioError::invalid(&faults),
            ApplyError::Conflict => TwilioError::conflict(error.to_string()),
            ApplyError::Store(error) => error.into(),
            ApplyError::Queue(error) => error.into(),
            ApplyError::Worker(error) => error.into(),
        }
    }
}

impl From<OpError> for TwilioError {
    fn from(error: OpError) -> TwilioError {
        match error {
            OpError::NotFound(what) => TwilioError::not_found(what),
            OpError::NotYours => TwilioError::not_found("reservation"),
            OpError::Refused(reason) => TwilioError::bad_request(reason),
            OpError::Busy => TwilioError::conflict(error.to_string()),
            OpError::Store(error) => error.into(),
            OpError::Queue(error) => error.into(),
            OpError::Push(ref error) => TwilioError::unavailable(error),
        }
    }
}

impl From<WorkerError> for TwilioError {
    fn from(error: WorkerError) -> TwilioError {
        match error {
            WorkerError::Refused(faults) => TwilioError::invalid(&faults),
            WorkerError::NameTaken => TwilioError::conflict(error.to_string()),
            WorkerError::NotFound => TwilioError::not_found("worker"),
            WorkerError::Outdated => TwilioError::outdated(),
            WorkerError::Store(error) => error.into(),
            WorkerError::Router(error) => error.into(),
        }
    }
}

/// What a worker's own client would hear.
impl From<(Fault, String)> for TwilioError {
    fn from((fault, message): (Fault, String)) -> TwilioError {
        match fault {
            Fault::NotFound | Fault::NotYours => TwilioError::not_found("reservation"),
            Fault::Unavailable => TwilioError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                20503,
                "it may or may not have been done: try again",
            ),
            Fault::Refused => TwilioError::bad_request(message),
            Fault::TooLarge | Fault::BadJson | Fault::UnknownAction | Fault::BadField | Fault::Expired => {
                TwilioError::bad_request(message)
            }
        }
    }
}
