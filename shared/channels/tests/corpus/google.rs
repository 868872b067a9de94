//! RCS for Business, and Business Messages.

use super::*;
use patchbay_channels::registry::examples;
use serde_json::json;

/// An account with the key of the examples, for there is none in the corpus.
fn google(changes: &[(&str, &str)]) -> Arc<dyn Simulated> {
    let business = changes.iter().any(|(key, _)| *key == "product");
    let (_, mut settings) = examples()
        .find(|(kind, settings)| *kind == ChannelKind::Google && settings.contains_key("product") == business)
        .expect("it is supported");
    settings.extend(changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    open_simulated(ChannelKind::Google, "default", &settings, PUBLIC_URL).expect("they are valid")
}

fn signed(body: Vec<u8>, signature: &str) -> WebhookRequest {
    let headers = Headers::from_iter([("X-Goog-Signature", signature)]);
    WebhookRequest { method: "POST".into(), headers, body, ..Default::default() }
}

#[test]
fn rcs_webhooks() {
    let Some(folder) = corpus("rcs-rbm") else { return };
    count(
        "rcs webhooks",
        files(&folder, "json").into_iter().map(|(name, file)| {
            let file: Value = serde_json::from_slice(&file).expect("it is JSON");
            let (data, token) = (&file["decoded_data"], text(&file, "client_token"));
            let agent = google(&[("client_token", token), ("agent_id", text(data, "agentId"))]);
            let body = file["body"].to_string().into_bytes();
            let request = signed(body.clone(), text(&file["headers"], "X-Goog-Signature"));
            let Ok(verified) = agent.verify(&request, NOW) else {
                return (name, Err("it is not believed".into()));
            };
            let heard = agent.normalise(&verified, NOW);
            let wanted = match data["eventType"].as_str() {
                Some("DELIVERED") => "receipt",
                Some(_) => "typing",
                None if data["text"].is_string() => "text",
                None if data["userFile"].is_object() => "media",
                None if data["location"].is_object() => "location",
                None => "choice",
            };
            let forged = signed(
                body,
                "oXUDnFWbq96w9zgB+vDHeinNKduNq5hbvjynfAzSEA1LaC83owJ8gFTELTSigg5Bm74JaQhOaSHRhBxfkZmeug=",
            );
            let verdict = match heard.events.as_slice() {
                [event] => expect(kind(&event.kind).as_str(), wanted)
                    .and(expect(event.contact_address.as_str(), text(data, "senderPhoneNumber")))
                    .and(expect(event.provider_time.is_some(), true))
                    .and(expect(heard.problems.len(), 0))
                    .and(expect(agent.verify(&forged, NOW).is_err(), true)),
                events => Err(format!("{events:?}, {:?}", heard.problems)),
            };
            (name, verdict)
        }),
    );
}

#[test]
fn business_messages_signatures() {
    let Some(folder) = corpus("google-business-messages") else { return };
    count(
        "business messages signatures",
        vectors(&folder).iter().map(|vector| {
            let agent = google(&[("product", "business_messages"), ("client_token", text(vector, "key"))]);
            let request = signed(text(vector, "body").into(), text(vector, "x_goog_signature"));
            let verdict = agent.verify(&request, NOW).is_ok();
            (text(vector, "source").to_owned(), expect(Some(verdict), vector["valid"].as_bool()))
        }),
    );
}

#[test]
fn business_messages_webhooks_and_calls() {
    let Some(folder) = corpus("google-business-messages") else { return };
    let agent = google(&[("product", "business_messages")]);
    count(
        "business messages webhooks and calls",
        files(&folder, "json").into_iter().map(|(name, body)| {
            let document: Value = serde_json::from_slice(&body).expect("it is JSON");
            let verdict = match name.starts_with("outbound") {
                true => sent(&*agent, &document),
                false => {
                    let heard = heard(&*agent, "application/json", body);
                    let wanted = match name.as_str() {
                        "inbound-image-message" => "media",
                        "inbound-suggestion-message" => "choice",
                        "inbound-text-with-dialogflow-response" => "text",
                        _ => "receipt",
                    };
                    match heard.events.as_slice() {
                        [event] => expect(kind(&event.kind).as_str(), wanted)
                            .and(expect(event.contact_address.as_str(), "CONVERSATION_ID"))
                            .and(expect(heard.problems.len(), 0)),
                        events => Err(format!("{events:?}, {:?}", heard.problems)),
                    }
                }
            };
            (name, verdict)
        }),
    );
}

/// A body that Google gives as an example of a call: it says what is sent, in the fields that we write, too.
fn sent(agent: &dyn Simulated, example: &Value) -> Result<(), String> {
    let body = &example["body"];
    let request = ProviderRequest {
        method: "POST".into(),
        url: text(example, "url").into(),
        headers: Headers::new(),
        body: body.to_string().into_bytes(),
        idempotent: true,
        on_refused: None,
    };
    let Some(delivery) = agent.read_delivery(&request) else {
        return expect(body["eventType"].as_str(), Some("TYPING_STARTED"));
    };
    let card = &body["richCard"]["standaloneCard"]["cardContent"];
    let wanted: Vec<&str> =
        [&body["text"], &card["description"]].into_iter().filter_map(Value::as_str).collect();
    let media: Vec<&str> = card["media"]["contentInfo"]["fileUrl"].as_str().into_iter().collect();
    let answer = ProviderResponse::Http {
        status: 200,
        headers: Headers::new(),
        body: json!({ "name": "conversations/c/messages/MESSAGE_ID" }).to_string().into_bytes(),
    };
    let id = Some("MESSAGE_ID".to_owned());
    expect(delivery.texts, wanted.iter().map(|text| (*text).to_owned()).collect())
        .and(expect(delivery.media, media.iter().map(|url| (*url).to_owned()).collect()))
        .and(expect(agent.idempotency_key(&request), id.clone()))
        .and(expect(agent.outcome(&request, &answer), DeliveryOutcome::Sent { provider_id: id }))
}
