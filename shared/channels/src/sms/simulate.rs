use super::{Sender, Sms};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::simulate::{Answer, CustomerMessage, Delivery, Simulated};
use crate::twilio::{form, rest, signature};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, Content, MessageStatus, Timestamp};
use serde_json::json;

/// The number that is played where only a messaging service is configured.
const SERVICE_NUMBER: &str = "+15005550006";

impl Simulated for Sms {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let attachments = message.content.attachments();
        let (Content::Text { text } | Content::Choice { data: text, .. }) = &message.content else {
            let Content::Media { text, .. } = &message.content else { return None };
            return Some(self.inbound(message, text.as_deref().unwrap_or_default(), attachments));
        };
        Some(self.inbound(message, text, attachments))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        if !request.url.ends_with("/Messages.json") {
            return None;
        }
        let value = |name: &str| values(request, name).next();
        Some(Delivery {
            to: value("To")?,
            texts: values(request, "Body").collect(),
            media: values(request, "MediaUrl").collect(),
        })
    }

    fn provider_answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let seed = match answer {
            Answer::Error { status } => return rest::error_answer(*status),
            Answer::Success { seed } => seed,
        };
        let value = |name: &str| values(request, name).next();
        let media = values(request, "MediaUrl").count();
        let sid = sid(if media > 0 { "MM" } else { "SM" }, &[seed]);
        let body = json!({
            "account_sid": self.account_sid, "api_version": rest::API_VERSION, "body": value("Body"),
            "direction": "outbound-api", "error_code": null, "error_message": null, "from": value("From"),
            "messaging_service_sid": value("MessagingServiceSid"), "num_media": media.to_string(),
            "num_segments": "1", "sid": sid, "status": "queued", "to": value("To"),
            "uri": format!("/{}/Accounts/{}/Messages/{sid}.json", rest::API_VERSION, self.account_sid),
        });
        rest::answer(201, &body)
    }

    fn status_webhook(
        &self,
        request: &ProviderRequest,
        provider_id: &str,
        status: MessageStatus,
    ) -> Option<WebhookRequest> {
        let (word, code) = match status {
            MessageStatus::Sent => ("sent", None),
            MessageStatus::Delivered => ("delivered", None),
            MessageStatus::Failed => ("undelivered", Some("30003")),
            MessageStatus::Received
            | MessageStatus::Queued
            | MessageStatus::Unknown
            | MessageStatus::Read => {
                return None;
            }
        };
        let callback = values(request, "StatusCallback").next()?;
        let tail = callback.strip_prefix(&self.account.public_url)?;
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let to = values(request, "To").next()?;
        let from = values(request, "From").next().unwrap_or_else(|| SERVICE_NUMBER.to_owned());
        let mut pairs = vec![
            ("SmsSid", provider_id),
            ("SmsStatus", word),
            ("MessageStatus", word),
            ("To", &to),
            ("MessageSid", provider_id),
            ("AccountSid", &self.account_sid),
            ("From", &from),
            ("ApiVersion", rest::API_VERSION),
        ];
        pairs.extend(code.map(|code| ("ErrorCode", code)));
        Some(self.signed(path, query, &pairs))
    }
}

impl Sms {
    fn inbound(&self, message: &CustomerMessage, text: &str, attachments: &[Attachment]) -> WebhookRequest {
        let prefix = if attachments.is_empty() { "SM" } else { "MM" };
        let sid = sid(prefix, &[&message.seed]);
        let to = match &self.sender {
            Sender::Number(number) => number,
            Sender::MessagingService(_) => SERVICE_NUMBER,
        };
        let count = attachments.len().to_string();
        let mut pairs = vec![
            ("ToCountry", "US"),
            ("SmsMessageSid", sid.as_str()),
            ("NumMedia", &count),
            ("SmsSid", &sid),
            ("SmsStatus", "received"),
            ("Body", text),
            ("FromCountry", "US"),
            ("To", to),
            ("NumSegments", "1"),
            ("MessageSid", &sid),
            ("AccountSid", &self.account_sid),
            ("From", &message.from),
            ("ApiVersion", rest::API_VERSION),
        ];
        let media: Vec<[(String, &str); 2]> = attachments
            .iter()
            .enumerate()
            .map(|(at, attachment)| {
                [
                    (format!("MediaUrl{at}"), attachment.url.as_str()),
                    (format!("MediaContentType{at}"), attachment.content_type.as_str()),
                ]
            })
            .collect();
        pairs.extend(media.iter().flatten().map(|(name, value)| (name.as_str(), *value)));
        self.signed(&self.account.webhook_path(ChannelKind::Sms), "", &pairs)
    }

    fn signed(&self, path: &str, query: &str, pairs: &[(&str, &str)]) -> WebhookRequest {
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: path.to_owned(),
            raw_query: query.to_owned(),
            headers: Headers::from_iter([("Content-Type", "application/x-www-form-urlencoded")]),
            body: form::encode(pairs.iter().copied()),
        };
        self.add_signature(&mut request);
        request
    }

    fn add_signature(&self, request: &mut WebhookRequest) {
        let tag = signature::sign(self.auth_token.current(), &self.account.public_url, request);
        request.headers.push("X-Twilio-Signature", tag);
    }
}

/// The values of a parameter of a call.
fn values<'r>(request: &'r ProviderRequest, name: &'r str) -> impl Iterator<Item = String> + 'r {
    form_urlencoded::parse(&request.body)
        .filter(move |(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
