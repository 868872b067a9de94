//! The number's other side, where it is written to. Calls are played by `network`.

use super::Voice;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::simulate::{Answer, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Receipt, Simulated};
use crate::webhook::WebhookRequest;
use patchbay_model::Timestamp;

impl Simulated for Voice {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        self.sms.customer_message(message)
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        self.sms.customer_event(event)
    }

    fn sign(&self, request: &mut WebhookRequest, from: &str, at: Timestamp) {
        self.sms.sign(request, from, at);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        self.sms.read_delivery(request)
    }

    fn media_answer(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        self.sms.media_answer(request, file)
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        self.sms.lookup_answer(request)
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        self.sms.provider_answer(request, answer)
    }

    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        self.sms.status_webhook(request, receipt)
    }
}
