//! Sockets of agents (`/agent`) and visitors (`/webchat`): what API Gateway does in the cloud.
//!
//! A handshake connects before it is answered, so that a refusal refuses it; each frame goes to the center, and
//! what is posted to the connection goes out. The end of a socket, whoever ends it, disconnects.

use super::{Inbox, Sockets, Wiring};
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use patchbay_api::head;
use patchbay_center::agent::{self, Offer, Session};
use patchbay_center::{Center, webchat};
use patchbay_model::id::hex;
use patchbay_model::limits::{FRAME_BYTES_MAX, PUSH_BYTES_MAX};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Bytes that a socket reads at a time: most frames are smaller, and a thousand idle sockets cost a few megabytes.
const READ_BUFFER_BYTES: usize = 2 * 1024;
/// Bytes that a socket collects before it writes; nothing waits for them, a pause flushes.
const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// Seconds for a write to a socket whose client does not read.
const WRITE_S_MAX: u64 = 20;
/// Seconds without anything from the client after which it counts as gone (API Gateway: 10 minutes).
const IDLE_S_MAX: u64 = 600;

#[derive(Clone)]
struct Served {
    center: Arc<Center>,
    sockets: Sockets,
}

pub(super) fn router(wiring: &Wiring) -> Router {
    Router::new()
        .route("/agent", get(agent_socket))
        .route("/webchat", get(visitor_socket))
        .with_state(Served { center: wiring.center.clone(), sockets: wiring.sockets.clone() })
}

#[derive(Deserialize)]
struct OfAccount {
    account: Option<String>,
}

async fn agent_socket(State(served): State<Served>, upgrade: WebSocketUpgrade, request: Request) -> Response {
    let Offer { token, protocol } = Offer::of(&head(&request.into_parts().0));
    let Some(token) = token else { return StatusCode::UNAUTHORIZED.into_response() };
    let connection = hex(&served.center.world.id());
    // Open before it is known, so that the first frame finds it.
    let inbox = served.sockets.open(&connection);
    let session = match agent::connect(&served.center, &token, &connection).await {
        Ok(session) => session,
        Err(error) => {
            served.sockets.forget(&connection);
            tracing::info!(%error, "an agent's socket is refused");
            return status(error.status());
        }
    };
    let upgrade = match protocol {
        Some(protocol) => upgrade.protocols([protocol]),
        None => upgrade,
    };
    Peer { served, connection, owner: Owner::Agent(session) }.serve(upgrade, inbox)
}

async fn visitor_socket(
    State(served): State<Served>,
    upgrade: WebSocketUpgrade,
    request: Request,
) -> Response {
    let Ok(Query(query)) = Query::<OfAccount>::try_from_uri(request.uri()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let account = query.account.unwrap_or_else(|| "default".into());
    let request = head(&request.into_parts().0);
    let connection = hex(&served.center.world.id());
    let inbox = served.sockets.open(&connection);
    if let Err(error) = webchat::connect(&served.center, &account, &request, &connection).await {
        served.sockets.forget(&connection);
        tracing::info!(%error, "a visitor's socket is refused");
        return status(error.status());
    }
    Peer { served, connection, owner: Owner::Visitor }.serve(upgrade, inbox)
}

/// Who is at the other end.
enum Owner {
    Agent(Session),
    Visitor,
}

/// One socket that was let in.
struct Peer {
    served: Served,
    connection: String,
    owner: Owner,
}

impl Peer {
    /// Finishes the handshake and serves the socket until either side ends it.
    fn serve(self, upgrade: WebSocketUpgrade, inbox: Inbox) -> Response {
        let (sockets, connection) = (self.served.sockets.clone(), self.connection.clone());
        // A handshake that breaks leaves a connection without a socket: whoever posts to it finds it gone.
        sized(upgrade).on_failed_upgrade(move |_| sockets.forget(&connection)).on_upgrade(
            move |socket| async move {
                let (outgoing, incoming) = socket.split();
                tokio::select! {
                    () = self.read(incoming) => {}
                    () = write(outgoing, inbox) => {}
                }
                self.served.sockets.forget(&self.connection);
                self.leave().await;
            },
        )
    }

    async fn read(&self, mut incoming: SplitStream<WebSocket>) {
        let idle = Duration::from_secs(IDLE_S_MAX);
        while let Ok(Some(Ok(message))) = tokio::time::timeout(idle, incoming.next()).await {
            match message {
                Message::Text(text) => self.frame(text.as_str()).await,
                // Not ours: answered as a text that is no JSON would be.
                Message::Binary(_) => self.frame("\u{0}").await,
                Message::Close(_) => return,
                Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    }

    async fn frame(&self, text: &str) {
        let Peer { served: Served { center, .. }, connection, owner } = self;
        // The client hears nothing, and asks again with the same id.
        match owner {
            Owner::Agent(session) => {
                if let Err(error) = agent::frame(center, session, connection, text).await {
                    tracing::error!(%error, "an agent's frame could not be answered");
                }
            }
            Owner::Visitor => {
                if let Err(error) = webchat::receive_frame(center, connection, text).await {
                    tracing::error!(%error, "a visitor's frame could not be answered");
                }
            }
        }
    }

    async fn leave(&self) {
        let Peer { served: Served { center, .. }, connection, owner } = self;
        match owner {
            Owner::Agent(session) => {
                if let Err(error) = agent::disconnect(center, &session.worker_sid, connection).await {
                    tracing::warn!(%error, "a closed socket could not be taken off its worker");
                }
            }
            Owner::Visitor => {
                if let Err(error) = webchat::disconnect(center, connection).await {
                    tracing::warn!(%error, "a closed socket could not be taken off its visitor");
                }
            }
        }
    }
}

fn status(number: u16) -> Response {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// A longer frame than a client may send ends the socket, as API Gateway does; the center's own limit, which
/// answers with an error, is a little lower.
fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(2 * PUSH_BYTES_MAX)
        .max_message_size(2 * FRAME_BYTES_MAX)
        .max_frame_size(2 * FRAME_BYTES_MAX)
}

async fn write(mut outgoing: SplitSink<WebSocket, Message>, mut inbox: Inbox) {
    let patience = Duration::from_secs(WRITE_S_MAX);
    while let Some(frame) = inbox.next().await {
        let sending = async {
            outgoing.feed(text(frame)?).await?;
            while let Some(frame) = inbox.try_next() {
                outgoing.feed(text(frame)?).await?;
            }
            outgoing.flush().await
        };
        if !matches!(tokio::time::timeout(patience, sending).await, Ok(Ok(()))) {
            return;
        }
    }
    let away = CloseFrame { code: close_code::AWAY, reason: Utf8Bytes::from_static("closed by the center") };
    let _ = tokio::time::timeout(patience, outgoing.send(Message::Close(Some(away)))).await;
}

/// Frames are made of JSON: UTF-8 always.
fn text(frame: bytes::Bytes) -> Result<Message, axum::Error> {
    Utf8Bytes::try_from(frame).map(Message::Text).map_err(axum::Error::new)
}
