//! Finding contacts and what they said.

use super::*;
use patchbay_center::store::put_message;
use patchbay_model::Message;

async fn found(api: &Api, query: &str) -> (u16, Value) {
    api.ask("GET", &format!("/api/search?{query}"), Some(Role::Agent), "").await
}

#[tokio::test]
async fn contacts_are_found_by_what_agents_know_of_them() {
    let api = Api::new().await;
    let path = format!("/api/contacts/{}", contact());
    let change = json!({ "name": "Zo\u{eb} Smith", "tags": ["vip"] }).to_string();
    let (_, changed) = api.ask("PATCH", &path, Some(Role::Agent), &change).await;
    assert_eq!(changed.get("indexed"), None, "clients need not know it");
    for (query, matched) in [("q=zoe", "name"), ("q=SMI", "name"), ("q=0001", "phone"), ("q=vip", "tag")] {
        let (status, answer) = found(&api, query).await;
        assert_eq!((status, answer["more"].as_bool()), (200, Some(false)), "{query}");
        assert_eq!(answer["results"][0]["contact"]["sid"], json!(contact()), "{query}");
        assert_eq!(answer["results"][0]["matched"], json!([matched]), "{query}");
    }
    assert_eq!(found(&api, "q=jones").await, (200, json!({ "results": [], "more": false })));
    for query in ["q=a", "q=", "", "q=zoe&limit=0", "q=zoe&limit=51", "q=zoe&sort=name"] {
        assert_eq!(found(&api, query).await.0, 400, "{query}");
    }
    assert_eq!(found(&api, &format!("q={}", "x".repeat(201))).await.0, 413);
}

#[tokio::test]
async fn messages_of_a_contact_are_found_by_their_words() {
    let api = Api::new().await;
    let said = |seq: u64, text: &str| -> Message {
        serde_json::from_value(json!({
            "sid": patchbay_model::MessageSid::derive(&[text]), "seq": seq,
            "conversation_sid": contact().conversation(1), "contact_sid": contact(), "channel": "sms",
            "account": "default", "direction": "inbound", "author": { "type": "contact" }, "kind": "text",
            "text": text, "status": "received", "created_at": NOW,
        }))
        .unwrap()
    };
    for (seq, text) in [(10, "Where is my order?"), (20, "The ORDER is here")] {
        put_message(api.0.table.as_ref(), &said(seq, text)).await.unwrap();
    }
    let ask = async |query: &str| {
        let path = format!("/api/contacts/{}/search?{query}", contact());
        let (status, answer) = api.ask("GET", &path, Some(Role::Agent), "").await;
        let messages = answer["messages"].as_array().cloned().unwrap_or_default();
        (status, messages.iter().filter_map(|message| message["seq"].as_u64()).collect::<Vec<_>>())
    };
    assert_eq!(ask("q=order").await, (200, vec![10, 20]));
    assert_eq!(ask("q=order&before=20").await, (200, vec![10]));
    assert_eq!(ask("q=order&before=0").await.0, 200);
    assert_eq!(ask("q=o").await.0, 400);
}
