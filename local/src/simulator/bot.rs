//! A small chatbot, so that the example flow has one to talk to: `POST /simulator/bot`.
//!
//! Request `{"conversation", "contact", "message", "history"}`, answer `{"messages", "variables", "handover",
//! "attributes"}` (docs/PROTOCOL.md, "Chatbots"). It knows a few words and no state: everything that it says
//! follows from the message.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a flow asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// A text, or an object with one.
    message: Value,
}

/// What the bot says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reply {
    pub messages: Vec<String>,
    /// For the flow.
    pub variables: Map<String, Value>,
    /// A person should take over.
    pub handover: bool,
    /// For the contact.
    pub attributes: Map<String, Value>,
}

pub(super) async fn serve(Json(question): Json<Question>) -> Json<Reply> {
    Json(reply(&question))
}

const GREETING: &str = "Hello! I am a robot. Ask me about opening hours or shipping, or write \"live agent\" to talk to a person.";

/// The answer to a question.
pub fn reply(question: &Question) -> Reply {
    let text = question.message.as_str().or_else(|| question.message["text"].as_str()).unwrap_or_default();
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let mut reply = Reply::default();
    if says(&["human", "person", "somebody", "agent"]) {
        reply.handover = true;
        return reply;
    }
    let answer = if says(&["broken", "repair", "does not work", "defect"]) {
        reply.variables.insert("department".into(), "support".into());
        "I am sorry to hear that. Write \"live agent\" and somebody from support will help you."
    } else if says(&["open", "hours"]) {
        "We are open from 9:00 to 18:00, Monday to Friday."
    } else if says(&["ship", "deliver", "parcel"]) {
        "We ship within two days."
    } else if says(&["thank"]) {
        "You are welcome!"
    } else {
        GREETING
    };
    reply.messages.push(answer.into());
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(message: Value) -> Reply {
        reply(&serde_json::from_value(json!({ "message": message, "history": [] })).unwrap())
    }

    #[test]
    fn the_bot_answers_and_hands_over() {
        assert_eq!(ask(json!("hello")).messages, [GREETING]);
        assert!(ask(json!({ "text": "When do you OPEN?" })).messages[0].contains("9:00"));
        assert_eq!(ask(json!("my lamp is broken")).variables["department"], "support");
        let handed_over = ask(json!("I want a person"));
        assert!(handed_over.handover && handed_over.messages.is_empty());
        assert_eq!(reply(&Question::default()).messages, [GREETING]);
    }
}
