//! A visitor of a web page with the widget.

use super::agent::open;
use super::{PATIENCE_S, Running};
use futures_util::{SinkExt, StreamExt};
use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

pub struct Visitor {
    pub token: String,
    /// The address on the channel.
    pub id: String,
    socket: WebSocketStream<TcpStream>,
    said: u32,
}

impl Visitor {
    /// Asks for a session and connects.
    pub async fn come(center: &Running) -> Visitor {
        let body = json!({ "name": "Vera" });
        let session = center.json(Method::POST, "/webchat/sessions", None, Some(&body)).await;
        let token = session["token"].as_str().unwrap().to_owned();
        let socket = open(&center.socket_url(&format!("/webchat?token={token}"))).await.unwrap();
        Visitor { token, id: session["visitor"].as_str().unwrap().into(), socket, said: 0 }
    }

    /// Says something; it is taken in when this returns.
    pub async fn say(&mut self, text: &str) {
        self.said += 1;
        let id = format!("{}-{}", self.id, self.said);
        let frame = json!({ "action": "message", "kind": "text", "text": text, "client_msg_id": id });
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
        loop {
            let answer = self.next().await;
            if answer["event_type"] == "ack" {
                assert_eq!(answer["payload"]["client_msg_id"], id.as_str());
                return;
            }
            assert_ne!(answer["event_type"], "error", "{answer}");
        }
    }

    /// Waits for a message with these words.
    pub async fn sees(&mut self, words: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["event_type"] == "message.created"
                && frame["payload"]["text"].as_str().is_some_and(|text| text.contains(words))
            {
                return frame["payload"].clone();
            }
        }
    }

    async fn next(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(PATIENCE_S), self.socket.next()).await;
            match next.expect("the visitor hears nothing") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(_)) => {}
                other => panic!("the visitor's socket ended: {other:?}"),
            }
        }
    }
}
