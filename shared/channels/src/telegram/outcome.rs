use super::address::message_id;
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the ids of supergroups begin with. A group becomes one once, and stays one.
const SUPERGROUP: &str = "-100";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    error_code: Option<u16>,
    description: String,
    parameters: Parameters,
    result: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// What became of a call (Bot API, "Making requests" and "ResponseParameters"). Telegram has a few codes only;
/// which refusal it is stands in the words.
pub(super) fn read(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    let status = answer.error_code.unwrap_or(status);
    let why = match answer.description.as_str() {
        "" => format!("Telegram answered {status}"),
        words => words.to_owned(),
    };
    match status {
        200..300 => DeliveryOutcome::sent(provider_id(request, &answer.result)),
        429 if answer.parameters.retry_after.is_some() => {
            DeliveryOutcome::retry_after(answer.parameters.retry_after, &why)
        }
        408 | 429 | 500.. => DeliveryOutcome::retry(headers, &why),
        400 => match (moved(request, answer.parameters.migrate_to_chat_id), &request.on_refused) {
            (Some(request), _) => DeliveryOutcome::Instead(Box::new(request)),
            (None, Some(other)) if is_about_media(&why) => DeliveryOutcome::Instead(other.clone()),
            _ => DeliveryOutcome::refused(status, &why, bad_request(&why)),
        },
        403 if why.contains("blocked by the user") => {
            DeliveryOutcome::refused(status, &why, RefusalCause::OptedOut)
        }
        403 if why.contains("not enough rights") => {
            DeliveryOutcome::refused(status, &why, RefusalCause::Account)
        }
        403 => DeliveryOutcome::refused(status, &why, RefusalCause::Address),
        413 => DeliveryOutcome::refused(status, &why, RefusalCause::Content),
        _ => DeliveryOutcome::refused(status, &why, RefusalCause::Account),
    }
}

/// The message's id, as its chat's messages are named when they come in.
fn provider_id(request: &ProviderRequest, result: &Value) -> Option<String> {
    let id = result["message_id"].as_i64()?;
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let chat = match &body["chat_id"] {
        Value::String(text) => text.clone(),
        number => number.to_string(),
    };
    Some(message_id(&super::address::address(&chat, body["business_connection_id"].as_str()), id))
}

/// The same call to what a group has become.
fn moved(request: &ProviderRequest, to: Option<i64>) -> Option<ProviderRequest> {
    let to = to?;
    let mut body: Value = serde_json::from_slice(&request.body).ok()?;
    let was_group = !body["chat_id"].to_string().starts_with(SUPERGROUP);
    if !was_group || !to.to_string().starts_with(SUPERGROUP) {
        return None;
    }
    body["chat_id"] = json!(to);
    let on_refused = request.on_refused.as_ref().and_then(|other| moved(other, Some(to))).map(Box::new);
    Some(ProviderRequest { body: body.to_string().into_bytes(), on_refused, ..request.clone() })
}

/// Telegram could not fetch a file, or the file is not what the method sends.
fn is_about_media(why: &str) -> bool {
    [
        "HTTP URL",
        "web page content",
        "file identifier",
        "PHOTO_",
        "IMAGE_PROCESS_FAILED",
        "WEBPAGE_",
        "EXTERNAL_URL",
    ]
    .iter()
    .any(|words| why.contains(words))
}

fn bad_request(why: &str) -> RefusalCause {
    let is = |words: &[&str]| words.iter().any(|words| why.contains(words));
    if is(&["chat not found", "user not found", "PEER_ID_INVALID", "group chat was deactivated"]) {
        return RefusalCause::Address;
    }
    // A business's bot may answer for 24 hours after the customer's last message.
    if is(&["BUSINESS_PEER_USAGE_MISSING"]) {
        return RefusalCause::Window;
    }
    if is(&["business connection", "BUSINESS_CONNECTION"]) {
        return RefusalCause::Account;
    }
    RefusalCause::Content
}
