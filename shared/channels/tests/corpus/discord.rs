//! Discord.

use super::*;
use serde_json::json;

#[test]
fn discord_signatures() {
    let Some(folder) = corpus("discord") else { return };
    count(
        "discord signatures",
        vectors(&folder).iter().map(|vector| {
            let key = text(vector, "public_key_hex");
            let settings = [("application_id", "1"), ("public_key", key), ("bot_token", "token")];
            let headers = Headers::from_iter([
                ("X-Signature-Ed25519", text(vector, "signature_hex")),
                ("X-Signature-Timestamp", text(vector, "timestamp")),
            ]);
            let request = WebhookRequest {
                method: "POST".into(),
                headers,
                body: text(vector, "body").into(),
                ..Default::default()
            };
            let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            // A key that is none proves nothing, too.
            let verdict = open_simulated(ChannelKind::Discord, "default", &settings.collect(), PUBLIC_URL)
                .is_ok_and(|discord| discord.verify(&request, NOW).is_ok());
            (text(vector, "source").to_owned(), expect(Some(verdict), vector["valid"].as_bool()))
        }),
    );
}

#[test]
fn discord_documents() {
    let Some(folder) = corpus("discord") else { return };
    let discord = channel(ChannelKind::Discord);
    count(
        "discord documents",
        files(&folder, "json").into_iter().map(|(name, body)| {
            let example: Value = serde_json::from_slice(&body).expect("it is JSON");
            // An interaction, a webhook event, a message of the Gateway; or what a bot sends or is told, and no webhook.
            let (document, wanted) = if example["token"].is_string() {
                (example, vec!["text"])
            } else if example["event"].is_object() {
                let wanted = match text(&example["event"], "type").rsplit_once("MESSAGE_") {
                    Some((_, "CREATE")) => "text",
                    Some((_, "UPDATE")) => "edited",
                    Some((_, "DELETE")) => "deleted",
                    _ => "note",
                };
                (example, vec![wanted])
            } else if example["author"].is_object() {
                // The announcement is Discord's own kind of forwarding, by a person.
                (json!({ "op": 0, "t": "MESSAGE_CREATE", "s": 1, "d": example }), vec!["text"])
            } else {
                (example, vec!["problem"])
            };
            let heard = heard(&*discord, "application/json", document.to_string().into_bytes());
            let mut found: Vec<String> = heard.events.iter().map(|event| kind(&event.kind)).collect();
            found.extend(heard.problems.iter().map(|_| "problem".to_owned()));
            let taken = matches!(heard.reply.status, 200 | 204);
            (
                name,
                expect(found, wanted.iter().map(|kind| (*kind).to_owned()).collect())
                    .and(expect(taken, true)),
            )
        }),
    );
}
