//! Keeps what comes from outside, and the state as a whole, within their sizes.

use serde_json::{Map, Value};

use crate::limits::{INPUT_BYTES_MAX, RENDERED_BYTES_MAX, RESPONSE_BYTES_MAX, STATE_BYTES_MAX};
use crate::problem::ProblemKind;
use crate::run::{Run, Stop};

/// Outputs this small are not worth dropping.
const OUTPUTS_BYTES_MIN: usize = 64;

/// The first `max` bytes of `text`, not splitting a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

fn size(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |json| json.len())
}

/// A map of parameters within [`INPUT_BYTES_MAX`]: long texts are cut, what does not fit is left out.
pub(crate) fn parameters(run: &mut Run, what: &str, params: &Map<String, Value>) -> Map<String, Value> {
    let whole = size(params);
    if whole <= INPUT_BYTES_MAX {
        return params.clone();
    }
    run.problem(ProblemKind::Cut { what: what.to_owned(), bytes: whole, max: INPUT_BYTES_MAX });
    let mut kept = Map::new();
    let mut used = 2;
    for (key, value) in params {
        let value = match value {
            Value::String(text) => Value::String(cut(text, RENDERED_BYTES_MAX).to_owned()),
            other => other.clone(),
        };
        // Quotes, colon and comma; the key counts as JSON text.
        let bytes = size(key).saturating_add(size(&value)).saturating_add(2);
        if used + bytes <= INPUT_BYTES_MAX {
            used += bytes;
            kept.insert(key.clone(), value);
        }
    }
    kept
}

/// A message's parameters, with `ChannelAttributes` read as the JSON that it is.
pub(crate) fn message_parameters(run: &mut Run, params: &Map<String, Value>) -> Map<String, Value> {
    let mut params = parameters(run, "message parameters", params);
    if let Some(Value::String(text)) = params.get("ChannelAttributes")
        && let Ok(json) = serde_json::from_str(text)
    {
        params.insert("ChannelAttributes".to_owned(), json);
    }
    params
}

/// A request's parameters; what is no object is kept when it is small.
pub(crate) fn request_parameters(run: &mut Run, json: &Value) -> Value {
    match json {
        Value::Object(map) => Value::Object(parameters(run, "request parameters", map)),
        other if size(other) <= INPUT_BYTES_MAX => other.clone(),
        other => {
            let bytes = size(other);
            run.problem(ProblemKind::Cut {
                what: "request parameters".to_owned(),
                bytes,
                max: INPUT_BYTES_MAX,
            });
            Value::Null
        }
    }
}

/// A response as `make-http-request` and `run-function` leave it behind: `body`, `content_type`, `status_code`, and
/// `parsed` when the body is a JSON object and says so. A body over [`RESPONSE_BYTES_MAX`] is cut and not parsed.
pub(crate) fn response(run: &mut Run, status: u16, content_type: &str, body: &str) -> Map<String, Value> {
    let kept = cut(body, RESPONSE_BYTES_MAX);
    if kept.len() < body.len() {
        let what = "response body".to_owned();
        run.problem(ProblemKind::Cut { what, bytes: body.len(), max: RESPONSE_BYTES_MAX });
    }
    let mut outputs = Map::new();
    outputs.insert("status_code".to_owned(), status.into());
    outputs.insert("content_type".to_owned(), cut(content_type, 256).into());
    outputs.insert("body".to_owned(), kept.into());
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kept.len() == body.len()
        && kind.eq_ignore_ascii_case("application/json")
        && let Ok(parsed @ Value::Object(_)) = serde_json::from_str(kept)
    {
        outputs.insert("parsed".to_owned(), parsed);
    }
    outputs
}

/// Empties the largest widget outputs until the state fits. When that does not help the execution cannot go on:
/// variables and parameters are what the flow decides by. Then they are dropped too, so that the end can be stored.
pub(crate) fn shrink(run: &mut Run) -> Result<(), Stop> {
    while size(&run.state) > STATE_BYTES_MAX {
        let largest = run
            .state
            .frames
            .iter_mut()
            .flat_map(|frame| frame.context.widgets.iter_mut())
            .map(|(name, outputs)| (size(outputs), name, outputs))
            .max_by_key(|(bytes, ..)| *bytes)
            .filter(|(bytes, ..)| *bytes > OUTPUTS_BYTES_MIN);
        let Some((bytes, name, outputs)) = largest else {
            let stop = run.limit("bytes of the execution's state", STATE_BYTES_MAX as u64);
            run.state.frames.truncate(1);
            for frame in &mut run.state.frames {
                frame.context.flow.variables = Map::new();
                frame.context.widgets = Map::new();
            }
            return Err(stop);
        };
        let what = format!("outputs of widget {name:?}");
        *outputs = Value::Object(Map::new());
        run.problem(ProblemKind::Cut { what, bytes, max: 0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
