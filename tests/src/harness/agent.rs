//! An agent's client.

use super::{PATIENCE_S, Running};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

pub struct Agent {
    pub name: String,
    /// The worker's.
    pub sid: String,
    socket: WebSocketStream<TcpStream>,
    /// Frames that came while another was waited for.
    waiting: VecDeque<Value>,
    /// What its ids begin with: those of another connection, perhaps to the same center, are others.
    ids: String,
    asked: u32,
}

/// Opens a socket; the refusal's status when it is refused.
pub(super) async fn open(url: &str) -> Result<WebSocketStream<TcpStream>, u16> {
    use tokio_tungstenite::tungstenite::Error;
    let host = url.trim_start_matches("ws://").split(['/', '?']).next().unwrap();
    let stream = TcpStream::connect(host).await.unwrap();
    match client_async(url, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Agent {
    /// Signs a worker in and connects; the first frame must be `init`.
    pub async fn connect(center: &Running, name: &str) -> Agent {
        Agent::connect_as(center, name, "agent").await
    }

    /// The same in another role.
    pub async fn connect_as(center: &Running, name: &str, role: &str) -> Agent {
        let token = center.token(name, role).await;
        let socket = open(&center.socket_url(&format!("/agent?token={token}"))).await.unwrap();
        let connected = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let mut agent = Agent {
            name: name.into(),
            sid: String::new(),
            socket,
            waiting: VecDeque::new(),
            ids: format!("{name}-{connected:x}"),
            asked: 0,
        };
        let init = agent.next().await;
        assert_eq!(init["event_type"], "init", "{init}");
        assert_eq!(init["payload"]["worker"]["friendly_name"], name);
        agent.sid = init["payload"]["worker"]["sid"].as_str().unwrap().to_owned();
        if !center.is_here() {
            agent.begin_anew(&init["payload"]["worker"]).await;
        }
        agent
    }

    /// Other stories at the same center have left something to be written up, which would take the room of this one, or
    /// have had the worker sent away for not answering.
    async fn begin_anew(&mut self, worker: &Value) {
        let left = self.act(json!({ "action": "sync" })).await["reservations"].clone();
        for reservation in left.as_array().into_iter().flatten() {
            if reservation["reservation_status"] == "wrapping" {
                let sid = &reservation["sid"];
                self.act(json!({ "action": "reservation.complete", "reservation_sid": sid })).await;
            }
        }
        if worker["activity_name"] == "Away" {
            self.act(json!({ "action": "worker.activity", "activity": "Available" })).await;
        }
    }

    /// Checks that a socket of this path is refused with a status. Of a deployed center only that it is refused: an
    /// emulator answers every refusal with 403.
    pub async fn check_refused(center: &Running, path: &str, expect: u16) {
        let status = open(&center.socket_url(path)).await.err();
        let expect = if center.is_here() { expect } else { status.unwrap_or(expect) };
        assert_eq!(status, Some(expect), "{path}");
    }

    pub async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Sends an action and returns what its `ack` says.
    pub async fn act(&mut self, action: Value) -> Value {
        let answer = self.ask(action.clone()).await;
        assert_eq!(answer["event_type"], "ack", "{action} → {answer}");
        answer["payload"].clone()
    }

    /// Sends an action and returns the frame that answers it.
    pub async fn ask(&mut self, mut action: Value) -> Value {
        self.asked += 1;
        let id = format!("{}-{}", self.ids, self.asked);
        action["id"] = json!(id);
        self.send_text(&action.to_string()).await;
        self.until(|frame| frame["payload"]["id"] == id.as_str()).await
    }

    /// The next frame of a kind.
    pub async fn expect(&mut self, event_type: &str) -> Value {
        self.until(|frame| frame["event_type"] == event_type).await["payload"].clone()
    }

    /// The next offer.
    pub async fn offered(&mut self) -> Value {
        self.expect("reservation.created").await
    }

    /// Accepts an offer; the answer holds the conversation and the last messages.
    pub async fn accept(&mut self, offer: &Value) -> Value {
        self.act(json!({ "action": "reservation.accept", "reservation_sid": offer["sid"] })).await
    }

    /// The conversation of a task that was accepted with this answer. Programs accept faster than the flow's turn is
    /// written: they are put on the conversation once it is.
    pub async fn conversation(&mut self, accepted: &Value) -> String {
        let sid = accepted["task"]["conversation_sid"].as_str().unwrap().to_owned();
        while accepted["conversation"].is_null() {
            let written = self.expect("conversation.updated").await;
            if written["sid"] == sid.as_str() && written["state"] == "with_agent" {
                break;
            }
        }
        sid
    }

    pub async fn say(&mut self, conversation: &str, text: &str) -> Value {
        self.act(json!({ "action": "message.send", "conversation_sid": conversation, "text": text })).await
    }

    /// Waits for a message with these words.
    pub async fn hears(&mut self, words: &str) -> Value {
        let frame = self
            .until(|frame| frame["event_type"] == "message.created" && frame["payload"]["text"] == words)
            .await;
        frame["payload"].clone()
    }

    /// Somebody in the call as `call.updated` names them, once it says so of them.
    pub async fn told(&mut self, kind: &str, says: &[(&str, Value)]) -> Value {
        loop {
            let call = self.expect("call.updated").await;
            let of_kind =
                call["participants"].as_array().unwrap().iter().find(|one| one["kind"] == kind).cloned();
            let is_so = |one: &Value| says.iter().all(|(name, value)| one[*name] == *value);
            if let Some(one) = of_kind.filter(is_so) {
                return one;
            }
        }
    }

    /// Frames of a kind that came and were not asked for.
    pub fn unread(&self, event_type: &str) -> usize {
        self.waiting.iter().filter(|frame| frame["event_type"] == event_type).count()
    }

    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(at).unwrap();
        }
        loop {
            let frame = self.next().await;
            if wanted(&frame) {
                return frame;
            }
            self.waiting.push_back(frame);
        }
    }

    pub async fn next(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(PATIENCE_S), self.socket.next()).await;
            let Ok(next) = next else { panic!("{} hears nothing; before: {:?}", self.name, self.waiting) };
            match next {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(_)) => {}
                other => panic!("{}'s socket ended: {other:?}", self.name),
            }
        }
    }
}
