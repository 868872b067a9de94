//! A chat's address. A chat with the bot is its id. A chat of a person's business account, which the bot
//! answers for, is `<chat id>@<business connection id>`: the same customer may have both, and message ids
//! count apart in them.

use serde_json::{Map, Value, json};

/// Where a chat's messages come from and go to.
pub(super) fn address(chat: &str, business: Option<&str>) -> String {
    match business {
        Some(connection) => format!("{chat}@{connection}"),
        None => chat.to_owned(),
    }
}

/// A message's id on the channel: Telegram's own counts within one chat.
pub(super) fn message_id(address: &str, id: i64) -> String {
    format!("{address}:{id}")
}

/// Telegram's own id of a message of this chat; `None` for one of another, or of ours without one.
pub(super) fn own_message_id(address: &str, provider_id: &str) -> Option<i64> {
    provider_id.strip_prefix(address)?.strip_prefix(':')?.parse().ok()
}

/// The parameters by which a call names its chat. An id is a number; what is none is a public `@name`.
pub(super) fn target(address: &str) -> Map<String, Value> {
    let (chat, business) = match address.rsplit_once('@') {
        Some((chat, connection)) if !chat.is_empty() => (chat, Some(connection)),
        _ => (address, None),
    };
    let id = chat.parse::<i64>().map_or_else(|_| json!(chat), |id| json!(id));
    let mut parameters = Map::from_iter([("chat_id".to_owned(), id)]);
    if let Some(connection) = business {
        parameters.insert("business_connection_id".to_owned(), json!(connection));
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back() {
        let check = |at: &str, expect: Value| assert_eq!(Value::Object(target(at)), expect, "{at}");
        check(&address("42", None), json!({ "chat_id": 42 }));
        check(&address("-1002236736395", None), json!({ "chat_id": -1_002_236_736_395_i64 }));
        check(&address("42", Some("b-1")), json!({ "chat_id": 42, "business_connection_id": "b-1" }));
        check("@shop", json!({ "chat_id": "@shop" }));
    }

    #[test]
    fn a_message_is_named_within_its_chat_only() {
        let check = |address: &str, provider_id: &str, expect: Option<i64>| {
            assert_eq!(own_message_id(address, provider_id), expect, "{address} {provider_id}");
        };
        check("42", &message_id("42", 7), Some(7));
        check("42", &message_id("421", 7), None);
        check("42", &message_id("42@b", 7), None);
        check("42@b", &message_id("42@b", 7), Some(7));
        check("42", "callback:1", None);
        check("42", "IM0123", None);
    }
}
