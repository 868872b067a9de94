//! One session with Discord's Gateway: greeting, heartbeats, and taking up again what a lost socket left (Discord,
//! "Gateway", "Connection lifecycle").

use super::Connection;
use super::socket::Socket;
use futures_util::{SinkExt, StreamExt};
use patchbay_center::ports::World;
use patchbay_channels::discord::gateway::EVENTS;
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Operations of the Gateway.
mod op {
    pub(super) const DISPATCH: u64 = 0;
    pub(super) const HEARTBEAT: u64 = 1;
    pub(super) const IDENTIFY: u64 = 2;
    pub(super) const RESUME: u64 = 6;
    pub(super) const RECONNECT: u64 = 7;
    pub(super) const INVALID_SESSION: u64 = 9;
    pub(super) const HELLO: u64 = 10;
    pub(super) const HEARTBEAT_ACK: u64 = 11;
}

/// Closings after which a connection would be closed again: token, shards, version, intents (Discord, "Opcodes and
/// status codes", "Gateway close event codes").
const REFUSED: &[u16] = &[4004, 4010, 4011, 4012, 4013, 4014];
/// Closings after which the session is over.
const ENDED: &[u16] = &[4007, 4009];
/// The code with which we close a socket whose session is to be resumed: 1000 and 1001 would end it.
const RESUMABLE: CloseCode = CloseCode::Library(4900);
/// How long Discord may take to say something at first.
const GREETING_MAX: Duration = Duration::from_secs(30);
/// The shortest interval of heartbeats that is believed, in milliseconds.
const HEARTBEAT_MS_MIN: u64 = 100;

/// What has to be known to resume.
#[derive(Debug, Default)]
pub(super) struct Session {
    id: Option<String>,
    resume_url: Option<String>,
    /// The last event that was taken.
    sequence: Option<u64>,
}

impl Session {
    /// Where it is to be resumed, or begun.
    pub(super) fn url<'u>(&'u self, gateway: &'u str) -> &'u str {
        self.resume_url.as_deref().unwrap_or(gateway)
    }
}

/// How a socket ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The session goes on over another socket; whether it had begun over this one.
    Resume {
        greeted: bool,
    },
    Afresh,
    Refused {
        code: u16,
        reason: String,
    },
}

/// An event, and the session that it belongs to.
pub(super) struct Event {
    pub(super) session_id: String,
    pub(super) payload: Map<String, Value>,
}

/// Holds a socket until it ends.
pub(super) async fn run(
    mut socket: Socket,
    connection: &Connection,
    session: &mut Session,
    events: &mpsc::Sender<Event>,
    world: &dyn World,
) -> anyhow::Result<End> {
    let mut greeted = false;
    // Until the greeting says how often; an acknowledgement is only missed after a heartbeat.
    let (mut interval, mut acknowledged) = (GREETING_MAX, false);
    let mut due = Instant::now() + interval;
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            () = sleep_until(due) => {
                if !acknowledged {
                    tracing::warn!("the Gateway is silent: connecting anew");
                    return Ok(leave(socket, greeted).await);
                }
                acknowledged = false;
                due = Instant::now() + interval;
                say(&mut socket, op::HEARTBEAT, json!(session.sequence)).await?;
                continue;
            }
        };
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => return Ok(closed(frame, greeted)),
            Some(Ok(_)) => continue,
            Some(Err(_)) | None => return Ok(End::Resume { greeted }),
        };
        let Ok(payload) = serde_json::from_str::<Map<String, Value>>(&text) else { continue };
        let data = payload.get("d").unwrap_or(&Value::Null);
        match payload.get("op").and_then(Value::as_u64) {
            Some(op::HELLO) => {
                let ms =
                    data["heartbeat_interval"].as_u64().unwrap_or(HEARTBEAT_MS_MIN).max(HEARTBEAT_MS_MIN);
                interval = Duration::from_millis(ms);
                acknowledged = true;
                // The first comes at a moment of chance, so that not all who lost their sockets come at once.
                due = Instant::now() + interval.mul_f64(f64::from(world.id()[0]) / 256.0);
                greet(&mut socket, connection, session).await?;
            }
            Some(op::HEARTBEAT) => say(&mut socket, op::HEARTBEAT, json!(session.sequence)).await?,
            Some(op::HEARTBEAT_ACK) => acknowledged = true,
            Some(op::RECONNECT) => return Ok(leave(socket, greeted).await),
            Some(op::INVALID_SESSION) if data == &json!(true) => return Ok(leave(socket, greeted).await),
            Some(op::INVALID_SESSION) => return Ok(End::Afresh),
            Some(op::DISPATCH) => {
                greeted = true;
                if !take(payload, session, events) {
                    tracing::warn!("the center takes less than Discord tells: letting Discord keep it");
                    return Ok(leave(socket, greeted).await);
                }
            }
            _ => {}
        }
    }
}

/// Begins a session, or takes one up.
async fn greet(socket: &mut Socket, connection: &Connection, session: &Session) -> anyhow::Result<()> {
    let token = &connection.token;
    if let Session { id: Some(id), sequence: Some(sequence), .. } = session {
        let resume = json!({ "token": token, "session_id": id, "seq": sequence });
        return say(socket, op::RESUME, resume).await;
    }
    let properties = json!({ "os": std::env::consts::OS, "browser": "patchbay", "device": "patchbay" });
    let identify = json!({ "token": token, "intents": connection.intents, "properties": properties });
    say(socket, op::IDENTIFY, identify).await
}

async fn say(socket: &mut Socket, op: u64, data: Value) -> anyhow::Result<()> {
    Ok(socket.send(Message::text(json!({ "op": op, "d": data }).to_string())).await?)
}

/// Takes an event, unless there are too many already: then it counts as not heard.
fn take(payload: Map<String, Value>, session: &mut Session, events: &mpsc::Sender<Event>) -> bool {
    let sequence = payload.get("s").and_then(Value::as_u64);
    let kind = payload.get("t").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind == "READY" {
        let text = |name: &str| payload["d"][name].as_str().map(str::to_owned);
        (session.id, session.resume_url) = (text("session_id"), text("resume_gateway_url"));
        tracing::info!("the Gateway is there");
    }
    if EVENTS.contains(&kind.as_str()) {
        let session_id = session.id.clone().unwrap_or_default();
        if events.try_send(Event { session_id, payload }).is_err() {
            return false;
        }
    }
    session.sequence = sequence.or(session.sequence);
    true
}

/// Closes a socket so that its session stays.
async fn leave(mut socket: Socket, greeted: bool) -> End {
    let frame = CloseFrame { code: RESUMABLE, reason: "".into() };
    // Who does not answer is left all the same.
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.close(Some(frame))).await;
    End::Resume { greeted }
}

fn closed(frame: Option<CloseFrame>, greeted: bool) -> End {
    let Some(frame) = frame else { return End::Resume { greeted } };
    match u16::from(frame.code) {
        code if REFUSED.contains(&code) => End::Refused { code, reason: frame.reason.to_string() },
        code if ENDED.contains(&code) => End::Afresh,
        _ => End::Resume { greeted },
    }
}
