//! What SES tells over SNS: mails that came, and what became of ours ("Contents of event data").

use super::super::deliver::{Delivery, Envelope, Heard};
use super::super::{Email, mime, thread};
use super::sns;
use super::{TAG, key_of_tag, message_id};
use crate::identifier::uuid;
use crate::params;
use crate::signature::Verified;
use crate::webhook::Problem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::event::Reference;
use patchbay_model::{BlobKey, Content, EventKind, InboundEvent, MessageStatus, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// The prefix of the rule's action: nothing else in the bucket is a mail.
pub(super) const STORED_UNDER: &str = "ses/";
/// The object that SES puts into a bucket when a rule is made.
const SETUP_OBJECT: &str = "AMAZON_SES_SETUP_NOTIFICATION";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Notice {
    notification_type: String,
    event_type: String,
    mail: Mail,
    receipt: Receipt,
    /// The mail itself, of a rule whose action is SNS.
    content: Option<String>,
    bounce: Value,
    complaint: Value,
    delivery: Value,
    reject: Value,
    failure: Value,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Mail {
    timestamp: String,
    message_id: String,
    source_arn: String,
    destination: Vec<String>,
    common_headers: CommonHeaders,
    tags: Value,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CommonHeaders {
    from: Vec<String>,
    message_id: String,
    subject: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Receipt {
    recipients: Vec<String>,
    dmarc_verdict: Verdict,
    virus_verdict: Verdict,
    action: Action,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Verdict {
    status: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Action {
    encoding: String,
    object_key: Option<String>,
}

fn notice(request: &Verified<'_>) -> Option<Notice> {
    let envelope = sns::Envelope::read(request.request())?;
    serde_json::from_str(&envelope.message).ok()
}

impl Email {
    /// Where the mail lies that a notification is about, if it lies somewhere: the rule writes into our own bucket.
    pub fn stored_mail(&self, request: &Verified<'_>) -> Option<BlobKey> {
        let key = notice(request)?.receipt.action.object_key?;
        BlobKey::parse(&key).ok().filter(|_| key.starts_with(STORED_UNDER) && !key.ends_with(SETUP_OBJECT))
    }

    /// Reads a notification; `mail` is what lies at `stored_mail`, if it is there.
    pub(in super::super) fn hear_notification(
        &self,
        request: &Verified<'_>,
        mail: Option<&[u8]>,
        received_at: Timestamp,
        heard: &mut Heard,
    ) {
        let Some(envelope) = sns::Envelope::read(request.request()) else { return };
        if envelope.kind != "Notification" {
            return;
        }
        let notice: Notice = match serde_json::from_str(&envelope.message) {
            Ok(notice) => notice,
            // SES writes a line of text to a new topic.
            Err(error) => {
                heard.problems.push(Problem::new("Message", format!("no notification of SES: {error}")));
                return;
            }
        };
        let region = envelope.topic_arn.split(':').nth(3).unwrap_or_default();
        match (notice.notification_type.as_str(), notice.event_type.as_str()) {
            ("Received", _) => self.received(&notice, mail, received_at, heard),
            (kind, "") | (_, kind) => self.told(kind, &notice, region, received_at, heard),
        }
    }

    fn received(&self, notice: &Notice, stored: Option<&[u8]>, received_at: Timestamp, heard: &mut Heard) {
        let Notice { mail, receipt, content, .. } = notice;
        let inline = content.as_ref().map(|content| match receipt.action.encoding.as_str() {
            "BASE64" => STANDARD.decode(content.split_whitespace().collect::<String>()).unwrap_or_default(),
            _ => content.clone().into_bytes(),
        });
        let Some(bytes) = stored.or(inline.as_deref()) else {
            let reason = format!("the mail {} is too large, or not in the bucket", mail.message_id);
            heard.problems.push(Problem::new("receipt.action", reason));
            heard.events.extend(self.unread(mail, received_at));
            return;
        };
        let envelope = Envelope {
            recipient: receipt.recipients.first().map(String::as_str),
            received: Timestamp::parse_iso(&mail.timestamp),
            proven: receipt.dmarc_verdict.status == "PASS",
            infected: receipt.virus_verdict.status == "FAIL",
        };
        self.hear(Delivery { mail: bytes, envelope }, received_at, heard);
    }

    /// A mail that is not at hand: that it came is shown all the same.
    fn unread(&self, mail: &Mail, received_at: Timestamp) -> Option<InboundEvent> {
        let from = mime::mailboxes(mail.common_headers.from.first()?).into_iter().next()?;
        let id = thread::ids(&mail.common_headers.message_id).into_iter().next();
        let provider_id = id.unwrap_or_else(|| mail.message_id.clone());
        let content = Content::Unsupported {
            provider_kind: "mail".into(),
            text: Some(mail.common_headers.subject.clone()),
        };
        let kind = EventKind::Message {
            params: params::of_message(&from.address, &self.from, &provider_id, &content),
            provider_id,
            content,
            reply_to: None,
            reply_context: None,
            echo: false,
            tokens: Default::default(),
        };
        Some(self.event(uuid(&["ses-unread", &mail.message_id]), from.address, received_at, kind))
    }

    /// What became of a mail of ours; opens and clicks are not believed, since programs open mails, too.
    fn told(&self, kind: &str, notice: &Notice, region: &str, received_at: Timestamp, heard: &mut Heard) {
        let (status, part, list) = match kind {
            "Delivery" => (Some(MessageStatus::Delivered), &notice.delivery, "recipients"),
            "Bounce" if notice.bounce["bounceType"] == "Transient" && is_delay(&notice.bounce) => return,
            "Bounce" => (Some(MessageStatus::Failed), &notice.bounce, "bouncedRecipients"),
            "Reject" => (Some(MessageStatus::Failed), &notice.reject, ""),
            "Rendering Failure" => (Some(MessageStatus::Failed), &notice.failure, ""),
            "Complaint" => (None, &notice.complaint, "complainedRecipients"),
            "Send" | "Open" | "Click" | "DeliveryDelay" | "Subscription" => return,
            other => {
                heard.problems.push(Problem::new("eventType", format!("{other:?} is not known")));
                return;
            }
        };
        let region = notice.mail.source_arn.split(':').nth(3).unwrap_or(region);
        let reference = notice.mail.tags[TAG][0].as_str().and_then(key_of_tag).map_or_else(
            || Reference::Provider(message_id(&notice.mail.message_id, region)),
            Reference::Ours,
        );
        let named: Vec<(String, Option<String>)> = part[list]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| {
                let address = one.as_str().or_else(|| one["emailAddress"].as_str())?;
                Some((address.to_owned(), one["diagnosticCode"].as_str().map(str::to_owned)))
            })
            .collect();
        let all = || notice.mail.destination.iter().map(|address| (address.clone(), None)).collect();
        for (address, diagnostic) in if named.is_empty() { all() } else { named } {
            let words =
                ["bounceType", "bounceSubType", "reason", "errorMessage"].map(|name| part[name].as_str());
            let why: Vec<&str> = words.into_iter().flatten().chain(diagnostic.as_deref()).collect();
            let id = uuid(&["ses-event", kind, &notice.mail.message_id, &address]);
            let what = match status {
                None => EventKind::Consent { opted_in: false, content: None },
                Some(status) => EventKind::Receipt {
                    reference: reference.clone(),
                    status,
                    reason: (status == MessageStatus::Failed).then(|| why.join(": ")),
                },
            };
            heard.events.push(self.event(id, address, received_at, what));
        }
    }
}

/// A bounce that is an answer in somebody's absence, or a delay: the mail may well have come.
fn is_delay(bounce: &Value) -> bool {
    matches!(
        bounce["bounceSubType"].as_str(),
        Some("General" | "ContentRejected" | "AttachmentRejected" | "MailboxFull")
    ) && bounce["bouncedRecipients"]
        .as_array()
        .is_some_and(|all| !all.is_empty() && all.iter().all(|one| one["action"] == "delayed"))
}

#[cfg(test)]
mod tests;
