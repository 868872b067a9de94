//! The Cloud API's webhook documents, as far as they are read. Every field that Meta may leave out is
//! optional, and a type that is not known keeps its name.

use crate::meta::graph::Failure;
use crate::meta::wire::{Id, Moment};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Change {
    pub(super) field: String,
    #[serde(default)]
    pub(super) value: Value,
}

/// What a change about customers holds. Messages and statuses are kept apart, so that one that cannot be read
/// does not take the others with it.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Customers {
    pub(super) metadata: Metadata,
    pub(super) contacts: Vec<Person>,
    pub(super) messages: Vec<Value>,
    pub(super) message_echoes: Vec<Value>,
    pub(super) statuses: Vec<Value>,
    pub(super) calls: Vec<Value>,
    pub(super) user_preferences: Vec<Value>,
    pub(super) errors: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) display_phone_number: Id,
    pub(super) phone_number_id: Id,
}

/// A customer: since 2026 one with a user name may have no number (`wa_id`), only an id within the business.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Person {
    pub(super) profile: PersonProfile,
    pub(super) wa_id: Id,
    pub(super) user_id: Id,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PersonProfile {
    pub(super) name: Option<String>,
    pub(super) username: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) id: Id,
    pub(super) from: Id,
    pub(super) from_user_id: Id,
    /// Of an echo.
    pub(super) to: Id,
    pub(super) to_user_id: Id,
    pub(super) group_id: Id,
    pub(super) timestamp: Moment,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) context: Option<Context>,
    pub(super) referral: Option<Referral>,
    pub(super) text: Option<Text>,
    pub(super) image: Option<Media>,
    pub(super) audio: Option<Media>,
    pub(super) video: Option<Media>,
    pub(super) document: Option<Media>,
    pub(super) sticker: Option<Media>,
    pub(super) location: Option<Location>,
    pub(super) contacts: Option<Vec<Card>>,
    pub(super) reaction: Option<Reaction>,
    pub(super) interactive: Option<Interactive>,
    pub(super) button: Option<Button>,
    pub(super) order: Option<Order>,
    pub(super) system: Option<System>,
    pub(super) edit: Option<Edit>,
    pub(super) revoke: Option<Revoke>,
    pub(super) errors: Vec<Failure>,
}

#[derive(Deserialize)]
pub(super) struct Text {
    pub(super) body: String,
}

#[derive(Deserialize)]
pub(super) struct Media {
    pub(super) id: Option<Id>,
    pub(super) mime_type: Option<String>,
    pub(super) caption: Option<String>,
    pub(super) filename: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Location {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) name: Option<String>,
    pub(super) address: Option<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Card {
    pub(super) name: CardName,
    pub(super) phones: Vec<Phone>,
    pub(super) emails: Vec<Email>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CardName {
    pub(super) formatted_name: String,
}

#[derive(Deserialize)]
pub(super) struct Phone {
    pub(super) phone: Option<String>,
    pub(super) wa_id: Option<Id>,
}

#[derive(Deserialize)]
pub(super) struct Email {
    pub(super) email: Option<String>,
}

/// Without an emoji, or with an empty one, the earlier one is taken back.
#[derive(Deserialize)]
pub(super) struct Reaction {
    pub(super) message_id: String,
    pub(super) emoji: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Interactive {
    pub(super) button_reply: Option<Reply>,
    pub(super) list_reply: Option<Reply>,
    pub(super) nfm_reply: Option<Form>,
}

#[derive(Deserialize)]
pub(super) struct Reply {
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
}

/// A completed flow of WhatsApp's: what was filled in is JSON within a text.
#[derive(Deserialize)]
pub(super) struct Form {
    pub(super) response_json: String,
    pub(super) body: Option<String>,
}

/// The quick reply of a template.
#[derive(Deserialize)]
pub(super) struct Button {
    pub(super) payload: Option<String>,
    pub(super) text: String,
}

#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) product_items: Vec<OrderItem>,
}

#[derive(Deserialize)]
pub(super) struct OrderItem {
    pub(super) product_retailer_id: Id,
    pub(super) quantity: serde_json::Number,
    pub(super) item_price: Option<serde_json::Number>,
    pub(super) currency: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct System {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) wa_id: Id,
    #[serde(default)]
    pub(super) user_id: Id,
}

#[derive(Deserialize)]
pub(super) struct Edit {
    pub(super) original_message_id: String,
    pub(super) message: Box<Message>,
}

#[derive(Deserialize)]
pub(super) struct Revoke {
    pub(super) original_message_id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Context {
    pub(super) id: Option<String>,
    pub(super) forwarded: bool,
    pub(super) frequently_forwarded: bool,
    pub(super) referred_product: Option<Product>,
}

#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) catalog_id: Option<Id>,
    pub(super) product_retailer_id: Option<Id>,
}

/// The ad or post that the customer came by.
#[derive(Deserialize)]
pub(super) struct Referral {
    pub(super) source_url: Option<String>,
    pub(super) source_id: Option<Id>,
    pub(super) source_type: Option<String>,
    pub(super) headline: Option<String>,
    pub(super) body: Option<String>,
    pub(super) ctwa_clid: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) id: Id,
    pub(super) status: String,
    pub(super) timestamp: Moment,
    pub(super) recipient_id: Id,
    pub(super) recipient_user_id: Id,
    pub(super) biz_opaque_callback_data: Option<String>,
    pub(super) errors: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Call {
    pub(super) id: Id,
    pub(super) event: String,
    pub(super) status: Option<String>,
    pub(super) timestamp: Moment,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Preference {
    pub(super) wa_id: Id,
    pub(super) user_id: Id,
    pub(super) category: String,
    pub(super) value: String,
    pub(super) detail: Option<String>,
    pub(super) timestamp: Moment,
}
