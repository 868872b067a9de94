//! Hands events to the webhook, one after the other.

use super::session::Event;
use anyhow::bail;
use patchbay_center::ports::{Http, HttpRequest, World};
use patchbay_channels::discord::gateway::Forwarding;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

const TIMEOUT_MS: u32 = 10_000;
const RESPONSE_BYTES_MAX: usize = 64 * 1024;
/// Waits between tries of one event, in seconds; after the last it is given up, for those behind it wait.
const TRIES_AFTER_S: &[u64] = &[1, 2, 4, 8, 15, 30];
/// Private channels whose customer is remembered.
const CHANNELS_MAX: usize = 10_000;

pub(super) struct Forwarder {
    webhook: String,
    forwarding: Forwarding,
    http: Arc<dyn Http>,
    world: Arc<dyn World>,
    /// Whose a private channel is: Discord does not say it of a message that is deleted.
    customers: BTreeMap<String, String>,
}

impl Forwarder {
    pub(super) fn new(
        webhook: String,
        forwarding: Forwarding,
        http: Arc<dyn Http>,
        world: Arc<dyn World>,
    ) -> Forwarder {
        Forwarder { webhook, forwarding, http, world, customers: BTreeMap::new() }
    }

    /// Forwards until nobody tells any more, or the webhook refuses the signature.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Event>) -> anyhow::Result<()> {
        while let Some(Event { session_id, mut payload }) = waiting.recv().await {
            self.complete(&mut payload);
            self.hand_on(&session_id, &payload).await?;
        }
        Ok(())
    }

    /// Adds whose message was deleted, where that is known.
    fn complete(&mut self, payload: &mut Map<String, Value>) {
        let kind = payload.get("t").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(Value::Object(data)) = payload.get_mut("d") else { return };
        let private = data.get("guild_id").is_none_or(Value::is_null);
        let Some(channel) = data.get("channel_id").and_then(Value::as_str).filter(|_| private) else {
            return;
        };
        match kind.as_str() {
            "MESSAGE_CREATE" => {
                let author = data.get("author").filter(|author| author["bot"] != json!(true));
                if let Some(id) = author.and_then(|author| author["id"].as_str()) {
                    if self.customers.len() == CHANNELS_MAX {
                        self.customers.pop_first();
                    }
                    self.customers.insert(channel.to_owned(), id.to_owned());
                }
            }
            "MESSAGE_DELETE" => {
                if let Some(id) = self.customers.get(channel) {
                    let id = json!(id);
                    data.insert("user_id".into(), id);
                }
            }
            _ => {}
        }
    }

    async fn hand_on(&self, session_id: &str, payload: &Map<String, Value>) -> anyhow::Result<()> {
        for wait_s in TRIES_AFTER_S.iter().map(Some).chain([None]) {
            let status = self.post(session_id, payload).await;
            match status {
                Some(200..300) => return Ok(()),
                Some(status @ (401 | 403 | 404)) => {
                    bail!(
                        "the webhook answers {status}: is it the account's, and the secret its gateway_secret?"
                    )
                }
                // It cannot be read; it will not be better.
                Some(status @ 400..500) if status != 408 && status != 429 => {
                    tracing::error!("the webhook refuses an event: {status}");
                    return Ok(());
                }
                _ => tracing::warn!(?status, "the webhook does not take an event"),
            }
            if let Some(wait_s) = wait_s {
                tokio::time::sleep(Duration::from_secs(*wait_s)).await;
            }
        }
        tracing::error!("an event is given up: the webhook took it at no try");
        Ok(())
    }

    /// The webhook's answer, where there was one.
    async fn post(&self, session_id: &str, payload: &Map<String, Value>) -> Option<u16> {
        let (headers, body) = self.forwarding.webhook(payload.clone(), session_id, self.world.now());
        let headers = headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let request = HttpRequest {
            method: "POST".into(),
            url: self.webhook.clone(),
            headers,
            body,
            timeout_ms: TIMEOUT_MS,
            response_bytes_max: RESPONSE_BYTES_MAX,
            redirects_max: 0,
            // The operator names it.
            trusted: true,
        };
        self.http.call(request).await.ok().map(|response| response.status)
    }
}
