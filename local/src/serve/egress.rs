//! Egress with one address of our own: `http://simulator.localhost`, the providers and the chatbot that are played
//! beside the center.
//!
//! The name ends in `.localhost` (RFC 6761: loopback only), which the egress rules refuse to everybody; here it
//! leads to this very process and nowhere but to its simulator, so flows and accounts may name it without being
//! allowed anything else on this machine.

use async_trait::async_trait;
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse};
use patchbay_edge::EgressHttp;
use url::Url;

/// The host whose requests come back to us.
pub const SIMULATOR_HOST: &str = "simulator.localhost";

pub struct LocalHttp {
    outside: EgressHttp,
    /// Our own address, `http://127.0.0.1:8080`.
    own: String,
}

impl LocalHttp {
    pub fn new(outside: EgressHttp, own: String) -> LocalHttp {
        LocalHttp { outside, own }
    }
}

#[async_trait]
impl Http for LocalHttp {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(url) = simulator_url(&request.url, &self.own) {
            request.url = url;
            request.trusted = true;
            // The simulator redirects nobody: a redirect would leave it with our trust.
            request.redirects_max = 0;
        }
        self.outside.call(request).await
    }
}

/// Where a request to the simulator's host really goes; `None` for any other URL. The path is the parsed one: dot
/// segments are resolved before ours is put in front.
fn simulator_url(url: &str, own: &str) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    if parsed.scheme() != "http" || parsed.host_str() != Some(SIMULATOR_HOST) || parsed.port().is_some() {
        return None;
    }
    let query = parsed.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{own}/simulator{}{query}", parsed.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: Option<&str>) {
        assert_eq!(simulator_url(url, "http://127.0.0.1:80").as_deref(), expect, "{url}");
    }

    #[test]
    fn the_simulators_name_leads_to_the_simulator_only() {
        check("http://simulator.localhost/bot?a=1", Some("http://127.0.0.1:80/simulator/bot?a=1"));
        check("http://simulator.localhost", Some("http://127.0.0.1:80/simulator/"));
        check("http://simulator.localhost/../api/dev", Some("http://127.0.0.1:80/simulator/api/dev"));
        check("http://simulator.localhost/%2e%2e/api", Some("http://127.0.0.1:80/simulator/api"));
        check("http://simulator.localhost:81/bot", None);
        check("https://simulator.localhost/bot", None);
        check("http://simulator.localhost.example/bot", None);
        check("http://127.0.0.1/bot", None);
        check("bot", None);
    }
}
