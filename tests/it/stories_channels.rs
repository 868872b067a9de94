//! What every channel carries, from its customers through flow, router and agent and back: the simulator plays whatever
//! the registry lists, with all that it can.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hyper::Method;
use patchbay_channels::registry::examples;
use patchbay_channels::{Capabilities, open};
use patchbay_model::ChannelKind;
use patchbay_tests::harness::{Agent, Running, eventually, example};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

type Settings = BTreeMap<String, String>;

/// Every account that there is an example of, by channel and name.
fn accounts() -> Vec<(ChannelKind, String, Settings)> {
    let mut names: BTreeMap<ChannelKind, usize> = BTreeMap::new();
    let account = |(kind, mut settings): (ChannelKind, Settings)| {
        let number = names.entry(kind).or_default();
        *number += 1;
        let name = if *number == 1 { "default".to_owned() } else { format!("other{number}") };
        let simulator = format!("http://simulator.localhost/provider/{kind}/{name}");
        let key = if kind == ChannelKind::Custom { "callback_url" } else { "api_base" };
        if kind != ChannelKind::Webchat {
            settings.insert(key.into(), simulator);
        }
        settings.insert("flow".into(), "welcome".into());
        (kind, name, settings)
    };
    examples().map(account).collect()
}

/// The example configuration, with every account.
fn configure(folder: &Path) {
    let flows = folder.join("flows");
    std::fs::create_dir(&flows).unwrap();
    for file in ["workspace.json", "flows/welcome.json"] {
        std::fs::copy(example().join(file), folder.join(file)).unwrap();
    }
    let table = |(kind, name, settings): &(ChannelKind, String, Settings)| {
        let lines = settings.iter().map(|(key, value)| format!("{key} = {}", json!(value)));
        format!("[{kind}.{name}]\n{}\n", lines.collect::<Vec<_>>().join("\n"))
    };
    let tables: Vec<String> = accounts().iter().map(table).collect();
    std::fs::write(folder.join("channels.toml"), tables.join("\n")).unwrap();
}

/// The address of a customer whom no other account knows, as the channel writes it.
fn address(kind: ChannelKind, number: usize) -> String {
    match kind {
        ChannelKind::Sms | ChannelKind::Whatsapp | ChannelKind::Google => format!("+1500555{number:04}"),
        ChannelKind::Line => format!("U{number:032x}"),
        ChannelKind::Email => format!("customer{number}@customer.example"),
        _ => (4_242_000 + number).to_string(),
    }
}

/// One customer of one account, with the agent who talks to them.
struct Story<'a> {
    center: &'a Running,
    agent: &'a mut Agent,
    kind: ChannelKind,
    account: String,
    from: String,
    capabilities: Capabilities,
    conversation: String,
}

impl Story<'_> {
    /// The simulator's answer; `None` for what customers of the channel cannot do.
    async fn plays(&self, mut asked: Value) -> Option<Value> {
        asked["from"] = json!(self.from);
        asked["account"] = json!(self.account);
        let path = format!("/simulator/api/{}/messages", self.kind);
        let headers = [("content-type", "application/json")];
        let (status, answer) =
            self.center.request(Method::POST, &path, &headers, asked.to_string().into_bytes()).await;
        match status {
            400 => None,
            200 => {
                let answer: Value = serde_json::from_str(&answer).unwrap();
                assert!(matches!(answer["status"].as_u64(), Some(200..300)), "{asked} → {answer}");
                Some(answer)
            }
            other => panic!("{}: {asked} → {other} {answer}", self.kind),
        }
    }

    /// What the customer was shown.
    async fn shown(&self) -> Vec<Value> {
        let path = format!("/api/{}/deliveries", self.kind);
        let all = self.center.simulator(Method::GET, &path, None).await;
        let own = |shown: &&Value| shown["to"] == self.from.as_str() || shown["to"] == "";
        all.as_array().unwrap().iter().filter(own).cloned().collect()
    }

    async fn sees(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let what = format!("{} {} shows {what}", self.kind, self.account);
        eventually(&what, || async { self.shown().await.into_iter().find(&is_it) }).await
    }

    /// The customer comes to the agent.
    async fn begin(&mut self) -> Value {
        for (words, answer) in [("live agent", "Which language"), ("english", "One moment")] {
            self.plays(json!({ "text": words })).await.expect("texts are played");
            self.sees(answer, |shown| shown["text"].as_str().unwrap().contains(answer)).await;
        }
        let offer = self.agent.offered().await;
        let accepted = self.agent.accept(&offer).await;
        self.conversation = accepted["conversation"]["sid"].as_str().unwrap().to_owned();
        let joined = self.agent.expect("message.created").await;
        assert_eq!(joined["kind"], "system", "{joined}");
        offer
    }

    /// All that a customer can say, each with what the agent sees of it.
    async fn customer_says(&mut self) -> Vec<String> {
        let image = json!({ "url": "https://media.example/a.jpg", "content_type": "image/jpeg" });
        let card = json!({ "name": "Bob", "phones": ["+15005550009"] });
        let place = json!({ "kind": "location", "latitude": 1.5, "longitude": 2.5 });
        let mut carried = Vec::new();
        for said in [
            json!({ "kind": "text", "text": "said as text" }),
            json!({ "kind": "media", "media": image }),
            place,
            json!({ "kind": "sticker", "package_id": "446", "sticker_id": "1988" }),
            json!({ "kind": "choice", "data": "chosen" }),
            json!({ "kind": "contacts", "contacts": [card] }),
            json!({ "kind": "unsupported", "provider_kind": "hologram" }),
        ] {
            let kind = said["kind"].clone();
            if self.plays(said.clone()).await.is_none() {
                continue;
            }
            let seen = self.agent.expect("message.created").await;
            assert_eq!((&seen["direction"], &seen["channel"]), (&json!("inbound"), &json!(self.kind)));
            // A text message has no buttons: what was chosen is what was written.
            let expect = if self.kind == ChannelKind::Sms && kind == "choice" { json!("text") } else { kind };
            assert_eq!(seen["kind"], expect, "{}: {said}", self.kind);
            carried.push(expect.as_str().unwrap().to_owned());
        }
        carried
    }

    /// All that a customer can do besides, each with the frame that tells of it.
    async fn customer_does(&mut self) -> Vec<String> {
        let first = self.plays(json!({ "text": "to be changed" })).await.unwrap()["message"].clone();
        let own = self.agent.expect("message.created").await;
        let (created, updated) = ("message.created", "message.updated");
        let acts = [
            (json!({ "act": "edit", "message": first, "text": "changed" }), updated),
            (json!({ "act": "react", "message": first, "emoji": "👍" }), created),
            (json!({ "act": "react", "message": first }), created),
            (json!({ "act": "typing", "on": true }), "typing"),
            (json!({ "act": "echo", "text": "said elsewhere" }), created),
            (json!({ "act": "referral", "reference": "summer", "text": "an ad" }), created),
            (json!({ "act": "form", "data": "{\"size\":42}" }), created),
            (
                json!({ "act": "story_reply", "story_url": "https://media.example/s", "text": "nice" }),
                created,
            ),
            (json!({ "act": "story_mention", "story_url": "https://media.example/s" }), created),
            (json!({ "act": "note", "name": "noted" }), created),
            (json!({ "text": "an answer", "reply_to": first }), created),
            (json!({ "act": "unsend", "message": first }), updated),
            (json!({ "act": "opt_out" }), "contact.updated"),
            (json!({ "act": "opt_in" }), "contact.updated"),
        ];
        let mut carried = Vec::new();
        for (act, frame) in acts {
            if self.plays(act.clone()).await.is_none() {
                continue;
            }
            let name = act["act"].as_str().unwrap_or("reply");
            let seen = self.agent.expect(frame).await;
            match name {
                "edit" => assert_eq!(seen["edited"]["text"], "changed", "{seen}"),
                "unsend" => assert_eq!(seen["deleted"], true, "{seen}"),
                "react" => {
                    assert_eq!(
                        (&seen["kind"], &seen["emoji"]),
                        (&json!("reaction"), &act["emoji"]),
                        "{seen}"
                    );
                }
                "typing" => assert_eq!(seen["on"], true, "{seen}"),
                "echo" => assert_eq!(seen["author"]["type"], "provider", "{seen}"),
                "form" => assert_eq!(seen["data"], act["data"], "{seen}"),
                "story_reply" => assert_eq!(seen["text"], "nice", "{seen}"),
                "reply" => assert!(!seen["reply_to"].is_null(), "{seen}"),
                "note" => assert_eq!(seen["kind"], "system", "{seen}"),
                _ => {}
            }
            if frame == updated {
                assert_eq!(seen["sid"], own["sid"], "{}: {act}", self.kind);
            }
            carried.push(name.to_owned());
        }
        carried
    }

    /// Waits until a message of the agent's has this status, and says why.
    async fn becomes(&mut self, sid: &Value, status: &str) -> Value {
        loop {
            let seen = self.agent.expect("message.updated").await;
            if seen["sid"] == *sid && seen["status"] == status {
                return seen["reason"].clone();
            }
        }
    }

    async fn agent_sends(&mut self, mut message: Value) -> Value {
        message["action"] = json!("message.send");
        message["conversation_sid"] = json!(self.conversation);
        self.agent.act(message).await["message_sid"].clone()
    }

    /// What an agent says arrives, and the provider's news of it, too.
    async fn agent_says(&mut self) {
        let sid = self.agent_sends(json!({ "text": "Hello from a person" })).await;
        let shown = self.sees("the agent's text", |shown| shown["text"] == "Hello from a person").await;
        let news = if self.capabilities.delivered_receipts { "delivered" } else { "sent" };
        self.becomes(&sid, news).await;
        if self.capabilities.read_receipts {
            self.plays(json!({ "act": "read", "message": shown["id"] })).await.expect("reading is told");
            self.becomes(&sid, "read").await;
        }
        let url = "https://media.example/b.png";
        let media = json!([{ "url": url, "content_type": "image/png" }]);
        self.agent_sends(json!({ "text": "see", "media": media })).await;
        self.sees("the agent's picture", |shown| {
            let media = shown["media"].as_array().into_iter().flatten();
            media.into_iter().any(|one| one == url) || shown["text"].as_str().unwrap().contains(url)
        })
        .await;
        let typing = json!({ "action": "message.typing", "conversation_sid": self.conversation, "on": true });
        let typed = self.agent.act(typing).await;
        assert_eq!(typed["shown"], self.capabilities.typing_out, "{}", self.kind);
        if self.capabilities.typing_out {
            self.sees("that the agent types", |shown| shown["signal"] == "typing").await;
        }
    }

    /// What a provider refuses is told with its reason; what it puts off arrives later; what it takes and loses is
    /// told, too.
    async fn provider_fails(&mut self) {
        if self.kind == ChannelKind::Webchat {
            return;
        }
        let faults = format!("/api/{}/faults", self.kind);
        let refused = json!({ "status": 400 });
        self.center.simulator(Method::POST, &faults, Some(&refused)).await;
        let sid = self.agent_sends(json!({ "text": "This is refused" })).await;
        let reason = self.becomes(&sid, "failed").await;
        assert!(reason.as_str().is_some_and(|reason| reason.len() > 3), "{}: {reason}", self.kind);

        let late = json!({ "status": 429, "retry_after_s": 1 });
        self.center.simulator(Method::POST, &faults, Some(&late)).await;
        self.agent_sends(json!({ "text": "This comes later" })).await;
        self.sees("what was put off", |shown| shown["text"] == "This comes later").await;

        if self.capabilities.delivered_receipts {
            let lost = json!({ "receipt": "none" });
            self.center.simulator(Method::POST, &faults, Some(&lost)).await;
            let sid = self.agent_sends(json!({ "text": "This is lost" })).await;
            let shown = self.sees("what is lost", |shown| shown["text"] == "This is lost").await;
            if self.plays(json!({ "act": "failed", "message": shown["id"] })).await.is_some() {
                let reason = self.becomes(&sid, "failed").await;
                assert!(reason.is_string(), "{}: {reason}", self.kind);
            }
        }
    }

    async fn end(&mut self, offer: &Value) {
        for action in ["reservation.wrap", "reservation.complete"] {
            self.agent.act(json!({ "action": action, "reservation_sid": offer["sid"] })).await;
        }
    }
}

#[tokio::test]
#[allow(clippy::print_stdout, reason = "whoever reads the tests' output sees what each channel carries")]
async fn every_channel_carries_a_whole_conversation() {
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path());
    let Some(center) = Running::with(folder.path()) else { return };
    let mut agent = Agent::connect(&center, "Ann").await;
    for (number, (kind, account, settings)) in accounts().into_iter().enumerate() {
        let channel = open(kind, &account, &settings, "http://127.0.0.1").unwrap();
        let mut story = Story {
            center: &center,
            agent: &mut agent,
            kind,
            from: address(kind, number),
            capabilities: channel.capabilities().clone(),
            account,
            conversation: String::new(),
        };
        let offer = story.begin().await;
        let said = story.customer_says().await;
        let done = story.customer_does().await;
        story.agent_says().await;
        story.provider_fails().await;
        println!("{kind} {}: {} · {}", story.account, said.join(" "), done.join(" "));
        story.end(&offer).await;
    }
}
