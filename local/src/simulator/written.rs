//! What the simulator is asked to play: a message, another act of a customer, or the provider's news of a delivery.

use super::bad_request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_api::ApiError;
use patchbay_channels::simulate::{Act, PlayedFile};
use patchbay_model::{Content, MessageStatus};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Times that one webhook may come.
const TIMES_MAX: u32 = 10;
/// Milliseconds by which one may be late.
const DELAY_MS_MAX: u64 = 60_000;

/// The body of `POST /simulator/api/{channel}/messages`.
#[derive(Deserialize)]
pub(super) struct Written {
    pub from: String,
    pub account: Option<String>,
    /// What the provider's ids are made of: the same seed again is the same message, delivered again.
    pub seed: Option<String>,
    /// The provider's id of the message that this one answers.
    pub reply_to: Option<String>,
    /// How often the webhook comes; once when it is not stated.
    times: Option<u32>,
    /// How late it comes. The answer does not wait for it, so what is written next overtakes it.
    delay_ms: Option<u64>,
    /// A URL, `{"url", "content_type"}`, `{"base64", "content_type"}`, or a list of these.
    media: Option<Value>,
    /// Of a message (docs/PROTOCOL.md, "Content"); `text` or `media` when it is not stated.
    kind: Option<String>,
    /// What else than writing a message: an `Act`, or `delivered`, `read` or `failed` for a receipt.
    act: Option<String>,
    /// The content's or the act's own fields: `text`, `latitude`, `data`, `message`, ….
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// What is to be played.
#[derive(Debug, PartialEq)]
pub(super) enum Play {
    Message(Content),
    Act(Act),
    /// The provider's news of the delivery `id`.
    Receipt {
        id: String,
        status: MessageStatus,
        code: Option<String>,
    },
}

impl Written {
    /// How often the webhook comes, and how many milliseconds late.
    pub(super) fn disorder(&self) -> Result<(u32, u64), ApiError> {
        let (times, delay_ms) = (self.times.unwrap_or(1), self.delay_ms.unwrap_or(0));
        if !(1..=TIMES_MAX).contains(&times) {
            return Err(bad_request(format!("times is not in 1..={TIMES_MAX}")));
        }
        if delay_ms > DELAY_MS_MAX {
            return Err(bad_request(format!("delay_ms is over {DELAY_MS_MAX}")));
        }
        Ok((times, delay_ms))
    }

    /// `keep` takes a file whose bytes are written, and names its id.
    pub(super) fn play(&self, keep: &dyn Fn(PlayedFile) -> String) -> Result<Play, ApiError> {
        let unread = |error: serde_json::Error| bad_request(format!("it is not understood: {error}"));
        let Some(act) = &self.act else {
            return serde_json::from_value(self.content(keep)?).map(Play::Message).map_err(unread);
        };
        let status = match act.as_str() {
            "delivered" => MessageStatus::Delivered,
            "read" => MessageStatus::Read,
            "failed" => MessageStatus::Failed,
            _ => {
                let mut fields = self.fields.clone();
                fields.insert("act".into(), json!(act));
                return serde_json::from_value(Value::Object(fields)).map(Play::Act).map_err(unread);
            }
        };
        let text = |name: &str| self.fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text("message").ok_or_else(|| bad_request("message is missing: the id of a delivery"))?;
        Ok(Play::Receipt { id, status, code: text("code") })
    }

    fn content(&self, keep: &dyn Fn(PlayedFile) -> String) -> Result<Value, ApiError> {
        let mut fields = self.fields.clone();
        let kind = if self.media.is_some() { "media" } else { "text" };
        fields.insert("kind".into(), json!(self.kind.as_deref().unwrap_or(kind)));
        if let Some(media) = &self.media {
            let list = match media {
                Value::Array(list) => list.clone(),
                one => vec![one.clone()],
            };
            let attachments: Result<Vec<Value>, ApiError> =
                list.into_iter().map(|one| attachment(one, keep)).collect();
            fields.insert("attachments".into(), attachments?.into());
        }
        Ok(Value::Object(fields))
    }
}

/// An attachment as contents have it; of one with its bytes, the URL is the id under which they are kept.
fn attachment(written: Value, keep: &dyn Fn(PlayedFile) -> String) -> Result<Value, ApiError> {
    let mut document = match written {
        Value::String(url) => json!({ "url": url }),
        other => other,
    };
    if document["content_type"].is_null() {
        document["content_type"] = json!("application/octet-stream");
    }
    if let Some(encoded) = document["base64"].as_str() {
        let bytes = STANDARD.decode(encoded).map_err(|error| bad_request(format!("base64: {error}")))?;
        let content_type = document["content_type"].as_str().unwrap_or_default().to_owned();
        document["bytes"] = json!(bytes.len());
        document["url"] = json!(keep(PlayedFile { content_type, bytes }));
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut asked: Value) -> Option<Written> {
        asked["from"] = json!("ann");
        serde_json::from_value(asked).ok()
    }

    fn check(asked: Value, expect: Option<Play>) {
        let play = read(asked.clone()).and_then(|written| {
            written.play(&|file| format!("{} of {}", file.bytes.len(), file.content_type)).ok()
        });
        assert_eq!(play, expect, "{asked}");
    }

    fn content(document: Value) -> Option<Play> {
        Some(Play::Message(serde_json::from_value(document).unwrap()))
    }

    #[test]
    fn messages_are_texts_media_or_what_they_say() {
        check(json!({ "text": "hi" }), content(json!({ "kind": "text", "text": "hi" })));
        let attachment = json!({ "url": "https://a.example/b", "content_type": "application/octet-stream" });
        let media = json!({ "kind": "media", "attachments": [attachment], "text": "see" });
        check(json!({ "media": "https://a.example/b", "text": "see" }), content(media.clone()));
        check(json!({ "media": [attachment], "text": "see" }), content(media));
        let place = json!({ "kind": "location", "latitude": 1.0, "longitude": 2.0 });
        check(place.clone(), content(place));
        let bytes = json!({ "base64": "aGVsbG8=", "content_type": "text/plain" });
        let kept = json!({ "url": "5 of text/plain", "content_type": "text/plain", "bytes": 5 });
        check(json!({ "media": bytes }), content(json!({ "kind": "media", "attachments": [kept] })));
        check(json!({ "media": { "base64": "?" } }), None);
        check(json!({ "kind": "dance" }), None);
        check(json!({}), None);
    }

    #[test]
    fn acts_and_receipts_are_told_apart() {
        let edit = Act::Edit { message: "m".into(), text: "new".into() };
        check(json!({ "act": "edit", "message": "m", "text": "new" }), Some(Play::Act(edit)));
        check(json!({ "act": "opt_out" }), Some(Play::Act(Act::OptOut)));
        check(json!({ "act": "dance" }), None);
        check(json!({ "act": "edit" }), None);
        let failed = |code: Option<&str>| Play::Receipt {
            id: "m".into(),
            status: MessageStatus::Failed,
            code: code.map(str::to_owned),
        };
        check(json!({ "act": "failed", "message": "m" }), Some(failed(None)));
        check(json!({ "act": "failed", "message": "m", "code": "1" }), Some(failed(Some("1"))));
        check(json!({ "act": "read" }), None);
    }

    #[test]
    fn disorder_has_limits() {
        let check = |asked: Value, ok: bool| {
            assert_eq!(read(asked.clone()).unwrap().disorder().is_ok(), ok, "{asked}");
        };
        check(json!({}), true);
        check(json!({ "times": 0 }), false);
        check(json!({ "times": TIMES_MAX }), true);
        check(json!({ "times": TIMES_MAX + 1 }), false);
        check(json!({ "delay_ms": DELAY_MS_MAX }), true);
        check(json!({ "delay_ms": DELAY_MS_MAX + 1 }), false);
    }
}
