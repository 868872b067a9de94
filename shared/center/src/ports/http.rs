//! Egress: the senders' and the flows' requests to other people's servers.

use async_trait::async_trait;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub timeout_ms: u32,
    /// Bytes of the answer that are read at the most.
    pub response_bytes_max: usize,
    pub redirects_max: u8,
    /// Whether the URL comes from the operator's own settings (a provider's `api_base`). Any other URL is held
    /// to the egress rules: https, public addresses only (docs/SECURITY.md).
    pub trusted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The egress rules forbid the request (its URL, a header) or it is malformed: never worth a retry.
    #[error("the request is not allowed: {0}")]
    Forbidden(String),
    /// No byte of the request was taken: trying again is safe.
    #[error("no connection: {0}")]
    NotSent(String),
    /// The request went out and no whole answer came: it may have been carried out.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

#[async_trait]
pub trait Http: Send + Sync {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}
