//! Requests to other people's servers: `ports::Http` on reqwest, held to the rules of `center::egress`.

use crate::tls::{self, TlsError};
use async_trait::async_trait;
use patchbay_center::egress::{self, Refusal};
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, redirect};
use std::error::Error;
use std::time::{Duration, Instant};
use url::Url;

/// Seconds until a connection must stand: shorter than any request's own limit, so that "never connected" (safe
/// to send again) is told apart from "no answer".
const CONNECT_S_MAX: u64 = 3;

/// Sends requests; those that are not trusted reach public addresses only.
///
/// The two kinds have clients of their own: a connection that a trusted request opened is never lent to another.
#[derive(Clone, Debug)]
pub struct EgressHttp {
    trusted: Client,
    guarded: Client,
}

impl EgressHttp {
    pub fn new() -> Result<EgressHttp, EgressError> {
        let config = tls::client_config()?;
        let client = || {
            Client::builder()
                .tls_backend_preconfigured(config.clone())
                .connect_timeout(Duration::from_secs(CONNECT_S_MAX))
                .redirect(redirect::Policy::none())
                .referer(false)
                .no_proxy()
        };
        Ok(EgressHttp {
            trusted: client().build()?,
            guarded: client().dns_resolver(PublicOnly).https_only(true).build()?,
        })
    }

    async fn send(
        &self,
        request: &HttpRequest,
        url: &Url,
        deadline: Instant,
    ) -> Result<HttpResponse, HttpError> {
        let client = if request.trusted { &self.trusted } else { &self.guarded };
        let method =
            Method::from_bytes(request.method.as_bytes()).map_err(|_| forbidden(&Refusal::Method))?;
        let mut response = client
            .request(method, url.clone())
            .headers(headers(&request.headers)?)
            .body(request.body.clone())
            .timeout(deadline.saturating_duration_since(Instant::now()))
            .send()
            .await
            .map_err(failure)?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut body = Vec::new();
        while body.len() < request.response_bytes_max
            && let Some(chunk) = response.chunk().await.map_err(failure)?
        {
            let room = request.response_bytes_max - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(HttpResponse { status, headers, body })
    }
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

#[async_trait]
impl Http for EgressHttp {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let deadline = Instant::now() + Duration::from_millis(request.timeout_ms.into());
        let mut request = request;
        loop {
            let url = egress::check(&request).map_err(|refusal| forbidden(&refusal))?;
            let response = self.send(&request, &url, deadline).await?;
            match egress::redirect(&request, &url, &response).map_err(|refusal| forbidden(&refusal))? {
                Some(next) => request = next,
                None => return Ok(response),
            }
        }
    }
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let mut map = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let bad = |_| HttpError::Forbidden(format!("the header {name:?} is malformed"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad(()))?;
        map.append(key, HeaderValue::from_str(value).map_err(|_| bad(()))?);
    }
    Ok(map)
}

fn forbidden(refusal: &Refusal) -> HttpError {
    HttpError::Forbidden(refusal.to_string())
}

/// The error without its URL, which may carry a secret.
fn failure(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return forbidden(refusal);
        }
        text = format!("{text}: {error}");
        cause = error.source();
    }
    if error.is_builder() {
        HttpError::Forbidden(text)
    } else if error.is_connect() {
        HttpError::NotSent(text)
    } else {
        HttpError::NoAnswer(text)
    }
}

/// Resolves a name to its public addresses only. The connection is made to what this returns, so a name that
/// resolves differently a moment later gains nothing.
#[derive(Clone, Copy, Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let mut refused = Refusal::Name;
            let mut public = Vec::new();
            for address in tokio::net::lookup_host((name.as_str(), 0)).await? {
                match egress::check_address(address.ip()) {
                    Ok(()) => public.push(address),
                    Err(refusal) => refused = refusal,
                }
            }
            if public.is_empty() {
                return Err(refused.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
