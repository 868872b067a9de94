//! Which channels can be played: `GET /simulator/api`.

use super::Simulator;
use axum::Json;
use axum::extract::State;
use patchbay_channels::simulate::CustomerMessage;
use patchbay_edge::Account;
use patchbay_model::{Attachment, Content, Timestamp};
use serde_json::{Value, json};

/// One entry for each account: what its customers can send, and what they can be shown.
pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Vec<Value>> {
    let at = simulator.played.world.now();
    Json(simulator.played.accounts.iter().map(|account| described(account, at)).collect())
}

fn described(account: &Account, at: Timestamp) -> Value {
    let capabilities = account.channel.capabilities();
    let kinds: Vec<&str> = examples()
        .into_iter()
        .filter(|(_, content)| {
            let (from, content) = ("+15005550009".to_owned(), content.clone());
            let message = CustomerMessage { from, content, reply_to: None, seed: "kinds".into(), at };
            account.channel.customer_message(&message).is_some()
        })
        .map(|(kind, _)| kind)
        .collect();
    json!({
        "channel": account.kind,
        "account": account.name,
        "flow": account.flow,
        "kinds": kinds,
        "typing": capabilities.typing_out,
        "delivered_receipts": capabilities.delivered_receipts,
        "read_receipts": capabilities.read_receipts,
        "window_s": capabilities.window_s,
    })
}

/// One of each kind of content that a customer may have.
fn examples() -> Vec<(&'static str, Content)> {
    let attachment = Attachment {
        url: "https://media.example/a.png".into(),
        content_type: "image/png".into(),
        file_name: Some("a.png".into()),
        bytes: None,
    };
    vec![
        ("text", Content::text("hello")),
        ("media", Content::Media { attachments: vec![attachment], text: None }),
        ("location", Content::Location { latitude: 1.0, longitude: 2.0, name: None, address: None }),
        ("sticker", Content::Sticker { package_id: "1".into(), sticker_id: "1".into(), text: None }),
        ("choice", Content::Choice { data: "yes".into(), text: Some("Yes".into()) }),
    ]
}
