//! The forwarder against a played Gateway.

use super::forward::Forwarder;
use super::{Connection, hold};
use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use patchbay_center::ports::World;
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse};
use patchbay_channels::discord::gateway::Forwarding;
use patchbay_channels::registry::example_settings;
use patchbay_channels::{Headers, WebhookRequest, open};
use patchbay_edge::SystemWorld;
use patchbay_model::{ChannelKind, EventKind, InboundEvent};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_async};

const SECRET: &str = "whsec_YW4taW52ZW50ZWQtZ2F0ZXdheS1zZWNyZXQ";
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The webhook, which believes what the channel believes and tells what it heard.
struct Webhook {
    heard: mpsc::UnboundedSender<InboundEvent>,
    /// Answered before anything is taken.
    refusals: std::sync::Mutex<Vec<u16>>,
}

#[async_trait]
impl Http for Webhook {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = |status| Ok(HttpResponse { status, headers: Vec::new(), body: Vec::new() });
        if let Some(status) = self.refusals.lock().unwrap().pop() {
            return answer(status);
        }
        let mut settings = example_settings(ChannelKind::Discord).unwrap();
        settings.insert("gateway_secret".into(), SECRET.into());
        let discord = open(ChannelKind::Discord, "default", &settings, "https://center.example").unwrap();
        let (now, headers) = (SystemWorld.now(), Headers::from_iter(request.headers));
        let request =
            WebhookRequest { method: request.method, headers, body: request.body, ..Default::default() };
        let heard = discord.normalise(&discord.verify(&request, now).unwrap(), now);
        assert_eq!(heard.problems, []);
        heard.events.into_iter().for_each(|event| self.heard.send(event).unwrap());
        answer(heard.reply.status)
    }
}

/// Discord's end of a socket.
struct Gateway(WebSocketStream<TcpStream>);

impl Gateway {
    /// The next socket, after its greeting; and what the forwarder said to it.
    async fn accept(listener: &TcpListener, heartbeat_ms: u64) -> (Gateway, Value) {
        let (stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        let mut gateway = Gateway(accept_async(stream).await.unwrap());
        gateway.say(json!({ "op": 10, "d": { "heartbeat_interval": heartbeat_ms } })).await;
        let greeting = gateway.hear(|op| op == 2 || op == 6).await;
        (gateway, greeting)
    }

    async fn say(&mut self, payload: Value) {
        self.0.send(Message::text(payload.to_string())).await.unwrap();
    }

    /// The next payload of such an operation.
    async fn hear(&mut self, wanted: fn(u64) -> bool) -> Value {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.unwrap().unwrap().unwrap();
            let Message::Text(text) = message else { continue };
            let payload: Value = serde_json::from_str(&text).unwrap();
            if wanted(payload["op"].as_u64().unwrap()) {
                return payload;
            }
        }
    }

    async fn dispatch(&mut self, sequence: u64, kind: &str, data: Value) {
        self.say(json!({ "op": 0, "t": kind, "s": sequence, "d": data })).await;
    }

    async fn ready(&mut self, session: &str, url: &str) {
        self.dispatch(1, "READY", json!({ "session_id": session, "resume_gateway_url": url })).await;
    }

    async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        self.0.close(Some(frame)).await.unwrap();
    }
}

fn message(id: u64, text: &str) -> Value {
    json!({ "id": id.to_string(), "channel_id": "8", "type": 0, "content": text, "author": { "id": "42" } })
}

/// A forwarder of a played Gateway, and what the webhook hears.
async fn forwarding(
    refusals: &[u16],
) -> (TcpListener, String, mpsc::UnboundedReceiver<InboundEvent>, tokio::task::JoinHandle<anyhow::Result<()>>)
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = format!("ws://{}", listener.local_addr().unwrap());
    let (heard, hears) = mpsc::unbounded_channel();
    let webhook = Webhook { heard, refusals: refusals.to_vec().into() };
    let url = "https://center.example/webhooks/discord/default".to_owned();
    let forwarder =
        Forwarder::new(url, Forwarding::read(SECRET).unwrap(), Arc::new(webhook), Arc::new(SystemWorld));
    let connection = Connection {
        token: "token".into(),
        intents: 7,
        gateway: gateway.clone(),
        wait: (Duration::from_millis(10), Duration::from_millis(20)),
    };
    let running = tokio::spawn(async move { hold(&connection, forwarder, &SystemWorld).await });
    (listener, gateway, hears, running)
}

async fn next(hears: &mut mpsc::UnboundedReceiver<InboundEvent>) -> InboundEvent {
    timeout(PATIENCE, hears.recv()).await.unwrap().unwrap()
}

fn text(event: &InboundEvent) -> &str {
    match &event.kind {
        EventKind::Message { content, .. } => content.plain_text(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_people_write_is_handed_on_and_a_lost_socket_taken_up_again() {
    let (listener, url, mut hears, running) = forwarding(&[503]).await;
    let (mut gateway, greeting) = Gateway::accept(&listener, 60_000).await;
    assert_eq!((greeting["op"].as_u64(), greeting["d"]["intents"].as_u64()), (Some(2), Some(7)));
    assert_eq!(greeting["d"]["token"], "token");
    gateway.ready("s-1", &url).await;
    gateway.dispatch(2, "MESSAGE_CREATE", message(70, "hello")).await;
    gateway.dispatch(3, "PRESENCE_UPDATE", json!({})).await;
    let event = next(&mut hears).await;
    assert_eq!((text(&event), event.contact_address.as_str()), ("hello", "42"));

    drop(gateway);
    let (mut gateway, greeting) = Gateway::accept(&listener, 60_000).await;
    let resume = json!({ "op": 6, "d": { "token": "token", "session_id": "s-1", "seq": 3 } });
    assert_eq!(greeting, resume);
    gateway.dispatch(4, "MESSAGE_CREATE", message(71, "while you were away")).await;
    gateway.dispatch(5, "RESUMED", json!({})).await;
    assert_eq!(text(&next(&mut hears).await), "while you were away");
    gateway.dispatch(6, "MESSAGE_DELETE", json!({ "id": "71", "channel_id": "8" })).await;
    let deleted = next(&mut hears).await;
    assert_eq!(deleted.contact_address, "42", "whose it was is remembered");
    assert_eq!(deleted.event_id, "MESSAGE_DELETE:s-1:6");

    gateway.say(json!({ "op": 7, "d": null })).await;
    let (mut gateway, greeting) = Gateway::accept(&listener, 60_000).await;
    assert_eq!((greeting["op"].as_u64(), greeting["d"]["seq"].as_u64()), (Some(6), Some(6)));
    gateway.say(json!({ "op": 9, "d": false })).await;
    let (gateway, greeting) = Gateway::accept(&listener, 60_000).await;
    assert_eq!(greeting["op"], 2, "an invalid session is begun afresh");
    gateway.close(4014).await;
    let refused = timeout(PATIENCE, running).await.unwrap().unwrap().unwrap_err();
    assert!(refused.to_string().contains("4014"), "{refused}");
}

#[tokio::test]
async fn a_gateway_that_falls_silent_is_left_and_taken_up_again() {
    let (listener, url, _hears, running) = forwarding(&[]).await;
    let (mut gateway, _) = Gateway::accept(&listener, 150).await;
    gateway.ready("s-1", &url).await;
    let beat = gateway.hear(|op| op == 1).await;
    assert_eq!(beat["d"], 1);
    gateway.say(json!({ "op": 11 })).await;
    // The next one is not answered.
    gateway.hear(|op| op == 1).await;
    let (mut gateway, greeting) = Gateway::accept(&listener, 60_000).await;
    assert_eq!(greeting["op"], 6);
    gateway.say(json!({ "op": 1, "d": null })).await;
    assert_eq!(gateway.hear(|op| op == 1).await["d"], 1, "a heartbeat that is asked for");
    running.abort();
}

#[tokio::test]
async fn a_webhook_that_does_not_believe_ends_it() {
    let (listener, url, _hears, running) = forwarding(&[401]).await;
    let (mut gateway, _) = Gateway::accept(&listener, 60_000).await;
    gateway.ready("s-1", &url).await;
    gateway.dispatch(2, "MESSAGE_CREATE", message(70, "hello")).await;
    let refused = timeout(PATIENCE, running).await.unwrap().unwrap().unwrap_err();
    assert!(refused.to_string().contains("gateway_secret"), "{refused}");
}
