//! Whether a provider knows an account.

use crate::ports::{Http, HttpRequest};
use patchbay_channels::{Channel, Headers, ProviderRequest, ProviderResponse};

/// Milliseconds until a provider's answer is given up.
const TIMEOUT_MS: u32 = 10_000;
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Asks the provider who an account is, where that can be asked: the account's name there, or what somebody has to do.
pub async fn check(channel: &dyn Channel, http: &dyn Http) -> Result<Option<String>, String> {
    let Some(request) = channel.check_request() else { return Ok(None) };
    channel.check(&ask(http, request).await?).map(Some)
}

/// Makes a request whose address the operator has named.
pub async fn ask(http: &dyn Http, request: ProviderRequest) -> Result<ProviderResponse, String> {
    let request = HttpRequest {
        method: request.method,
        url: request.url,
        headers: request.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: request.body,
        timeout_ms: TIMEOUT_MS,
        response_bytes_max: ANSWER_BYTES_MAX,
        redirects_max: 0,
        trusted: true,
    };
    let answer = http.call(request).await.map_err(|error| {
        format!("the provider cannot be asked ({error}): look at the network and at api_base")
    })?;
    let headers = Headers::from_iter(answer.headers);
    Ok(ProviderResponse::Http { status: answer.status, headers, body: answer.body })
}
