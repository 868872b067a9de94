//! Amazon SES: mails that lie in a bucket, what became of ours, and sending over its API.

mod inbound;
mod sigv4;
pub(super) mod sns;

use super::compose::Composed;
use crate::delivery::{DeliveryOutcome, ProviderRequest, RefusalCause};
use crate::webhook::Headers;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{MessageKey, Timestamp};
use serde_json::{Value, json};
use sigv4::{Signer, Unsigned};

/// The tag that carries our key; its value may have letters, digits, `_` and `-` (SES, "MessageTag").
const TAG: &str = "patchbay_key";

/// Sending over SES, API version 2. Settings: `region`, `access_key_id`, `secret_access_key`, `configuration_set`.
pub(super) struct Ses {
    pub(super) region: String,
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    /// Without one SES tells nothing of what becomes of a mail.
    pub(super) configuration_set: Option<String>,
    pub(super) api_base: String,
}

impl Ses {
    /// Where SES is called in a region.
    pub(super) fn api_base(region: &str) -> String {
        format!("https://email.{region}.amazonaws.com")
    }

    fn call(&self, path: &str, body: Vec<u8>, now: Timestamp) -> ProviderRequest {
        let (_, rest) = self.api_base.split_once("://").unwrap_or_default();
        let (host, base) = rest.split_once('/').unwrap_or((rest, ""));
        let path = if base.is_empty() { path.to_owned() } else { format!("/{base}{path}") };
        let signer = Signer {
            access_key_id: &self.access_key_id,
            secret_access_key: &self.secret_access_key,
            region: &self.region,
            service: "ses",
        };
        let content_type = [("content-type", "application/json")];
        let unsigned =
            Unsigned { method: "POST", host, path: &path, query: "", headers: &content_type, body: &body };
        let headers: Headers = signer.sign(&unsigned, now);
        let scheme = self.api_base.split("://").next().unwrap_or_default();
        ProviderRequest {
            method: "POST".into(),
            url: format!("{scheme}://{host}{path}"),
            headers,
            body,
            idempotent: false,
            on_refused: None,
        }
    }

    /// `SendEmail` with the mail as it is: only so it keeps its thread.
    pub(super) fn send(&self, mail: &Composed, now: Timestamp) -> ProviderRequest {
        let mut body = json!({
            "FromEmailAddress": mail.sender_field(),
            "Destination": { "ToAddresses": [mail.to] },
            "Content": { "Raw": { "Data": STANDARD.encode(mail.mime()) } },
            "EmailTags": [{ "Name": TAG, "Value": mail.key.to_string().replace('.', "_") }],
        });
        if let Some(set) = &self.configuration_set {
            body["ConfigurationSetName"] = json!(set);
        }
        self.call("/v2/email/outbound-emails", body.to_string().into_bytes(), now)
    }

    /// The id of a mail as its reader's program names it: SES puts its own in place of ours.
    pub(super) fn message_id(&self, id: &str) -> String {
        message_id(id, &self.region)
    }

    /// What SES says to `SendEmail` ("Common Errors", "SendEmail": errors).
    pub(super) fn outcome(&self, status: u16, headers: &Headers, body: &[u8]) -> DeliveryOutcome {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        if (200..300).contains(&status) {
            return DeliveryOutcome::sent(answer["MessageId"].as_str().map(|id| self.message_id(id)));
        }
        let code = headers.get("x-amzn-errortype").or_else(|| answer["__type"].as_str()).unwrap_or_default();
        // `MessageRejected:http://…`, or `com.amazonaws…#MessageRejected`.
        let code = code.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default();
        let why = answer["message"].as_str().or_else(|| answer["Message"].as_str());
        let why = why.map_or_else(|| format!("SES answered {status}"), str::to_owned);
        let named = if code.is_empty() { status.to_string() } else { code.to_owned() };
        match (status, code) {
            // The account's sending rate, and its quota of a day.
            (429 | 500.., _)
            | (
                _,
                "TooManyRequestsException" | "Throttling" | "ThrottlingException" | "LimitExceededException",
            ) => DeliveryOutcome::retry(headers, &why),
            (_, "MessageRejected" | "BadRequestException")
                if why.contains("address") && !why.contains("not verified") =>
            {
                DeliveryOutcome::refused(named, &why, RefusalCause::Address)
            }
            (_, "MessageRejected") if why.contains("not verified") => {
                DeliveryOutcome::refused(named, &why, RefusalCause::Account)
            }
            (_, "MessageRejected" | "BadRequestException") | (400, "") | (413, _) => {
                DeliveryOutcome::refused(named, &why, RefusalCause::Content)
            }
            _ => DeliveryOutcome::refused(named, &why, RefusalCause::Account),
        }
    }
}

/// `<id>@email.amazonses.com` in the first region, `<id>@<region>.amazonses.com` in the others.
fn message_id(id: &str, region: &str) -> String {
    let host = if region == "us-east-1" { "email" } else { region };
    format!("{id}@{host}.amazonses.com")
}

/// The key in a tag.
fn key_of_tag(value: &str) -> Option<MessageKey> {
    MessageKey::parse(&value.replace('_', "."))
}
