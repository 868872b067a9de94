//! What a client asks, read from a frame, and why it is refused.

use crate::frames::Fault;
use crate::outbound::OutboundError;
use crate::ports::QueueError;
use crate::router::OpError;
use crate::store::StoreError;
use crate::webhook::with_cause;
use patchbay_model::id::IdError;
use patchbay_model::limits::FRAME_BYTES_MAX;
use serde_json::{Map, Value};
use std::str::FromStr;

/// Characters of the id that a client gives a request.
pub(super) const ID_CHARS_MAX: usize = 128;
/// Characters of a name that a request refers to something by.
pub(super) const NAME_CHARS_MAX: usize = 256;

/// An action that is not done, as its client hears it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) fault: Fault,
    pub(super) message: String,
    /// What would be possible, where there is something.
    pub(super) fields: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(fault: Fault, message: impl Into<String>) -> Refusal {
        Refusal { fault, message: message.into(), fields: Map::new() }
    }

    pub(super) fn field(name: &str, message: impl std::fmt::Display) -> Refusal {
        Refusal::new(Fault::BadField, format!("{name}: {message}"))
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Refusal {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// Of what nobody asked for and is only refused when something is unavailable: the queue's redelivery is the
    /// retry.
    pub(super) fn undone(self) -> OpError {
        OpError::Refused(self.message)
    }

    /// What happened is for the log; the client can only try again.
    fn unavailable(error: &(dyn std::error::Error + 'static)) -> Refusal {
        tracing::warn!(error = with_cause(error), "an action could not be done");
        Refusal::new(Fault::Unavailable, "it may or may not have been done: try again with the same id")
    }
}

impl From<OpError> for Refusal {
    fn from(error: OpError) -> Refusal {
        let fault = match &error {
            OpError::NotFound(_) => Fault::NotFound,
            OpError::NotYours => Fault::NotYours,
            OpError::Refused(_) => Fault::Refused,
            OpError::Busy | OpError::Store(_) | OpError::Queue(_) | OpError::Push(_) => {
                return Refusal::unavailable(&error);
            }
        };
        Refusal::new(fault, error.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::unavailable(&error)
    }
}

impl From<QueueError> for Refusal {
    fn from(error: QueueError) -> Refusal {
        Refusal::unavailable(&error)
    }
}

impl From<OutboundError> for Refusal {
    fn from(error: OutboundError) -> Refusal {
        Refusal::unavailable(&error)
    }
}

/// One request.
#[derive(Debug)]
pub(super) struct Request {
    /// The client's id: its answer carries it.
    pub(super) id: Option<String>,
    pub(super) action: String,
    pub(super) fields: Fields,
}

/// Reads a frame; `None` for a blank one, which is a heartbeat. A refusal comes with the client's id when that
/// much could be read.
pub(super) fn parse(text: &str) -> Result<Option<Request>, (Option<String>, Refusal)> {
    if text.len() > FRAME_BYTES_MAX {
        let message = format!("a frame has at most {FRAME_BYTES_MAX} bytes");
        return Err((None, Refusal::new(Fault::TooLarge, message)));
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    let object: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| (None, Refusal::new(Fault::BadJson, format!("not a JSON object: {error}"))))?;
    let fields = Fields(object);
    let id = match fields.text("id", ID_CHARS_MAX) {
        Ok(id) => id.map(str::to_owned),
        Err(refusal) => return Err((None, refusal)),
    };
    match fields.required_text("action", NAME_CHARS_MAX) {
        Ok(action) => Ok(Some(Request { id, action: action.to_owned(), fields })),
        Err(refusal) => Err((id, refusal)),
    }
}

/// The fields of a request. Those that an action does not know are left alone.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new(fields: Map<String, Value>) -> Fields {
        Fields(fields)
    }

    /// A field that is there, be it null.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A field that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.given(name).filter(|value| !value.is_null())
    }

    /// A text of 1 to `chars_max` characters.
    pub(super) fn text(&self, name: &str, chars_max: usize) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| Refusal::field(name, "not a text"))?;
        if text.is_empty() {
            return Err(Refusal::field(name, "empty"));
        }
        if text.chars().count() > chars_max {
            return Err(Refusal::field(name, format!("more than {chars_max} characters")));
        }
        Ok(Some(text))
    }

    pub(super) fn required_text(&self, name: &str, chars_max: usize) -> Result<&str, Refusal> {
        required(name, self.text(name, chars_max)?)
    }

    /// One of our ids.
    pub(super) fn sid<T: FromStr<Err = IdError>>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.required_text(name, NAME_CHARS_MAX)?;
        text.parse().map_err(|error| Refusal::field(name, error))
    }

    pub(super) fn truth(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| Refusal::field(name, "neither true nor false"))
    }

    /// A whole number from 0.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_u64().map(Some).ok_or_else(|| Refusal::field(name, "not a whole number from 0"))
    }
}

pub(super) fn required<T>(name: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::field(name, "missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(text: &str, id: Option<&str>, fault: Fault) {
        let (found, refusal) = parse(text).unwrap_err();
        assert_eq!((found.as_deref(), refusal.fault), (id, fault), "{}", refusal.message);
    }

    #[test]
    fn a_request_is_an_object_with_an_action() {
        let request = parse(r#"{"action":"ping","id":"7","other":[1]}"#).unwrap().unwrap();
        assert_eq!((request.id.as_deref(), request.action.as_str()), (Some("7"), "ping"));
        check_refused("[]", None, Fault::BadJson);
        check_refused("{", None, Fault::BadJson);
        check_refused(r#"{"id":"7"}"#, Some("7"), Fault::BadField);
        check_refused(r#"{"id":"7","action":5}"#, Some("7"), Fault::BadField);
        check_refused(r#"{"id":7,"action":"ping"}"#, None, Fault::BadField);
    }

    #[test]
    fn a_blank_frame_is_a_heartbeat() {
        for text in ["", " ", "\n\t "] {
            assert!(parse(text).unwrap().is_none());
        }
    }

    #[test]
    fn a_frame_at_the_limit_is_read_and_one_past_it_is_not() {
        let frame = |bytes: usize| {
            let empty = r#"{"action":"ping","x":""}"#;
            empty.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - empty.len())))
        };
        assert!(parse(&frame(FRAME_BYTES_MAX)).unwrap().is_some());
        check_refused(&frame(FRAME_BYTES_MAX + 1), None, Fault::TooLarge);
    }

    #[test]
    fn an_id_at_the_limit_is_read_and_one_past_it_is_not() {
        let frame = |chars: usize| format!(r#"{{"action":"ping","id":"{}"}}"#, "é".repeat(chars));
        assert!(parse(&frame(ID_CHARS_MAX)).unwrap().is_some());
        check_refused(&frame(ID_CHARS_MAX + 1), None, Fault::BadField);
    }

    #[test]
    fn a_deep_frame_is_refused() {
        let deep = format!(r#"{{"action":"ping","x":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        check_refused(&deep, None, Fault::BadJson);
    }
}
