//! The center of the conversations: one account of each channel, one flow, two agents.

use crate::world::SimWorld;
use patchbay_center::config::ConfigDocuments;
use patchbay_center::{ChannelAccount, ChannelAccounts};
use patchbay_channels::registry::example_settings;
use patchbay_channels::{Simulated, open_simulated};
use patchbay_model::ChannelKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The account's name on every channel.
pub(super) const ACCOUNT: &str = "default";
pub(super) const QUEUE: &str = "Everyone";
pub(super) const AGENTS: [&str; 2] = ["ann", "bob"];
/// Where the bot of the flow is.
pub(super) const BOT: &str = "https://bot.example/topic";
const FLOW: &str = "reception";

/// The other sides of the channels.
pub(super) type Accounts = BTreeMap<ChannelKind, Arc<dyn Simulated>>;

pub(super) fn accounts() -> Accounts {
    let open = |kind| {
        let settings = example_settings(kind).unwrap_or_default();
        match open_simulated(kind, ACCOUNT, &settings, "https://center.example") {
            Ok(account) => (kind, account),
            Err(error) => panic!("{error}"),
        }
    };
    let kinds = [ChannelKind::Webchat, ChannelKind::Line, ChannelKind::Sms, ChannelKind::Telegram];
    kinds.into_iter().map(open).collect()
}

pub(super) fn channels(accounts: &Accounts) -> ChannelAccounts {
    let entry = |(kind, account): (&ChannelKind, &Arc<dyn Simulated>)| {
        let account = ChannelAccount { channel: account.clone(), flow: FLOW.into() };
        ((*kind, ACCOUNT.to_owned()), account)
    };
    accounts.iter().map(entry).collect()
}

/// How many conversations an agent may hold, and how long an offer stands, vary.
pub(super) fn documents(world: &SimWorld) -> ConfigDocuments {
    let (capacity, offer_s) = world.dice(|rng| (rng.u32(1..=3), rng.u32(20..60)));
    let worker = |name| json!({"friendly_name": name, "channels": {"chat": {"capacity": capacity}}});
    let workspace = json!({
        "workers": AGENTS.map(worker),
        "task_queues": [{"friendly_name": QUEUE}],
        "workflows": [{
            "friendly_name": "Main",
            "task_reservation_timeout": offer_s,
            "configuration": {"task_routing": {"filters": [], "default_filter": {"queue": QUEUE}}},
        }],
    });
    let flows = BTreeMap::from([(FLOW.to_owned(), reception())]);
    match serde_json::from_value(workspace) {
        Ok(workspace) => ConfigDocuments { workspace, flows, ..ConfigDocuments::default() },
        Err(error) => panic!("{error}"),
    }
}

/// Greets, asks what it is about, has the bot find the topic, hands over to an agent, and says good-bye. Every
/// text has the execution in it, so that no two messages of a flow are the same.
fn reception() -> Value {
    let widget = |name: &str, kind: &str, properties: Value, transitions: &[(&str, &str)]| {
        let transitions: Vec<Value> = transitions
            .iter()
            .map(|(event, next)| match *next {
                "" => json!({"event": event}),
                next => json!({"event": event, "next": next}),
            })
            .collect();
        json!({"name": name, "type": kind, "properties": properties, "transitions": transitions})
    };
    let says = |name: &str, next: &str| {
        let body = format!("{name} {{{{flow.sid}}}}");
        widget(name, "send-message", json!({"body": body}), &[("sent", next), ("failed", next)])
    };
    json!({
        "description": "A reception.",
        "initial_state": "Trigger",
        "flags": {},
        "states": [
            widget("Trigger", "trigger", json!({}), &[("incomingMessage", "welcome")]),
            says("welcome", "ask"),
            widget(
                "ask",
                "send-and-wait-for-reply",
                json!({"body": "What is it about? {{flow.sid}}", "timeout": "1800"}),
                &[("incomingMessage", "look"), ("timeout", "gone"), ("deliveryFailure", "look")],
            ),
            widget(
                "look",
                "make-http-request",
                json!({"method": "POST", "url": BOT, "content_type": "application/json", "body": "{}"}),
                &[("success", "hand"), ("failed", "hand")],
            ),
            widget(
                "hand",
                "send-to-flex",
                json!({"channel": "chat", "attributes": "{\"topic\": \"{{widgets.look.parsed.topic}}\"}"}),
                &[("callComplete", "bye"), ("failedToEnqueue", "sorry"), ("callFailure", "sorry")],
            ),
            says("bye", ""),
            says("sorry", ""),
            says("gone", ""),
        ],
    })
}
