//! What the tests of the channels' folders share.

use crate::channel::Channel;
use crate::delivery::{ProviderRequest, ProviderResponse, Rendered};
use crate::registry::{example_settings, open_simulated};
use crate::simulate::Simulated;
use crate::webhook::{Headers, Normalised, WebhookRequest};
use patchbay_model::{
    Address, ChannelKind, ContactSid, Content, MessageKey, MessageSid, OutboundMessage, Seq, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const NOW: Timestamp = Timestamp(1_795_359_904_789);
pub(crate) const PUBLIC_URL: &str = "https://center.example";

/// Cases of a law of one channel. That nothing panics, and what every channel keeps, the contract suite tries.
pub(crate) const LAW_CASES: u32 = 2_000;

/// The channel with its example settings, some of them changed.
pub(crate) fn channel(kind: ChannelKind, changes: &[(&str, &str)]) -> Arc<dyn Simulated> {
    let mut settings = example_settings(kind).unwrap();
    settings.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    open_simulated(kind, "default", &settings, PUBLIC_URL).unwrap()
}

/// What is heard of a signed POST of this body.
pub(crate) fn heard(channel: &dyn Simulated, query: &str, from: &str, body: &str) -> Normalised {
    let mut request = WebhookRequest {
        method: "POST".into(),
        path: format!("/webhooks/{}/default", channel.kind()),
        raw_query: query.into(),
        headers: Headers::new(),
        body: body.into(),
    };
    channel.sign(&mut request, from, NOW);
    channel.normalise(&channel.verify(&request, NOW).unwrap(), NOW)
}

/// For a snapshot: events, problems and reply as JSON.
pub(crate) fn picture(heard: &Normalised) -> Value {
    json!({ "events": heard.events, "problems": heard.problems, "reply": heard.reply })
}

pub(crate) fn outbound(channel: ChannelKind, to: &str, content: Content) -> OutboundMessage {
    let sid = MessageSid::derive(&["hello"]);
    OutboundMessage {
        key: MessageKey { contact: ContactSid::derive(&["ann"]), seq: Seq::of(NOW, &sid), sid },
        to: Address::new(channel, "default", to),
        from: String::new(),
        content,
        reply_context: None,
        reply_to: None,
        author_name: None,
    }
}

/// The calls of a message that has some.
pub(crate) fn requests(channel: &dyn Channel, message: &OutboundMessage) -> Vec<ProviderRequest> {
    match channel.render(message, NOW).unwrap() {
        Rendered::Requests(requests) => requests,
        other => panic!("{other:?} is no call"),
    }
}

/// For a snapshot: a call as a person would write it down.
pub(crate) fn call(request: &ProviderRequest) -> Value {
    let text = String::from_utf8(request.body.clone()).unwrap();
    json!({
        "line": format!("{} {}", request.method, request.url),
        "headers": request.headers,
        "body": serde_json::from_str(&text).unwrap_or(Value::String(text)),
        "idempotent": request.idempotent,
        "on_refused": request.on_refused.as_deref().map(call),
    })
}

pub(crate) fn http(status: u16, headers: &[(&str, &str)], body: &Value) -> ProviderResponse {
    ProviderResponse::Http {
        status,
        headers: headers.iter().copied().collect(),
        body: body.to_string().into_bytes(),
    }
}

/// Any JSON whose objects have some of these fields: documents that are nearly the provider's.
pub(crate) fn nearly(fields: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("\u{1f600}\u{0}")),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let field = proptest::sample::select(fields);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((field, inner), 0..6).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}
