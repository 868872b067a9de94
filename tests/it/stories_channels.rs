//! What every channel carries, from its customers through flow, router and agent and back: the simulator plays whatever
//! the registry lists, with all that it can.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use futures_util::FutureExt;
use hyper::Method;
use patchbay_channels::registry::examples;
use patchbay_channels::{Capabilities, open};
use patchbay_model::ChannelKind;
use patchbay_tests::harness::{Agent, Running, eventually, example};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;

/// A picture of one pixel.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";

type Settings = BTreeMap<String, String>;

/// What the customers of each account say, and what they do besides.
const CARRIED: [&str; 16] = [
    "sms default: text media text · opt_out opt_in",
    "voice default: text media text · opt_out opt_in",
    "whatsapp default: text media location choice contacts unsupported · edit react react echo referral form note reply unsend",
    "messenger default: text media location choice unsupported · edit react react echo referral note reply unsend",
    "instagram default: text media choice unsupported · edit react react echo referral story_reply story_mention note reply unsend",
    "email default: email · reply opt_out opt_in",
    "custom default: text media location sticker choice contacts · edit react react typing echo referral form note reply unsend opt_out opt_in",
    "discord default: text media choice · form note reply",
    "google default: text media location choice · typing note opt_out opt_in",
    "line default: text media location sticker choice unsupported · note reply unsend opt_out opt_in",
    "telegram default: text media location sticker choice contacts unsupported · edit react react referral form story_reply note reply opt_out opt_in",
    "webchat default: text media location choice · edit typing reply unsend",
    "whatsapp other2: text media location choice · referral form reply opt_out opt_in",
    "email other2: email · reply opt_out opt_in",
    "google other2: text choice · typing",
    "discord other2: text media sticker choice · edit react react typing form note reply unsend",
];

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
        ChannelKind::Sms | ChannelKind::Voice | ChannelKind::Whatsapp | ChannelKind::Google => {
            format!("+1500555{number:04}")
        }
        ChannelKind::Line => format!("U{number:032x}"),
        ChannelKind::Email => format!("customer{number}@customer.example"),
        _ => (4_242_000 + number).to_string(),
    }
}

/// One customer of one account, with the agent who talks to them.
struct Story<'a> {
    center: &'a Running,
    agent: Agent,
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

    async fn reads(&self, words: &str) -> Value {
        self.sees(words, |shown| shown["text"].as_str().is_some_and(|text| text.contains(words))).await
    }

    /// The next frame of a kind that is of this conversation, or of none.
    async fn hears(&mut self, event_type: &str) -> Value {
        loop {
            let heard = self.agent.expect(event_type).await;
            let conversation = &heard["conversation_sid"];
            if conversation.is_null() || *conversation == self.conversation.as_str() {
                return heard;
            }
        }
    }

    /// The next frame of a kind about this message.
    async fn hears_of(&mut self, event_type: &str, sid: &Value) -> Value {
        loop {
            let heard = self.hears(event_type).await;
            if heard["sid"] == *sid {
                return heard;
            }
        }
    }

    /// The customer comes to the agent. Some providers say which language they speak; of the others it is asked.
    async fn begin(&mut self) -> Value {
        self.plays(json!({ "text": "live agent" })).await.expect("texts are played");
        let answered = self.sees("an answer", |shown| shown["text"].is_string()).await;
        if answered["text"].as_str().is_some_and(|text| text.contains("Which language")) {
            self.plays(json!({ "text": "english" })).await.expect("texts are played");
        }
        self.reads("One moment").await;
        let offer = self.agent.offered().await;
        let accepted = self.agent.accept(&offer).await;
        self.conversation = self.agent.conversation(&accepted).await;
        let joined = self.hears("message.created").await;
        assert_eq!(joined["kind"], "system", "{joined}");
        offer
    }

    /// All that a customer can say, each with what the agent sees of it.
    async fn customer_says(&mut self) -> Vec<String> {
        // Where providers serve files to whom has their credentials, the played ones do; elsewhere files are anywhere,
        // here at a name that does not exist.
        let anywhere = [ChannelKind::Custom, ChannelKind::Discord, ChannelKind::Google, ChannelKind::Webchat];
        let has_files = !anywhere.contains(&self.kind);
        let image = match has_files {
            true => json!({ "base64": PICTURE, "content_type": "image/png" }),
            false => json!({ "url": "https://media.invalid/a.png", "content_type": "image/png" }),
        };
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
            let seen = self.hears("message.created").await;
            assert_eq!((&seen["direction"], &seen["channel"]), (&json!("inbound"), &json!(self.kind)));
            let expect = match (self.kind, kind.as_str().unwrap()) {
                // A text message has no buttons: what was chosen is what was written.
                (ChannelKind::Sms | ChannelKind::Voice, "choice") => "text",
                // Whatever comes by mail is one.
                (ChannelKind::Email, _) => "email",
                (_, kind) => kind,
            };
            assert_eq!(seen["kind"], expect, "{}: {said}", self.kind);
            if !said["media"].is_null() && self.kind != ChannelKind::Email {
                let looked_for = self.hears_of("message.updated", &seen["sid"]).await;
                let file = &looked_for["attachments"][0];
                let (part, words) = if has_files { ("url", "/blobs/") } else { ("error", "forbidden") };
                assert!(
                    file[part].as_str().is_some_and(|text| text.contains(words)),
                    "{}: {file}",
                    self.kind
                );
            }
            carried.push(expect.to_owned());
        }
        carried
    }

    /// All that a customer can do besides, each with the frame that tells of it.
    async fn customer_does(&mut self) -> Vec<String> {
        let first = self.plays(json!({ "text": "to be changed" })).await.unwrap()["message"].clone();
        let own = self.hears("message.created").await;
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
                json!({ "act": "story_reply", "story_url": "https://media.invalid/s", "text": "nice" }),
                created,
            ),
            (json!({ "act": "story_mention", "story_url": "https://media.invalid/s" }), created),
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
            let seen = match frame == updated {
                true => self.hears_of(frame, &own["sid"]).await,
                false => self.hears(frame).await,
            };
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
            carried.push(name.to_owned());
        }
        carried
    }

    /// Waits until a message of the agent's has this status, and says why.
    async fn becomes(&mut self, sid: &Value, status: &str) -> Value {
        loop {
            let seen = self.hears_of("message.updated", sid).await;
            if seen["status"] == status {
                return seen["reason"].clone();
            }
        }
    }

    /// An answer to what the customer says, a reaction to it, and a question with answers to choose from: each where
    /// the channel has it, else as the documents say.
    async fn agent_answers(&mut self) {
        self.plays(json!({ "text": "Do you have it?" })).await.unwrap();
        let mut heard = self.hears("message.created").await;
        while heard["text"] != "Do you have it?" {
            heard = self.hears("message.created").await;
        }
        let part = |name: &str| heard[name].to_string().trim_matches('"').to_owned();
        let name = format!("{}.{}.{}", part("contact_sid"), part("seq"), part("sid"));
        self.agent_sends(json!({ "text": "Yes, this one", "reply_to": name })).await;
        let shown = self.reads("Yes, this one").await;
        if self.capabilities.replies {
            assert!(!shown["reply_to"].is_null(), "{}: {shown}", self.kind);
        }
        // Instagram has this one alone.
        let emoji = if self.kind == ChannelKind::Instagram { "❤️" } else { "👍" };
        let reaction = json!({ "reaction": { "emoji": emoji }, "reply_to": name });
        if self.capabilities.reactions {
            self.agent_sends(reaction).await;
            self.sees("the agent's reaction", |shown| shown["signal"] == "reaction").await;
        } else {
            let refused = self.agent.ask(self.message(reaction)).await;
            assert_eq!(refused["payload"]["code"], "refused", "{}: {refused}", self.kind);
        }
        let options = json!([{ "data": "r", "text": "Red" }, { "data": "b", "text": "Blue" }]);
        self.agent_sends(json!({ "text": "Which colour?", "choices": options })).await;
        let shown = self.reads("Which colour?").await;
        if self.capabilities.choices_max == 0 {
            assert!(
                shown["text"].as_str().is_some_and(|text| text.contains("Blue")),
                "{}: {shown}",
                self.kind
            );
        } else {
            assert_eq!(shown["choices"][1]["text"], "Blue", "{}: {shown}", self.kind);
        }
        let subject = json!({ "text": "About something else", "subject": "Your order" });
        if self.kind == ChannelKind::Email {
            self.agent_sends(subject).await;
            let shown = self.reads("About something else").await;
            assert!(shown["request"].to_string().contains("Your order"), "{shown}");
        } else {
            let refused = self.agent.ask(self.message(subject)).await;
            assert_eq!(refused["payload"]["code"], "bad_field", "{}: {refused}", self.kind);
        }
    }

    fn message(&self, mut message: Value) -> Value {
        message["action"] = json!("message.send");
        message["conversation_sid"] = json!(self.conversation);
        message
    }

    async fn agent_sends(&mut self, message: Value) -> Value {
        self.agent.act(self.message(message)).await["message_sid"].clone()
    }

    /// What an agent says arrives, and the provider's news of it, too.
    async fn agent_says(&mut self) {
        let sid = self.agent_sends(json!({ "text": "Hello from a person" })).await;
        let shown = self.sees("the agent's text", |shown| shown["text"] == "Hello from a person").await;
        // A visitor's socket tells it by itself.
        let is_told = self.capabilities.delivered_receipts || self.kind == ChannelKind::Webchat;
        let news = if is_told { "delivered" } else { "sent" };
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
async fn every_channel_carries_a_whole_conversation() {
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path());
    let (mut carried, mut failed) = (Vec::new(), Vec::new());
    for (number, account) in accounts().into_iter().enumerate() {
        // One of its own: what one channel leaves behind is nothing to the next.
        let Some(center) = Running::with(folder.path()) else { return };
        let name = format!("{} {}", account.0, account.1);
        match AssertUnwindSafe(conversation(center, number, account)).catch_unwind().await {
            Ok(kinds) => carried.push(format!("{name}: {kinds}")),
            Err(_) => failed.push(name),
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
    // What a customer cannot say any more is as wrong as what does not arrive.
    assert_eq!(carried, CARRIED);
}

/// One account's story; what its customer said and did.
async fn conversation(
    center: Running,
    number: usize,
    (kind, account, settings): (ChannelKind, String, Settings),
) -> String {
    let channel = open(kind, &account, &settings, "http://127.0.0.1").unwrap();
    let mut story = Story {
        center: &center,
        agent: Agent::connect(&center, "Ann").await,
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
    story.agent_answers().await;
    story.provider_fails().await;
    story.end(&offer).await;
    format!("{} · {}", said.join(" "), done.join(" "))
}
