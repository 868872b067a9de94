//! What a task says of the customer whom it is about.

use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use patchbay_model::{Address, Contact, ConversationSid};
use serde_json::{Map, Value, json};

/// `given` and the center's own facts, which win except for the name. A contact's attributes that would not fit are left
/// out, and the flag says so; the task has the contact's id.
pub(crate) fn of_customer(
    given: Map<String, Value>,
    contact: &Contact,
    conversation: &ConversationSid,
    customer: &Address,
) -> (Value, bool) {
    let mut attributes = given;
    let name = contact.name.clone().unwrap_or_else(|| customer.id.clone());
    attributes.entry("name").or_insert(Value::String(name));
    attributes.insert("conversationSid".into(), json!(conversation));
    attributes.insert("channelType".into(), json!(customer.channel));
    attributes.insert("customerAddress".into(), Value::String(customer.id.clone()));
    let short = json!({ "sid": contact.sid });
    let whole = json!({ "sid": contact.sid, "attributes": contact.attributes });
    attributes.insert("contact".into(), whole);
    let mut attributes = Value::Object(attributes);
    let fits = attributes.to_string().chars().count() <= ATTRIBUTES_CHARS_MAX;
    if !fits {
        attributes["contact"] = short;
    }
    (attributes, fits)
}
