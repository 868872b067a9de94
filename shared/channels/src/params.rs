//! A message in the shape of Twilio's webhook, for the channels that are not Twilio's.

use patchbay_model::Content;
use std::collections::BTreeMap;

/// What flows read as `trigger.message`: Twilio's parameter names, as Twilio fills them for its own channels
/// (`ButtonPayload`, `Latitude` and `Longitude` are those of its WhatsApp webhook).
pub fn of_message(from: &str, to: &str, provider_id: &str, content: &Content) -> BTreeMap<String, String> {
    let attachments = content.attachments();
    let mut params = BTreeMap::new();
    let mut put = |name: String, value: String| params.insert(name, value);
    put("From".into(), from.into());
    put("To".into(), to.into());
    put("Body".into(), content.plain_text().into());
    put("MessageSid".into(), provider_id.into());
    put("NumMedia".into(), attachments.len().to_string());
    for (at, attachment) in attachments.iter().enumerate() {
        put(format!("MediaUrl{at}"), attachment.url.clone());
        put(format!("MediaContentType{at}"), attachment.content_type.clone());
    }
    match content {
        Content::Choice { data, .. } => {
            put("ButtonPayload".into(), data.clone());
        }
        Content::Location { latitude, longitude, .. } => {
            put("Latitude".into(), latitude.to_string());
            put("Longitude".into(), longitude.to_string());
        }
        _ => {}
    }
    params
}
