//! WhatsApp, Messenger and Instagram.

use super::*;
use patchbay_channels::webhook::WebhookReply;

/// The account that a webhook is for; whatever a sample has in its place stands as this.
const ACCOUNT: &str = "106540352242922";

fn meta(kind: ChannelKind, id_key: &str, id: &str, app_secret: &str) -> Arc<dyn Simulated> {
    let settings =
        [("app_secret", app_secret), ("verify_token", "token"), ("access_token", "token"), (id_key, id)];
    open(kind, &settings, PUBLIC_URL)
}

#[test]
fn meta_signatures() {
    let kinds = [
        ("whatsapp", ChannelKind::Whatsapp, "phone_number_id"),
        ("messenger", ChannelKind::Messenger, "page_id"),
        ("instagram", ChannelKind::Instagram, "account_id"),
    ];
    for (name, kind, id_key) in kinds {
        let Some(folder) = corpus(name) else { return };
        count(
            &format!("{name} signatures"),
            vectors(&folder).iter().map(|vector| {
                let request = WebhookRequest {
                    method: "POST".into(),
                    headers: Headers::from_iter([("X-Hub-Signature-256", text(vector, "header"))]),
                    body: text(vector, "body").into(),
                    ..Default::default()
                };
                let verdict = meta(kind, id_key, ACCOUNT, text(vector, "app_secret")).verify(&request, NOW);
                (text(vector, "name").to_owned(), expect(Some(verdict.is_ok()), vector["valid"].as_bool()))
            }),
        );
    }
}

/// A webhook of an account with this id, in which the samples' placeholders for it stand as digits.
fn heard_by(kind: ChannelKind, id_key: &str, id: &str, body: &Value) -> Normalised {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let (own, text) = match is_id {
        true => (id.to_owned(), body.to_string()),
        false => {
            (ACCOUNT.to_owned(), body.to_string().replace(&format!("\"{id}\""), &format!("\"{ACCOUNT}\"")))
        }
    };
    heard(&*meta(kind, id_key, &own, "secret"), "application/json", text.into_bytes())
}

fn is_fine(heard: &Normalised) -> Result<(), String> {
    expect(&heard.reply, &WebhookReply::json(200, &serde_json::json!({})))
}

fn kinds(heard: &Normalised) -> Vec<String> {
    heard.events.iter().map(|event| kind(&event.kind)).collect()
}

fn array<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

/// What a message of WhatsApp's must become, by its own type.
fn wanted_of_whatsapp(message: &Value) -> &'static str {
    let kind = message["type"].as_str().unwrap_or_default();
    match kind {
        "text" => "text",
        "image" | "audio" | "video" | "document" | "sticker" => "media",
        "location" => "location",
        "contacts" => "contacts",
        "interactive" if message[kind].is_object() => "choice",
        "button" => "choice",
        "reaction" => "reaction",
        "edit" => "edited",
        "revoke" => "deleted",
        "system" => "note",
        _ => "unsupported",
    }
}

#[test]
fn whatsapp_webhooks() {
    let Some(folder) = corpus("whatsapp") else { return };
    let webhooks = files(&folder, "json").into_iter().filter_map(|(name, body)| {
        let document: Value = serde_json::from_slice(&body).expect("it is JSON");
        document["entry"].is_array().then_some((name, document))
    });
    count(
        "whatsapp webhooks",
        webhooks.map(|(name, document)| {
            let changes: Vec<&Value> = array(&document, "entry").flat_map(|e| array(e, "changes")).collect();
            let id = changes[0]["value"]["metadata"]["phone_number_id"].as_str().unwrap_or_default();
            let (mut expected, mut problems) = (Vec::new(), 0);
            for change in &changes {
                let value = &change["value"];
                match change["field"].as_str().unwrap_or_default() {
                    "messages" | "smb_message_echoes" | "calls" | "user_preferences" => {
                        let said = array(value, "messages").chain(array(value, "message_echoes"));
                        expected.extend(said.map(wanted_of_whatsapp));
                        expected.extend(array(value, "statuses").map(|_| "receipt"));
                        expected.extend(array(value, "calls").map(|_| "note"));
                        expected.extend(array(value, "user_preferences").map(|_| "note"));
                        problems += array(value, "errors").count();
                    }
                    _ => problems += 1,
                }
            }
            let heard = heard_by(ChannelKind::Whatsapp, "phone_number_id", id, &document);
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            let named = heard.events.iter().all(|event| !event.contact_address.is_empty());
            let verdict = expect(kinds(&heard), expected)
                .and(expect(heard.problems.len(), problems))
                .and(expect(named, true))
                .and(is_fine(&heard));
            (name, verdict)
        }),
    );
}

#[test]
fn whatsapp_answers() {
    let Some(folder) = corpus("whatsapp") else { return };
    let whatsapp = channel(ChannelKind::Whatsapp);
    count(
        "whatsapp answers",
        files(&folder.join("send-response"), "json").into_iter().map(|(name, body)| {
            let document: Value = serde_json::from_slice(&body).expect("it is JSON");
            let response = ProviderResponse::Http { status: 200, headers: Headers::new(), body };
            let sent = DeliveryOutcome::Sent {
                provider_id: document["messages"][0]["id"].as_str().map(str::to_owned),
            };
            (name, expect(whatsapp.outcome(&call(), &response), sent))
        }),
    );
}

fn call() -> ProviderRequest {
    ProviderRequest {
        method: "POST".into(),
        url: String::new(),
        headers: Headers::new(),
        body: Vec::new(),
        idempotent: false,
        on_refused: None,
    }
}

/// What an event of the Messenger Platform must become, by what it has; `None` for one that names nobody.
fn wanted_of_messaging(event: &Value, entry: &Value, standby: bool) -> Option<Vec<&'static str>> {
    let id = |value: &Value| match value {
        Value::String(id) => id.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let sides = [&event["sender"], &event["recipient"]];
    let names = |side: &&Value| {
        !side["user_ref"].is_null() || !id(&side["id"]).is_empty() && id(&side["id"]) != id(&entry["id"])
    };
    sides.iter().find(|side| names(side))?;
    let message = &event["message"];
    let first = message["attachments"][0]["type"].as_str();
    Some(match () {
        () if standby => vec!["note"],
        () if message["is_deleted"] == true => vec!["deleted"],
        () if message["is_unsupported"] == true => vec!["unsupported"],
        () if message["quick_reply"].is_object() || event["postback"].is_object() => vec!["choice"],
        () if message["reply_to"]["story"]["url"].is_string() => vec!["media"],
        () if message.is_object() => match first {
            None | Some("fallback" | "template") => vec!["text"],
            Some("like_heart") => vec!["sticker"],
            Some("location") => vec!["location"],
            Some("unsupported_type") => vec!["unsupported"],
            Some(_) => vec!["media"],
        },
        () if event["message_edit"].is_object() => vec!["edited"],
        () if event["reaction"].is_object() => vec!["reaction"],
        () if event["delivery"].is_object() => vec!["receipt"; array(&event["delivery"], "mids").count()],
        () if event["read"].is_object() => vec!["receipt"],
        () => vec!["note"],
    })
}

#[test]
fn messaging_webhooks() {
    let channels = [
        ("messenger", ChannelKind::Messenger, "page_id"),
        ("instagram", ChannelKind::Instagram, "account_id"),
    ];
    for (name, channel, id_key) in channels {
        let Some(folder) = corpus(name) else { return };
        count(
            &format!("{name} webhooks"),
            files(&folder, "json").into_iter().map(|(file, body)| {
                let document: Value = serde_json::from_slice(&body).expect("it is JSON");
                let (mut expected, mut problems) = (Vec::new(), 0);
                for entry in array(&document, "entry") {
                    problems += array(entry, "changes").count();
                    let standby = array(entry, "standby").map(|event| (event, true));
                    for (event, standby) in
                        array(entry, "messaging").map(|event| (event, false)).chain(standby)
                    {
                        match wanted_of_messaging(event, entry, standby) {
                            Some(kinds) => expected.extend(kinds.into_iter().map(str::to_owned)),
                            None => problems += 1,
                        }
                    }
                }
                let id = match &document["entry"][0]["id"] {
                    Value::String(id) => id.clone(),
                    id => id.to_string(),
                };
                let heard = heard_by(channel, id_key, &id, &document);
                let verdict = expect(kinds(&heard), expected)
                    .and(expect(heard.problems.len(), problems))
                    .and(is_fine(&heard));
                (file, verdict)
            }),
        );
    }
}

#[test]
fn messenger_answers() {
    let Some(folder) = corpus("messenger") else { return };
    let messenger = channel(ChannelKind::Messenger);
    count(
        "messenger answers",
        files(&folder.join("rest"), "json").into_iter().map(|(name, body)| {
            let document: Value = serde_json::from_slice(&body).expect("it is JSON");
            let status = document["http_status"].as_u64().and_then(|status| u16::try_from(status).ok());
            let body = document.get("body").unwrap_or(&document).to_string().into_bytes();
            let response =
                ProviderResponse::Http { status: status.unwrap_or(200), headers: Headers::new(), body };
            let found = match messenger.outcome(&call(), &response) {
                DeliveryOutcome::Sent { provider_id } => provider_id.unwrap_or_default(),
                DeliveryOutcome::Retry { .. } => "retry".to_owned(),
                DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
                other => format!("{other:?}"),
            };
            let wanted = [
                ("window", "Window"),
                ("no-user", "Address"),
                ("token", "Account"),
                ("unavailable", "Address"),
                ("transient", "retry"),
                ("rate", "retry"),
                ("ok", "m_AG5Hz2U"),
            ];
            let wanted =
                wanted.iter().find(|(part, _)| name.contains(part)).map_or("?", |(_, wanted)| wanted);
            (name, expect(found.as_str(), wanted))
        }),
    );
}
