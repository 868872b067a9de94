//! A small HTTP/1.1 client with kept connections, for the commands that talk to a center on this machine.

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// One kept connection.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// `127.0.0.1:8080` of `http://127.0.0.1:8080`.
pub fn authority(url: &str) -> anyhow::Result<String> {
    let parsed = url::Url::parse(url).with_context(|| format!("{url:?} is not a URL"))?;
    let (Some(host), Some(port), "http") =
        (parsed.host_str(), parsed.port_or_known_default(), parsed.scheme())
    else {
        bail!("{url:?} is not an http URL with a host");
    };
    Ok(format!("{host}:{port}"))
}

impl Connection {
    pub async fn open(url: &str) -> anyhow::Result<Connection> {
        let host = authority(url)?;
        let stream = TcpStream::connect(&host).await.with_context(|| format!("nobody answers at {url}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // Its end is seen by whoever sends next.
            let _ = connection.await;
        });
        Ok(Connection { sender, host })
    }

    /// Sends a request and reads the whole answer. The host is where the connection leads unless a header says so.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<(u16, Bytes)> {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != HOST) {
            request = request.header(HOST, self.host.as_str());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.sender.ready().await?;
        let response = self.sender.send_request(request.body(Full::new(body))?).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// Sends a request with a token; an answer other than 2xx is an error with what it says.
    pub async fn json(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![(CONTENT_TYPE.as_str(), "application/json")];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let (status, answer) = self.send(method, path, &headers, bytes).await?;
        if !(200..300).contains(&status) {
            bail!("{path} answered {status}: {}", String::from_utf8_lossy(&answer));
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    /// A token for `/api` and sockets, as a center on this machine gives it.
    pub async fn sign_in(&mut self, worker: &str, role: &str) -> anyhow::Result<String> {
        let body = serde_json::json!({ "worker": worker, "role": role });
        let answer = self.json(Method::POST, "/api/dev/sign-in", None, Some(&body)).await?;
        answer["token"].as_str().map(str::to_owned).context("the center gave no token")
    }

    /// The workers of a center on this machine: SID and friendly name.
    pub async fn workers(&mut self) -> anyhow::Result<Vec<(String, String)>> {
        let answer = self.json(Method::GET, "/api/dev/workers", None, None).await?;
        let text = |worker: &Value, name: &str| worker[name].as_str().map(str::to_owned);
        let workers = answer.as_array().context("the center names no workers")?.iter();
        Ok(workers
            .filter_map(|worker| Some((text(worker, "sid")?, text(worker, "friendly_name")?)))
            .collect())
    }
}
