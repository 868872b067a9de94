use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};

/// What became of a post to one of a visitor's sockets. A socket that is gone is no failure: the client asks
/// for what it has missed when it comes back. A frame twice is one message, by its `sid`.
pub(super) fn read(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    match response {
        ProviderResponse::Http { status: 200..300 | 410, .. } => DeliveryOutcome::sent(None),
        ProviderResponse::Http { status: status @ (408 | 429 | 500..), headers, .. } => {
            DeliveryOutcome::retry(headers, format!("the socket's gateway answered {status}"))
        }
        ProviderResponse::Http { status: 413, .. } => {
            DeliveryOutcome::refused(413, "the frame is too large", RefusalCause::Content)
        }
        ProviderResponse::Http { status, .. } => {
            let why = format!("the socket's gateway answered {status}");
            DeliveryOutcome::refused(status, why, RefusalCause::Account)
        }
        ProviderResponse::NotSent => request.without_answer(false),
        ProviderResponse::TimedOut => request.without_answer(true),
    }
}
