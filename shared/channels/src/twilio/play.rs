//! Twilio's side, played.

use super::account::{Sender, Twilio};
use super::{form, rest, signature};
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::lookup;
use crate::simulate::{Answer, CustomerMessage, Delivery, PlayedFile, Receipt, file_id};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::MessageStatus;
use serde_json::json;

/// The number that is played where only a messaging service is configured.
const SERVICE_NUMBER: &str = "+15005550006";

impl Twilio {
    /// The number that customers write to.
    pub(crate) fn number(&self) -> &str {
        match &self.sender {
            Sender::Number(number) => number,
            Sender::MessagingService(_) => SERVICE_NUMBER,
        }
    }

    /// The webhook of a message that says `said`.
    pub(crate) fn inbound(&self, message: &CustomerMessage, said: &[(&str, &str)]) -> WebhookRequest {
        let attachments = message.content.attachments();
        let sid = sid(if attachments.is_empty() { "SM" } else { "MM" }, &[&message.seed]);
        let (from, to) = (self.prefixed(&message.from), self.prefixed(self.number()));
        let count = attachments.len().to_string();
        let mut pairs = vec![
            ("SmsMessageSid", sid.as_str()),
            ("NumMedia", &count),
            ("SmsSid", &sid),
            ("SmsStatus", "received"),
            ("To", &to),
            ("NumSegments", "1"),
            ("MessageSid", &sid),
            ("AccountSid", &self.account_sid),
            ("From", &from),
            ("ApiVersion", rest::API_VERSION),
        ];
        pairs.extend(said);
        let media: Vec<[(String, String); 2]> = attachments
            .iter()
            .enumerate()
            .map(|(at, attachment)| {
                let url = file_id(&attachment.url).map(|id| self.media_url(&sid, id));
                [
                    (format!("MediaUrl{at}"), url.unwrap_or_else(|| attachment.url.clone())),
                    (format!("MediaContentType{at}"), attachment.content_type.clone()),
                ]
            })
            .collect();
        pairs.extend(media.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())));
        self.signed(&self.account.webhook_path(self.kind), "", &pairs)
    }

    fn media_url(&self, message: &str, id: &str) -> String {
        let account = format!("{}/Accounts/{}", self.api_url(), self.account_sid);
        format!("{account}/Messages/{message}/Media/{id}")
    }

    /// Twilio's answer to a call that fetches a file.
    pub(crate) fn media(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        let (_, id) = request.url.split_once("/Media/")?;
        if request.headers.get("authorization") != Some(&self.authorization()) {
            return Some(rest::error_answer(401, None));
        }
        Some(file(id).map_or_else(|| rest::error_answer(404, None), PlayedFile::answer))
    }

    /// Whether customers write to a messaging service.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self.sender, Sender::MessagingService(_))
    }

    pub(crate) fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        let own = format!("/Accounts/{}.json", self.account_sid);
        Some(match lookup::asked(request, &self.authorization())? {
            Ok(path) if path.ends_with(&own) => {
                let name = format!("Played account {}", self.account.name);
                rest::answer(
                    200,
                    &json!({ "sid": self.account_sid, "friendly_name": name, "status": "active" }),
                )
            }
            Ok(_) => rest::error_answer(404, None),
            Err(()) => rest::error_answer(401, None),
        })
    }

    pub(crate) fn answer(&self, request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let seed = match answer {
            Answer::Error { status, code } => return rest::error_answer(*status, code.as_deref()),
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

    /// The callback that a call asked for; `failure`: the usual code of a status that says that it failed.
    pub(crate) fn status_webhook(
        &self,
        request: &ProviderRequest,
        receipt: &Receipt,
        failure: &str,
    ) -> Option<WebhookRequest> {
        let Receipt { provider_id, status, code, .. } = receipt;
        let provider_id = provider_id.as_str();
        let (word, code) = match status {
            MessageStatus::Sent => ("sent", None),
            MessageStatus::Delivered => ("delivered", None),
            MessageStatus::Read => ("read", None),
            MessageStatus::Failed => ("undelivered", Some(code.as_deref().unwrap_or(failure))),
            MessageStatus::Received | MessageStatus::Queued | MessageStatus::Unknown => return None,
        };
        let callback = values(request, "StatusCallback").next()?;
        let tail = callback.strip_prefix(&self.account.public_url)?;
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let to = values(request, "To").next()?;
        let from = values(request, "From").next().unwrap_or_else(|| self.prefixed(SERVICE_NUMBER));
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

    /// A webhook with these parameters, signed.
    pub(crate) fn signed(&self, path: &str, query: &str, pairs: &[(&str, &str)]) -> WebhookRequest {
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

    pub(crate) fn add_signature(&self, request: &mut WebhookRequest) {
        let tag = signature::sign(self.auth_token.current(), &self.account.public_url, request);
        request.headers.push("X-Twilio-Signature", tag);
    }

    /// What a call that creates a message shows the customer; `None` for another call.
    pub(crate) fn delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        Some(Delivery {
            to: self.recipient(request)?,
            texts: values(request, "Body").collect(),
            media: values(request, "MediaUrl").collect(),
            template: values(request, "ContentSid").next(),
            ..Delivery::default()
        })
    }

    /// To whom a call that creates a message goes; `None` for another call.
    fn recipient(&self, request: &ProviderRequest) -> Option<String> {
        let to = request.url.ends_with("/Messages.json").then(|| values(request, "To").next())??;
        Some(to.strip_prefix(self.prefix).map_or(to.clone(), str::to_owned))
    }
}

/// The values of a parameter of a call.
pub(crate) fn values<'r>(request: &'r ProviderRequest, name: &'r str) -> impl Iterator<Item = String> + 'r {
    form_urlencoded::parse(&request.body)
        .filter(move |(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
