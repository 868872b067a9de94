//! A center's HTTP API as the operator's commands use it, on this machine or in the cloud.
//!
//! Nothing but HTTP with a token: the cloud's API is the same program as ours, checks the same things, and knows
//! where table and queues are. So no command needs an AWS account's keys, a region or an SDK.

use anyhow::{Context, bail};
use clap::Args;
use patchbay_center::ports::{Http, HttpRequest};
use patchbay_edge::EgressHttp;
use serde_json::{Value, json};

/// Milliseconds until an answer is given up (API Gateway's own limit).
const TIMEOUT_MS: u32 = 30_000;
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Workers of one page.
const WORKERS_PER_PAGE: usize = 100;

/// A running center, and who asks it.
#[derive(Debug, Args)]
pub struct Endpoint {
    /// The center's HTTP API
    #[arg(long, env = "PATCHBAY_ENDPOINT", default_value = "http://127.0.0.1:8080")]
    endpoint: String,
    /// An administrator's token (see "patchbay token"); a center on this machine gives one itself
    #[arg(long, env = "PATCHBAY_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// Somebody who may change a center.
pub struct Operator {
    http: EgressHttp,
    endpoint: String,
    token: Option<String>,
}

impl Operator {
    pub async fn at(endpoint: Endpoint) -> anyhow::Result<Operator> {
        let Endpoint { endpoint, token } = endpoint;
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let mut operator = Operator { http: EgressHttp::new()?, endpoint, token };
        if operator.token.is_none() {
            operator.token = Some(operator.sign_in().await?);
        }
        Ok(operator)
    }

    /// A token of a center on this machine.
    async fn sign_in(&self) -> anyhow::Result<String> {
        let (status, answer) = self.call("GET", "/api/dev/workers", None).await?;
        if status != 200 {
            bail!("{} gives nobody a token: say whose you have, as PATCHBAY_TOKEN", self.endpoint);
        }
        let workers: Value = serde_json::from_slice(&answer)?;
        let worker = workers[0]["sid"].as_str().context("the center has no worker to sign in as")?;
        let body = json!({ "worker": worker, "role": "admin" });
        let answer = self.json("POST", "/api/dev/sign-in", Some(&body)).await?;
        answer["token"].as_str().map(str::to_owned).context("the center gave no token")
    }

    /// Status and body of a request.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers
            .extend(self.token.as_ref().map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        let request = HttpRequest {
            method: method.to_owned(),
            url: format!("{}{path}", self.endpoint),
            headers,
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
            timeout_ms: TIMEOUT_MS,
            response_bytes_max: ANSWER_BYTES_MAX,
            redirects_max: 0,
            // The operator names it.
            trusted: true,
        };
        let answer = self.http.call(request).await;
        let answer = answer.with_context(|| format!("nobody answers at {}", self.endpoint))?;
        Ok((answer.status, answer.body))
    }

    /// The answer to a request; one other than 2xx is an error with what it says.
    pub async fn json(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let (status, answer) = self.call(method, path, body).await?;
        if !(200..300).contains(&status) {
            bail!("{path} answered {status}: {}", String::from_utf8_lossy(&answer));
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    /// The names of all workers.
    pub async fn workers(&self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/api/workers?limit={WORKERS_PER_PAGE}{after}");
            let page = self.json("GET", &path, None).await?;
            let workers = page["workers"].as_array().context("the center names no workers")?;
            names.extend(
                workers.iter().filter_map(|worker| worker["friendly_name"].as_str().map(str::to_owned)),
            );
            match workers.last().and_then(|worker| worker["sid"].as_str()) {
                Some(sid) if page["more"] == true => after = format!("&after={sid}"),
                _ => return Ok(names),
            }
        }
    }
}
