use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    /// The bridge's own id of the message.
    id: Option<String>,
    /// Why it refuses.
    message: Option<String>,
    /// Whose business that is, where the status does not say.
    cause: Option<RefusalCause>,
}

/// What became of a call, by its status (docs/channels/custom.md). A 409 says that the bridge has it already.
pub(super) fn read(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    let why = answer.message.unwrap_or_else(|| format!("the bridge answered {status}"));
    match status {
        200..300 | 409 => DeliveryOutcome::sent(answer.id),
        408 | 425 | 429 | 500.. => DeliveryOutcome::retry(headers, why),
        400 | 404 | 413 | 422 => {
            DeliveryOutcome::refused(status, why, answer.cause.unwrap_or(RefusalCause::Content))
        }
        _ => DeliveryOutcome::refused(status, why, RefusalCause::Account),
    }
}
