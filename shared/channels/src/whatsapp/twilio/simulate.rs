use super::WhatsAppByTwilio;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::simulate::{
    Act, Answer, CUSTOMER_NAME, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Receipt, Simulated,
};
use crate::webhook::WebhookRequest;
use patchbay_model::{Content, Timestamp};

/// The recipient is not on WhatsApp.
const FAILURE: &str = "63024";

impl Simulated for WhatsAppByTwilio {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let number = message.from.trim_start_matches('+');
        let mut said = vec![("ProfileName", CUSTOMER_NAME.to_owned()), ("WaId", number.to_owned())];
        said.extend(spoken(&message.content)?);
        said.extend(message.reply_to.iter().map(|sid| ("OriginalRepliedMessageSid", sid.clone())));
        let said: Vec<(&str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Some(self.twilio.inbound(message, &said))
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let CustomerEvent { from, act, seed, at } = event;
        let said = match act {
            Act::OptIn => vec![("MessageType", "text"), ("Body", "START"), ("OptOutType", "START")],
            Act::OptOut => vec![("MessageType", "text"), ("Body", "STOP"), ("OptOutType", "STOP")],
            Act::Form { data } => {
                vec![("MessageType", "interactive"), ("Body", "Sent"), ("InteractiveData", data.as_str())]
            }
            Act::Referral { reference, text } => vec![
                ("MessageType", "text"),
                ("Body", text.as_str()),
                ("ReferralSourceType", "ad"),
                ("ReferralSourceId", reference.as_str()),
            ],
            _ => return None,
        };
        let message = CustomerMessage::text(from.as_str(), "", seed.as_str(), *at);
        Some(self.twilio.inbound(&message, &said))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.twilio.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        self.twilio.delivery(request)
    }

    fn media_answer(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        self.twilio.media(request, file)
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        self.twilio.lookup_answer(request)
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        self.twilio.answer(request, answer)
    }

    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        self.twilio.status_webhook(request, receipt, FAILURE)
    }
}

/// What a customer says, in the parameters of its kind; one file at most.
fn spoken(content: &Content) -> Option<Vec<(&'static str, String)>> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Some(match content {
        Content::Text { text } => vec![("MessageType", "text".into()), ("Body", text.clone())],
        Content::Media { attachments, text: caption } => {
            let [attachment] = attachments.as_slice() else { return None };
            let kind = match attachment.content_type.split('/').next().unwrap_or_default() {
                kind @ ("image" | "audio" | "video") => kind,
                _ => "document",
            };
            vec![("MessageType", kind.into()), ("Body", text(caption))]
        }
        Content::Location { latitude, longitude, name, address } => vec![
            ("MessageType", "location".into()),
            ("Body", String::new()),
            ("Latitude", latitude.to_string()),
            ("Longitude", longitude.to_string()),
            ("Label", text(name)),
            ("Address", text(address)),
        ],
        Content::Choice { data, text } => vec![
            ("MessageType", "button".into()),
            ("Body", text.as_ref().unwrap_or(data).clone()),
            ("ButtonPayload", data.clone()),
            ("ButtonText", text.as_ref().unwrap_or(data).clone()),
        ],
        _ => return None,
    })
}
