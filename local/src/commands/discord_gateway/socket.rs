//! A WebSocket to a server anywhere.

use anyhow::{Context, bail};
use patchbay_edge::client_config;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::{WebSocketStream, client_async};
use url::Url;

/// Any kind of connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

pub(super) type Socket = WebSocketStream<Box<dyn Stream>>;

/// Connects to `wss://<host>` or, for a played Gateway, `ws://<host>`; version and encoding are ours to say (Discord,
/// "Gateway", "Connecting").
pub(super) async fn connect(gateway: &str) -> anyhow::Result<Socket> {
    let mut url = Url::parse(gateway).with_context(|| format!("{gateway:?} is not a URL"))?;
    url.set_query(Some("v=10&encoding=json"));
    let host = url.host_str().context("the Gateway's URL has no host")?.to_owned();
    let port = url.port_or_known_default().context("the Gateway's URL has no port")?;
    let stream =
        TcpStream::connect((host.as_str(), port)).await.with_context(|| format!("no way to {host}"))?;
    stream.set_nodelay(true)?;
    let stream: Box<dyn Stream> = match url.scheme() {
        "wss" => {
            let tls = TlsConnector::from(Arc::new(client_config()?));
            Box::new(tls.connect(ServerName::try_from(host)?, stream).await?)
        }
        "ws" => Box::new(stream),
        other => bail!("{other}: is no scheme of the Gateway's"),
    };
    let (socket, _) = client_async(url.as_str(), stream).await?;
    Ok(socket)
}
