//! Telegram: updates, and parts of updates, which are put where they belong.

use super::*;
use serde_json::{Map, json};

/// What an example is, from the fields that it has: the update it makes, and what must become of it.
fn update(example: &Value) -> Option<(Value, String)> {
    let has = |field: &str| !example[field].is_null();
    let message = |mut fields: Value| {
        fields["message_id"] = json!(1);
        fields["chat"] = json!({ "id": 42, "type": "private" });
        json!({ "update_id": 1, "message": fields })
    };
    let (update, expect) = if has("update_id") {
        let kind = example.as_object()?.keys().find(|key| *key != "update_id")?;
        let expect = match kind.as_str() {
            "message" => said(&example["message"]),
            "message_reaction" => "reaction",
            // A kind that does not exist, and names nobody.
            "new_update_kind" => "problem",
            _ => "note",
        };
        (example.clone(), expect)
    } else if has("chat_instance") {
        (json!({ "update_id": 1, "callback_query": example }), "choice")
    } else if has("new_reaction") {
        (json!({ "update_id": 1, "message_reaction": example }), "reaction")
    } else if has("reactions") {
        (json!({ "update_id": 1, "message_reaction_count": example }), "note")
    } else if has("message_id") {
        (json!({ "update_id": 1, "message": example }), said(example))
    } else if has("poll_id") {
        (json!({ "update_id": 1, "poll_answer": example }), "note")
    } else if has("is_animated") {
        (message(json!({ "sticker": example })), "sticker")
    } else if has("width") {
        (message(json!({ "photo": [example] })), "media")
    } else if has("offset") {
        (message(json!({ "text": "a text", "entities": [example] })), "text")
    } else {
        return None;
    };
    Some((update, expect.to_owned()))
}

/// What a message must become, by the first of its fields that says something.
fn said(message: &Value) -> &'static str {
    let fields: Map<String, Value> = message.as_object().cloned().unwrap_or_default();
    let kinds = [
        ("text", "text"),
        ("photo", "media"),
        ("video", "media"),
        ("location", "location"),
        ("story", "unsupported"),
    ];
    let found = kinds.iter().find(|(field, _)| fields.contains_key(*field));
    let service = ["giveaway_winners", "migrate_to_chat_id", "pinned_message", "video_chat_started"]
        .iter()
        .any(|field| fields.contains_key(*field))
        || fields.keys().any(|field| {
            ["forum_topic_", "paid_message_", "suggested_post_", "boost_"]
                .iter()
                .any(|kind| field.starts_with(kind))
        });
    found.map_or(if service { "note" } else { "unsupported" }, |(_, kind)| kind)
}

#[test]
fn telegram_updates() {
    let Some(folder) = corpus("telegram") else { return };
    let telegram = channel(ChannelKind::Telegram);
    count(
        "telegram updates",
        files(&folder, "json").into_iter().map(|(name, body)| {
            let example: Value = serde_json::from_slice(&body).expect("it is JSON");
            let verdict = match update(&example) {
                Some((update, expected)) => {
                    let heard = heard(&*telegram, "application/json", update.to_string().into_bytes());
                    let mut found: Vec<String> = heard.events.iter().map(|event| kind(&event.kind)).collect();
                    found.extend(heard.problems.iter().map(|_| "problem".to_owned()));
                    expect(found, vec![expected]).and(expect(heard.reply.status, 200))
                }
                None if example["file_id"].is_string() => {
                    let answer = json!({ "ok": true, "result": example }).to_string().into_bytes();
                    let response =
                        ProviderResponse::Http { status: 200, headers: Headers::new(), body: answer };
                    let content = telegram.media_content_request(&response).map(|request| request.url);
                    let wanted = example["file_path"].as_str();
                    expect(content.as_deref().map(|url| url.rsplit('/').next()), wanted.map(Some))
                }
                // What bots send or are told elsewhere, and no update: a reason, and no event.
                None => {
                    let heard = heard(&*telegram, "application/json", body);
                    expect((heard.events.len(), heard.problems.len(), heard.reply.status), (0, 1, 200))
                }
            };
            (name, verdict)
        }),
    );
}
