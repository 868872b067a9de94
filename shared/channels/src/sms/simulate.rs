use super::Sms;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::simulate::{
    Act, Answer, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Receipt, Simulated,
};
use crate::webhook::WebhookRequest;
use patchbay_model::{Content, MessageStatus, Timestamp};

/// The handset is switched off.
const FAILURE: &str = "30003";

impl Simulated for Sms {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        if message.reply_to.is_some() {
            return None;
        }
        let text = match &message.content {
            Content::Text { text } | Content::Choice { data: text, .. } => text,
            Content::Media { text, .. } => text.as_deref().unwrap_or_default(),
            _ => return None,
        };
        let said = [("ToCountry", "US"), ("FromCountry", "US"), ("Body", text)];
        Some(self.twilio.inbound(message, &said))
    }

    /// Twilio tells of the words that it has answered itself where its Advanced Opt-Out is on, which belongs to
    /// messaging services.
    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let CustomerEvent { from, act, seed, at } = event;
        let word = match act {
            Act::OptIn => "START",
            Act::OptOut => "STOP",
            Act::Note { name } if name == "HELP" => "HELP",
            _ => return None,
        };
        let mut said = vec![("ToCountry", "US"), ("FromCountry", "US"), ("Body", word)];
        if self.twilio.is_service() {
            said.push(("OptOutType", word));
        }
        let message = CustomerMessage::text(from.as_str(), word, seed.as_str(), *at);
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
        // A text message has no receipt of its reading.
        if receipt.status == MessageStatus::Read {
            return None;
        }
        self.twilio.status_webhook(request, receipt, FAILURE)
    }
}
