//! Lets another program judge the channels: reads JSON lines, answers each with one.
//!
//! `{"play": "<text>", "now": <ms>}` is answered with `{"requests": […]}`: for every way in which a channel opens, the
//! webhook of a customer who writes the text, and of all else that they can do, signed by us as the provider does.
//! `{"channel", "settings", "request", "now"}` is answered with `{"believed": bool}`. `{"softphone": "<identity>", "settings",
//! "unique", "now"}` is answered with `{"token"}`, a softphone's. A request is `{"method", "url",
//! "headers": [[name, value], …], "body": base64}`.
#![allow(clippy::print_stdout, reason = "the answers")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_channels::registry::examples;
use patchbay_channels::simulate::{Act, CustomerEvent, CustomerMessage};
use patchbay_channels::{Headers, Simulated, WebhookRequest, open_simulated};
use patchbay_model::{ChannelKind, EventKind, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::BufRead;

const PUBLIC_URL: &str = "https://center.example";
const CUSTOMER: &str = "U0123456789abcdef0123456789abcdef";

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Question {
    Play { play: String, now: i64 },
    Softphone { softphone: String, settings: BTreeMap<String, String>, unique: String, now: i64 },
    Verify { channel: ChannelKind, settings: BTreeMap<String, String>, request: Value, now: i64 },
}

fn main() -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Question::Play { play, now } => json!({ "requests": played(&play, Timestamp(now))? }),
            Question::Softphone { softphone, settings, unique, now } => {
                let channel = open_simulated(ChannelKind::Voice, "default", &settings, PUBLIC_URL)?;
                let voice = channel.voice().ok_or("the channel has no calls")?;
                let made = voice.access_token(&softphone, &unique, Timestamp(now));
                json!({ "token": made.ok_or("the account has no key")??.token })
            }
            Question::Verify { channel, settings, request, now } => {
                let channel = open_simulated(channel, "default", &settings, PUBLIC_URL)?;
                json!({ "believed": channel.verify(&read(&request)?, Timestamp(now)).is_ok() })
            }
        };
        println!("{answer}");
    }
    Ok(())
}

/// What customers do on every channel, as its provider tells it.
fn played(text: &str, at: Timestamp) -> Result<Vec<Value>, Failure> {
    let mut requests = Vec::new();
    for (kind, settings) in examples() {
        let channel = open_simulated(kind, "default", &settings, PUBLIC_URL)?;
        let mut tell = |what: &str, request: Option<WebhookRequest>| {
            requests.extend(request.map(|request| {
                json!({ "channel": kind, "settings": settings, "what": what, "request": written(&request) })
            }));
        };
        let said = channel.customer_message(&CustomerMessage::text(CUSTOMER, text, "1", at));
        let id = said.as_ref().and_then(|request| provider_id(&*channel, request, at));
        tell("message", said);
        for act in Act::all(&id.unwrap_or_default()) {
            let what = serde_json::to_value(&act)?["act"].as_str().unwrap_or_default().to_owned();
            let event = CustomerEvent { from: CUSTOMER.into(), act, seed: "2".into(), at };
            tell(&what, channel.customer_event(&event));
        }
    }
    Ok(requests)
}

/// The provider's id of the message that a webhook brings.
fn provider_id(channel: &dyn Simulated, request: &WebhookRequest, at: Timestamp) -> Option<String> {
    let heard = channel.normalise(&channel.verify(request, at).ok()?, at);
    heard.events.into_iter().find_map(|event| match event.kind {
        EventKind::Message { provider_id, .. } => Some(provider_id),
        _ => None,
    })
}

fn written(request: &WebhookRequest) -> Value {
    let query = if request.raw_query.is_empty() { String::new() } else { format!("?{}", request.raw_query) };
    json!({
        "method": request.method, "url": format!("{PUBLIC_URL}{}{query}", request.path),
        "headers": request.headers.iter().collect::<Vec<_>>(), "body": STANDARD.encode(&request.body),
    })
}

fn read(request: &Value) -> Result<WebhookRequest, Failure> {
    let text = |name: &str| request[name].as_str().ok_or_else(|| format!("the request has no {name}"));
    let url = text("url")?.trim_start_matches(PUBLIC_URL).to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let headers: Vec<(String, String)> = serde_json::from_value(request["headers"].clone())?;
    Ok(WebhookRequest {
        method: text("method")?.to_owned(),
        path: path.to_owned(),
        raw_query: query.to_owned(),
        headers: Headers::from_iter(headers),
        body: STANDARD.decode(text("body")?)?,
    })
}
