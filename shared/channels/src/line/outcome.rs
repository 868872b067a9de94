use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use serde::Deserialize;
use serde_json::Value;

/// Set on a 409: the call with this retry key has been taken before.
pub(super) const ACCEPTED_HEADER: &str = "x-line-accepted-request-id";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    message: String,
    details: Vec<Detail>,
    sent_messages: Vec<SentMessage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: String,
    property: String,
}

#[derive(Deserialize)]
struct SentMessage {
    /// A text; LINE's documentation also calls it a number.
    id: Value,
}

impl Answer {
    fn provider_id(&self) -> Option<String> {
        match &self.sent_messages.first()?.id {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }

    fn why(&self, status: u16) -> String {
        if self.message.is_empty() {
            return format!("LINE answered {status}");
        }
        let details = self.details.iter().map(|detail| format!("{}: {}", detail.property, detail.message));
        std::iter::once(self.message.clone()).chain(details).collect::<Vec<_>>().join("; ")
    }
}

/// What became of a call (LINE, "Messaging API reference", status codes and error responses).
pub(super) fn read(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    let why = answer.why(status);
    let refused = |cause| DeliveryOutcome::refused(status, &why, cause);
    match (status, &request.on_refused) {
        (200..300, _) => DeliveryOutcome::sent(answer.provider_id()),
        (409, _) if headers.get(ACCEPTED_HEADER).is_some() => DeliveryOutcome::sent(answer.provider_id()),
        (400, Some(push)) if answer.message.contains("Invalid reply token") => {
            DeliveryOutcome::Instead(push.clone())
        }
        // One status, two meanings: the rate passes, the month's quota does not.
        (429, _) if answer.message.contains("monthly limit") => refused(RefusalCause::Account),
        (408 | 429 | 500.., _) => DeliveryOutcome::retry(headers, &why),
        (400 | 409 | 413, _) => refused(RefusalCause::Content),
        _ => refused(RefusalCause::Account),
    }
}
