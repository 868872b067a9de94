use super::Sms;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::twilio::play::values;
use crate::webhook::WebhookRequest;
use patchbay_model::{Content, MessageStatus, Timestamp};

/// The handset is switched off.
const FAILURE: &str = "30003";

impl Simulated for Sms {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let text = match &message.content {
            Content::Text { text } | Content::Choice { data: text, .. } => text,
            Content::Media { text, .. } => text.as_deref().unwrap_or_default(),
            _ => return None,
        };
        let said = [("ToCountry", "US"), ("FromCountry", "US"), ("Body", text)];
        Some(self.twilio.inbound(message, &said))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.twilio.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        Some(Delivery {
            to: self.twilio.recipient(request)?,
            texts: values(request, "Body").collect(),
            media: values(request, "MediaUrl").collect(),
        })
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        self.twilio.answer(request, answer)
    }

    fn status_webhook(
        &self,
        request: &ProviderRequest,
        provider_id: &str,
        status: MessageStatus,
    ) -> Option<WebhookRequest> {
        // A text message has no receipt of its reading.
        if status == MessageStatus::Read {
            return None;
        }
        self.twilio.status_webhook(request, provider_id, status, FAILURE)
    }
}
