//! Agents: sockets that accept everything and note what comes.

use super::ledger::Ledger;
use crate::client::{Connection, authority};
use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Bytes that a socket reads at a time.
const READ_BUFFER_BYTES: usize = 4 * 1024;

pub(super) struct Agents {
    accepted: Arc<AtomicUsize>,
    sockets: Vec<JoinHandle<()>>,
}

impl Drop for Agents {
    fn drop(&mut self) {
        self.sockets.iter().for_each(JoinHandle::abort);
    }
}

impl Agents {
    /// Signs `count` workers in and opens a socket for each.
    pub(super) async fn connect(url: &str, count: usize, ledger: &Arc<Ledger>) -> anyhow::Result<Agents> {
        let mut connection = Connection::open(url).await?;
        let workers = connection.workers().await?;
        if workers.len() < count {
            bail!("the center has {} workers only", workers.len());
        }
        let accepted = Arc::new(AtomicUsize::new(0));
        let mut sockets = Vec::with_capacity(count);
        for (sid, _) in workers.iter().take(count) {
            let token = connection.sign_in(sid, "agent").await?;
            let mut socket = open(url, &token).await?;
            let send = json!({ "action": "worker.activity", "id": "begin", "activity": "Available" });
            socket.send(Message::text(send.to_string())).await?;
            sockets.push(tokio::spawn(work(socket, ledger.clone(), accepted.clone())));
        }
        Ok(Agents { accepted, sockets })
    }

    /// Conversations that an agent is on.
    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}

async fn open(url: &str, token: &str) -> anyhow::Result<WebSocketStream<TcpStream>> {
    let host = authority(url)?;
    let stream = TcpStream::connect(&host).await?;
    stream.set_nodelay(true)?;
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = READ_BUFFER_BYTES;
    config.write_buffer_size = 0;
    let request = format!("ws://{host}/agent?token={token}");
    let (socket, _) = client_async_with_config(request, stream, Some(config))
        .await
        .context("the center did not let an agent in")?;
    Ok(socket)
}

#[derive(Deserialize)]
struct Frame {
    event_type: String,
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

async fn work(mut socket: WebSocketStream<TcpStream>, ledger: Arc<Ledger>, accepted: Arc<AtomicUsize>) {
    let mut taken = BTreeSet::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        if let Some(number) = ledger.number(&text) {
            if text.contains("\"message.created\"") {
                ledger.arrived(number);
            }
            continue;
        }
        let Ok(Frame { event_type, payload }) = serde_json::from_str(&text) else { continue };
        match (event_type.as_str(), payload.sid, payload.state.as_deref()) {
            ("reservation.created", Some(sid), _) => {
                let id = format!("accept-{sid}");
                let accept = json!({ "action": "reservation.accept", "id": id, "reservation_sid": sid });
                if socket.send(Message::text(accept.to_string())).await.is_err() {
                    return;
                }
            }
            ("conversation.updated", Some(sid), Some("with_agent")) => {
                accepted.fetch_add(usize::from(taken.insert(sid)), Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
