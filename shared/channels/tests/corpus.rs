//! Other people's examples, read from the folder that `PATCHBAY_CORPUS` names: every signature vector has its
//! verdict, every webhook becomes the events it is, every API answer has its outcome.
#![expect(clippy::print_stdout, reason = "the counts are what one runs this for")]

#[path = "corpus/discord.rs"]
mod discord;
#[path = "corpus/email.rs"]
mod email;
#[path = "corpus/google.rs"]
mod google;
#[path = "corpus/meta.rs"]
mod meta;
#[expect(dead_code, reason = "the contract suite uses the rest")]
mod support;
#[path = "corpus/telegram.rs"]
mod telegram;
#[path = "corpus/twilio_voice.rs"]
mod twilio_voice;
#[path = "corpus/twilio_whatsapp.rs"]
mod twilio_whatsapp;

use patchbay_channels::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse};
use patchbay_channels::webhook::{Headers, Normalised, WebhookRequest};
use patchbay_channels::{Simulated, open_simulated};
use patchbay_model::{ChannelKind, Content, EventKind, MessageStatus};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::{CUSTOMER, NOW, PUBLIC_URL, channels, hear};

/// The folder of one channel's examples; `None`, with a word, where there is no corpus.
#[expect(clippy::disallowed_methods, reason = "the corpus is the machine's, not the project's")]
fn corpus(channel: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("PATCHBAY_CORPUS") else {
        println!("skipped: PATCHBAY_CORPUS is not set");
        return None;
    };
    Some(Path::new(&root).join(channel))
}

/// The files of a folder that end so, by name.
fn files(folder: &Path, extension: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("it can be read"))
        })
        .filter(|(name, _)| name != "signature-vectors")
        .collect();
    files.sort();
    files
}

/// Runs every case and says how many are right; the test fails if one is not.
fn count(what: &str, cases: impl IntoIterator<Item = (String, Result<(), String>)>) {
    let (mut passed, mut wrong) = (0, Vec::new());
    for (name, verdict) in cases {
        match verdict {
            Ok(()) => passed += 1,
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    println!("{what}: {passed}/{}", passed + wrong.len());
    assert!(passed > 0, "{what}: nothing was found");
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
}

fn expect<T: PartialEq + std::fmt::Debug>(found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{found:?}, not {wanted:?}")) }
}

fn channel(kind: ChannelKind) -> Arc<dyn Simulated> {
    channels().find(|channel| channel.kind() == kind).expect("it is supported")
}

fn open(kind: ChannelKind, settings: &[(&str, &str)], public_url: &str) -> Arc<dyn Simulated> {
    let settings: BTreeMap<String, String> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    open_simulated(kind, "default", &settings, public_url).expect("the vector's settings are valid")
}

fn vectors(folder: &Path) -> Vec<Value> {
    let text = fs::read(folder.join("signature-vectors.json")).expect("the vectors can be read");
    serde_json::from_slice(&text).expect("they are JSON")
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap_or_default()
}

/// A webhook with these bytes, signed by the played provider, as it is heard.
fn heard(channel: &dyn Simulated, content_type: &str, body: Vec<u8>) -> Normalised {
    let mut request = WebhookRequest {
        method: "POST".into(),
        path: format!("/webhooks/{}/default", channel.kind()),
        headers: Headers::from_iter([("Content-Type", content_type)]),
        body,
        ..Default::default()
    };
    channel.sign(&mut request, CUSTOMER, NOW);
    hear(channel, &request)
}

#[test]
fn twilio_signatures() {
    let Some(folder) = corpus("twilio-sms") else { return };
    count(
        "twilio-sms signatures",
        vectors(&folder).iter().map(|vector| {
            let (scheme, rest) = text(vector, "request_url").split_once("://").expect("it is a URL");
            let (authority, target) = rest.split_at(rest.find('/').expect("it has a path"));
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in vector["params"].as_object().expect("params are an object") {
                match value {
                    Value::Array(values) => {
                        form.extend_pairs(
                            values.iter().map(|value| (name, value.as_str().unwrap_or_default())),
                        );
                    }
                    value => {
                        form.append_pair(name, value.as_str().unwrap_or_default());
                    }
                }
            }
            let body = vector["body"].as_str().map_or_else(|| form.finish(), str::to_owned);
            let request = WebhookRequest {
                method: "POST".into(),
                path: path.into(),
                raw_query: query.into(),
                headers: Headers::from_iter([("X-Twilio-Signature", text(vector, "signature"))]),
                body: body.into_bytes(),
            };
            let settings =
                [("account_sid", "AC1"), ("auth_token", text(vector, "token")), ("from", "+15005550006")];
            let sms = open(ChannelKind::Sms, &settings, &format!("{scheme}://{authority}"));
            let verdict = sms.verify(&request, NOW).is_ok();
            (text(vector, "name").to_owned(), expect(Some(verdict), vector["valid"].as_bool()))
        }),
    );
}

#[test]
fn line_signatures() {
    let Some(folder) = corpus("line") else { return };
    count(
        "line signatures",
        vectors(&folder).iter().map(|vector| {
            let request = WebhookRequest {
                method: "POST".into(),
                headers: Headers::from_iter([("X-Line-Signature", text(vector, "signature"))]),
                body: text(vector, "body").into(),
                ..Default::default()
            };
            let settings = [("channel_secret", text(vector, "secret")), ("channel_access_token", "token")];
            let line = open(ChannelKind::Line, &settings, PUBLIC_URL);
            let verdict = line.verify(&request, NOW).is_ok();
            (text(vector, "source").to_owned(), expect(Some(verdict), vector["valid"].as_bool()))
        }),
    );
}

#[test]
fn twilio_webhooks() {
    let Some(folder) = corpus("twilio-sms") else { return };
    let sms = channel(ChannelKind::Sms);
    count(
        "twilio-sms webhooks",
        files(&folder, "form").into_iter().map(|(name, body)| {
            let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
            let heard = heard(&*sms, "application/x-www-form-urlencoded", body);
            let verdict = match heard.events.as_slice() {
                [event] if heard.problems.is_empty() => match &event.kind {
                    EventKind::Message { params, content, provider_id, .. } => {
                        let media = matches!(content, Content::Media { .. });
                        expect(name.starts_with("syn-mms") || name.starts_with("syn-sms"), true)
                            .and(expect(media, name.starts_with("syn-mms")))
                            .and(expect(params, &form))
                            .and(expect(provider_id, &form["MessageSid"]))
                            .and(expect(&event.contact_address, &form["From"]))
                            .and(expect(&event.our_address, &form["To"]))
                    }
                    EventKind::Consent { opted_in, content } => expect(name.contains("-stop-"), true)
                        .and(expect(*opted_in, false))
                        .and(expect(content, &Some(Content::text(form["Body"].clone())))),
                    EventKind::Receipt { status, reason, .. } => {
                        let failed = name.contains("failed") || name.contains("undelivered");
                        let wanted = if failed { MessageStatus::Failed } else { MessageStatus::Sent };
                        expect(name.starts_with("syn-status"), true)
                            .and(expect(*status, wanted))
                            .and(expect(reason.is_some(), form.contains_key("ErrorCode")))
                            .and(expect(&event.contact_address, &form["To"]))
                    }
                    other => Err(format!("{other:?}")),
                },
                events => Err(format!("{events:?}, {:?}", heard.problems)),
            };
            (name, verdict)
        }),
    );
}

#[test]
fn twilio_answers() {
    let Some(folder) = corpus("twilio-sms") else { return };
    let sms = channel(ChannelKind::Sms);
    let request = ProviderRequest {
        method: "POST".into(),
        url: String::new(),
        headers: Headers::new(),
        body: Vec::new(),
        idempotent: false,
        on_refused: None,
    };
    count(
        "twilio-sms answers",
        files(&folder.join("rest"), "json").into_iter().map(|(name, body)| {
            let status: u16 = name
                .split('-')
                .find_map(|part| part.parse().ok().filter(|s| (200..600).contains(s)))
                .expect("a status");
            let document: Value = serde_json::from_slice(&body).expect("it is JSON");
            let outcome =
                sms.outcome(&request, &ProviderResponse::Http { status, headers: Headers::new(), body });
            let verdict = match &outcome {
                DeliveryOutcome::Sent { provider_id } => {
                    expect(status < 300, true).and(expect(provider_id.as_deref(), document["sid"].as_str()))
                }
                DeliveryOutcome::Refused { code, why, .. } => expect((400..429).contains(&status), true)
                    .and(expect(code.clone(), document["code"].to_string()))
                    .and(expect(Some(why.as_str()), document["message"].as_str())),
                DeliveryOutcome::Retry { .. } => expect(status, 429),
                other => Err(format!("{other:?}")),
            };
            (name, verdict)
        }),
    );
}

/// What an event of LINE's must become, by its own type; `None` for one that names nobody.
fn wanted(event: &Value) -> Option<&'static str> {
    let source = &event["source"];
    ["userId", "groupId", "roomId"].iter().find(|id| source[**id].is_string())?;
    Some(match event["type"].as_str()? {
        "message" => match event["message"]["type"].as_str()? {
            "text" => "text",
            "image" | "video" | "audio" | "file" => "media",
            "location" => "location",
            "sticker" => "sticker",
            _ => "unsupported",
        },
        "postback" => "choice",
        "messageEdited" => "edited",
        "unsend" => "deleted",
        "follow" | "unfollow" => "consent",
        _ => "note",
    })
}

fn kind(event: &EventKind) -> String {
    let document = serde_json::to_value(event).expect("events are serialisable");
    let name = document["content"]["kind"].as_str().filter(|_| document["type"] == "message");
    name.or(document["type"].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn line_webhooks() {
    let Some(folder) = corpus("line") else { return };
    let line = channel(ChannelKind::Line);
    count(
        "line webhooks",
        files(&folder, "json").into_iter().map(|(name, body)| {
            let document: Value = serde_json::from_slice(&body).expect("it is JSON");
            let events = document["events"].as_array().expect("it has events");
            let heard = heard(&*line, "application/json", body);
            let kinds: Vec<String> = heard.events.iter().map(|event| kind(&event.kind)).collect();
            let expected: Vec<&str> = events.iter().filter_map(wanted).collect();
            let verdict = expect(kinds, expected.iter().map(|kind| (*kind).to_owned()).collect())
                .and(expect(heard.problems.len(), events.len() - expected.len()))
                .and(expect(heard.reply.status, 200));
            (name, verdict)
        }),
    );
}

/// API Gateway's socket events are no documents of the widget: refused with a reason, and never a message.
#[test]
fn webchat_foreign_documents() {
    let Some(folder) = corpus("webchat") else { return };
    let webchat = channel(ChannelKind::Webchat);
    count(
        "webchat foreign documents",
        files(&folder, "json").into_iter().map(|(name, body)| {
            let unsigned = WebhookRequest { method: "POST".into(), body: body.clone(), ..Default::default() };
            let heard = heard(&*webchat, "application/json", body);
            let verdict = expect(webchat.verify(&unsigned, NOW).is_err(), true)
                .and(expect((heard.events.len(), heard.problems.len(), heard.reply.status), (0, 1, 400)));
            (name, verdict)
        }),
    );
}
