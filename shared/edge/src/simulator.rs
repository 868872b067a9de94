//! Egress with one name of our own: `http://simulator.localhost`, where providers and a chatbot are played.
//!
//! The name ends in `.localhost` (RFC 6761: loopback only), which the egress rules refuse to everybody; here it leads
//! to the simulator that the operator named and nowhere else, so flows and accounts may use it without being allowed
//! anything else on that machine.

use crate::egress::EgressHttp;
use async_trait::async_trait;
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse};
use url::Url;

/// The host whose requests go to the simulator.
pub const SIMULATOR_HOST: &str = "simulator.localhost";

/// Requests to other people's servers, and to the simulator where there is one.
pub struct SimulatorHttp {
    outside: EgressHttp,
    /// Where the simulator is, `http://127.0.0.1:8080/simulator`.
    simulator: Option<String>,
}

impl SimulatorHttp {
    pub fn new(outside: EgressHttp, simulator: Option<String>) -> SimulatorHttp {
        SimulatorHttp { outside, simulator }
    }
}

#[async_trait]
impl Http for SimulatorHttp {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(url) = self.simulator.as_ref().and_then(|base| simulator_url(&request.url, base)) {
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
fn simulator_url(url: &str, simulator: &str) -> Option<String> {
    let parsed = Url::parse(url).ok()?;
    if parsed.scheme() != "http" || parsed.host_str() != Some(SIMULATOR_HOST) || parsed.port().is_some() {
        return None;
    }
    let query = parsed.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{simulator}{}{query}", parsed.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: Option<&str>) {
        assert_eq!(simulator_url(url, "http://127.0.0.1:80/simulator").as_deref(), expect, "{url}");
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
