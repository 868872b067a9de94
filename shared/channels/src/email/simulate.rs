use super::letter::LetterFile;
use super::{Email, Sending, build};
use crate::channel::Channel;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::uuid;
use crate::lookup;
use crate::simulate::{Act, Answer, CustomerEvent, CustomerMessage, Delivery, Receipt, Simulated};
use crate::webhook::{Headers, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::{ChannelKind, Content, MessageStatus, Timestamp};
use serde_json::{Value, json};

/// The user of the played provider's basic authentication.
const USER: &str = "provider";

impl Simulated for Email {
    /// A mail as Postmark or SendGrid post it, whole; files that lie elsewhere cannot be enclosed.
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let mail = self.written(message)?;
        let mut request = match &self.sending {
            Sending::Postmark(_) => {
                self.posted("application/json", postmark_body(&mail, &message.seed, &self.from))
            }
            Sending::SendGrid(_) => {
                let boundary = "played";
                let envelope = json!({ "to": [self.from], "from": message.from });
                let part = |name: &str, value: &str| {
                    format!(
                        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    )
                };
                let body = part("envelope", &envelope.to_string())
                    + &part("email", &mail)
                    + &format!("--{boundary}--\r\n");
                self.posted(&format!("multipart/form-data; boundary={boundary}"), body)
            }
            Sending::Ses(_) | Sending::Mailgun(_) | Sending::Smtp(_) => return None,
        };
        self.sign(&mut request, &message.from, message.at);
        Some(request)
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        if let Some(password) = &self.webhook_password {
            let credentials = STANDARD.encode(format!("{USER}:{}", password.current()));
            request.headers.push("Authorization", format!("Basic {credentials}"));
        }
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let (to, text) = match &self.sending {
            Sending::Postmark(_) => (&body["To"], &body["TextBody"]),
            Sending::SendGrid(_) => {
                (&body["personalizations"][0]["to"][0]["email"], &body["content"][0]["value"])
            }
            Sending::Ses(_) | Sending::Mailgun(_) | Sending::Smtp(_) => return None,
        };
        let names = |files: &Value, name: &str| -> Vec<String> {
            files
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|file| file[name].as_str())
                .map(str::to_owned)
                .collect()
        };
        Some(Delivery {
            to: to.as_str()?.to_owned(),
            texts: text.as_str().map(str::to_owned).into_iter().collect(),
            media: [names(&body["Attachments"], "Name"), names(&body["attachments"], "filename")].concat(),
            reply_to: answered(&body),
            ..Delivery::default()
        })
    }

    /// A question is answered to whoever shows the account's own credentials.
    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        let own = self.check_request()?;
        if request.method != own.method {
            return None;
        }
        let proven = own.headers.iter().all(|(name, value)| request.headers.get(name) == Some(value));
        Some(match proven {
            true => lookup::answer(200, &json!({})),
            false => self.provider_answer(request, &Answer::error(401)),
        })
    }

    fn provider_answer(&self, _request: &ProviderRequest, answer: &Answer) -> ProviderResponse {
        let (status, body) = match answer {
            Answer::Success { seed } => match &self.sending {
                Sending::SendGrid(_) => (202, json!({})),
                _ => (
                    200,
                    json!({ "ErrorCode": 0, "Message": "OK", "MessageID": uuid(&["postmark-sent", seed]) }),
                ),
            },
            Answer::Error { status, code } => match &self.sending {
                Sending::SendGrid(_) => (
                    *status,
                    json!({ "errors": [{ "message": code.as_deref().unwrap_or("refused as asked") }] }),
                ),
                _ => (
                    *status,
                    json!({ "ErrorCode": code.as_deref().and_then(|code| code.parse::<u64>().ok()).unwrap_or_default(), "Message": "refused as asked" }),
                ),
            },
        };
        ProviderResponse::Http {
            status,
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        }
    }

    /// Complains, or takes that back.
    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let opted_in = match event.act {
            Act::OptIn => true,
            Act::OptOut => false,
            _ => return None,
        };
        let id = uuid(&["email-event", &event.seed]);
        let told = match &self.sending {
            Sending::Postmark(_) => json!({
                "RecordType": "SubscriptionChange", "MessageID": id, "Recipient": event.from, "ChangedAt": event.at.iso(),
                "SuppressSending": !opted_in,
            }),
            Sending::SendGrid(_) => {
                let kind = if opted_in { "group_resubscribe" } else { "spamreport" };
                json!([{ "event": kind, "email": event.from, "sg_event_id": id }])
            }
            Sending::Ses(_) | Sending::Mailgun(_) | Sending::Smtp(_) => return None,
        };
        let mut request = self.posted("application/json", told.to_string());
        self.sign(&mut request, &event.from, event.at);
        Some(request)
    }

    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        let Receipt { provider_id, status, code, at } = receipt;
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let failed = match status {
            MessageStatus::Delivered => false,
            MessageStatus::Failed => true,
            _ => return None,
        };
        let told = match &self.sending {
            Sending::Postmark(_) => {
                let kind = if failed { "Bounce" } else { "Delivery" };
                let to = if failed { "Email" } else { "Recipient" };
                json!({
                    "RecordType": kind, to: body["To"], "MessageID": provider_id, "Metadata": body["Metadata"],
                    "Type": code.as_deref().unwrap_or("HardBounce"), "Description": "refused as asked",
                })
            }
            Sending::SendGrid(_) => {
                let event = if failed { "bounce" } else { "delivered" };
                let to = &body["personalizations"][0];
                json!([{
                    "event": event, "email": to["to"][0]["email"], "sg_event_id": uuid(&["sendgrid", event, provider_id]),
                    "patchbay_key": to["custom_args"]["patchbay_key"], "reason": "refused as asked",
                }])
            }
            Sending::Ses(_) | Sending::Mailgun(_) | Sending::Smtp(_) => return None,
        };
        let mut request = self.posted("application/json", told.to_string());
        self.sign(&mut request, "", *at);
        Some(request)
    }
}

impl Email {
    /// What a customer writes, as a mail.
    fn written(&self, message: &CustomerMessage) -> Option<String> {
        let (subject, text, references, automatic) = match &message.content {
            Content::Text { text } => ("Hello", text.as_str(), [].as_slice(), false),
            Content::Email(mail) if mail.attachments.is_empty() => (
                mail.subject.as_str(),
                mail.full_text.as_deref().unwrap_or(&mail.text),
                mail.references.as_slice(),
                mail.automatic,
            ),
            _ => return None,
        };
        let mut fields = vec![
            ("From".to_owned(), message.from.clone()),
            ("To".to_owned(), self.from.clone()),
            ("Subject".to_owned(), subject.to_owned()),
            ("Message-ID".to_owned(), format!("<{}@mail.example>", uuid(&["email-written", &message.seed]))),
        ];
        if let Some(answered) = &message.reply_to {
            fields.push(("In-Reply-To".to_owned(), format!("<{answered}>")));
        }
        if !references.is_empty() {
            let ids: Vec<String> = references.iter().map(|id| format!("<{id}>")).collect();
            fields.push(("References".to_owned(), ids.join(" ")));
        }
        if automatic {
            fields.push(("Auto-Submitted".to_owned(), "auto-replied".to_owned()));
        }
        let files: [LetterFile; 0] = [];
        String::from_utf8(build::together(&fields, Some(text), None, &files)).ok()
    }

    fn posted(&self, content_type: &str, body: String) -> WebhookRequest {
        WebhookRequest {
            method: "POST".into(),
            path: self.account.webhook_path(ChannelKind::Email),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", content_type)]),
            body: body.into_bytes(),
        }
    }
}

fn postmark_body(mail: &str, seed: &str, to: &str) -> String {
    json!({ "MessageID": uuid(&["postmark-mail", seed]), "OriginalRecipient": to, "RawEmail": mail })
        .to_string()
}

/// The mail that a call says it answers.
fn answered(body: &Value) -> Option<String> {
    let listed =
        body["Headers"].as_array().into_iter().flatten().find(|field| field["Name"] == "In-Reply-To");
    let id = listed.map_or(&body["headers"]["In-Reply-To"], |field| &field["Value"]).as_str()?;
    Some(id.trim_matches(['<', '>']).to_owned())
}
