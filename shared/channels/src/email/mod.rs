//! E-mail: mails in through Amazon SES, SendGrid, Mailgun or Postmark, mails out through one of them or SMTP.

mod automatic;
mod build;
mod compose;
mod deliver;
mod form;
mod html;
mod letter;
mod mailgun;
mod mime;
mod normalise;
mod outcome;
mod postmark;
mod quote;
mod render;
mod report;
mod sendgrid;
mod ses;
mod simulate;
pub mod smtp;
mod thread;
mod verify;

use crate::channel::{Capabilities, Channel, TextUnit};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, Rendered, Undeliverable};
use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Secrets, Verified};
use crate::simulate::Simulated;
use crate::webhook::{Normalised, Rejection, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
pub use deliver::MAIL_BYTES_MAX;
use mailgun::Mailgun;
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{ChannelKind, OutboundMessage, Timestamp};
use postmark::Postmark;
use sendgrid::SendGrid;
use ses::Ses;
use smtp::SmtpServer;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("provider", "postmark"),
    ("from", "support@shop.example"),
    ("message_secret", "an-invented-secret-for-message-ids"),
    ("webhook_password", "an-invented-password"),
    ("server_token", "an-invented-server-token"),
];

/// The other ways in which it opens that a simulator can play.
pub(crate) const SENDGRID_EXAMPLE: &[(&str, &str)] = &[
    ("provider", "sendgrid"),
    ("from", "support@shop.example"),
    ("message_secret", "an-invented-secret-for-message-ids"),
    ("webhook_password", "an-invented-password"),
    ("api_key", "SG.an-invented-api-key"),
];

/// A mail has no limit of its own; the texts are those of the model.
const CAPABILITIES: Capabilities = Capabilities {
    text_max: TEXT_CHARS_MAX,
    text_unit: TextUnit::Chars,
    text_splits: false,
    attachments_max: ATTACHMENTS_MAX,
    media_types: &[],
    locations: false,
    stickers: false,
    contacts: false,
    choices_max: 0,
    reactions: false,
    replies: true,
    typing_in: false,
    typing_out: false,
    delivered_receipts: true,
    read_receipts: false,
    window_s: None,
    idempotent_send: false,
    signs_body: false,
};
/// The subject of a mail that answers none, where neither the message nor the account says one.
const SUBJECT: &str = "Your conversation with us";

/// One mailbox. Settings: `provider`, who sends; `from`, our address; `from_name`; `message_secret`, one or two while
/// it is rotated; `subject`; `plus_addressing`; what proves webhooks, of which at least one: `webhook_password`,
/// `sendgrid_public_key`, `mailgun_signing_key`, `sns_topic_arns`; and what the provider asks for.
pub struct Email {
    account: Account,
    from: String,
    from_name: Option<String>,
    subject: String,
    message_secret: Secrets,
    /// Answers come to an address with a token in it.
    plus_addressing: bool,
    webhook_password: Option<Secrets>,
    /// The key itself, as an uncompressed point.
    sendgrid_public_key: Option<Vec<u8>>,
    mailgun_signing_key: Option<Secrets>,
    sns_topics: Vec<String>,
    sending: Sending,
}

/// Who sends.
enum Sending {
    Ses(Ses),
    SendGrid(SendGrid),
    Mailgun(Mailgun),
    Postmark(Postmark),
    Smtp(SmtpServer),
}

pub(crate) fn open(mut settings: Reader<'_>) -> Result<Arc<dyn Simulated>, SettingsError> {
    let from = settings.required("from").to_owned();
    if !from.is_empty() && !compose::is_address(&from) {
        settings.complain("from", "is not an e-mail address");
    }
    let from_name = settings.optional("from_name").map(str::to_owned);
    let subject = settings.optional("subject").unwrap_or(SUBJECT).to_owned();
    if subject.contains(char::is_control) || subject.chars().count() > compose::SUBJECT_CHARS_MAX {
        settings.complain("subject", "is not one line of at most 500 characters");
    }
    let message_secret = settings.secrets("message_secret");
    let plus_addressing = match settings.optional("plus_addressing") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            settings.complain("plus_addressing", "is neither true nor false");
            false
        }
    };
    let sending = sending(&mut settings);
    let webhook_password = optional_secrets(&mut settings, "webhook_password");
    let mailgun_signing_key = optional_secrets(&mut settings, "mailgun_signing_key");
    let sendgrid_public_key = settings.optional("sendgrid_public_key").and_then(|text| {
        let key = STANDARD.decode(text).ok().and_then(|der| verify::p256_point(&der));
        if key.is_none() {
            settings.complain("sendgrid_public_key", "is not a key of P-256 as SendGrid shows it");
        }
        key
    });
    let sns_topics: Vec<String> = settings
        .optional("sns_topic_arns")
        .map(|arns| arns.split(',').map(|arn| arn.trim().to_owned()).collect())
        .unwrap_or_default();
    if sns_topics.iter().any(|arn| !arn.starts_with("arn:aws") || arn.split(':').count() != 6) {
        settings.complain("sns_topic_arns", "is not the ARN of a topic, or several with commas between");
    }
    let proofs = [
        ("webhook_password", webhook_password.is_some()),
        ("sendgrid_public_key", sendgrid_public_key.is_some()),
        ("mailgun_signing_key", mailgun_signing_key.is_some()),
        ("sns_topic_arns", !sns_topics.is_empty()),
    ];
    if proofs.iter().all(|(_, there)| !there) {
        for (key, _) in proofs {
            settings.complain(key, "is missing, and so is everything else that proves a webhook");
        }
    }
    let account = settings.finish()?;
    Ok(Arc::new(Email {
        account,
        from,
        from_name,
        subject,
        message_secret,
        plus_addressing,
        webhook_password,
        sendgrid_public_key,
        mailgun_signing_key,
        sns_topics,
        sending,
    }))
}

fn optional_secrets(settings: &mut Reader<'_>, key: &'static str) -> Option<Secrets> {
    settings.optional(key).and_then(Secrets::parse)
}

fn sending(settings: &mut Reader<'_>) -> Sending {
    match settings.required("provider") {
        "ses" => {
            let region = settings.required("region").to_owned();
            Sending::Ses(Ses {
                access_key_id: settings.required("access_key_id").to_owned(),
                secret_access_key: settings.required("secret_access_key").to_owned(),
                configuration_set: settings.optional("configuration_set").map(str::to_owned),
                api_base: settings.base_url("api_base", &Ses::api_base(&region)),
                region,
            })
        }
        "sendgrid" => Sending::SendGrid(SendGrid {
            api_key: settings.required("api_key").to_owned(),
            api_base: settings.base_url("api_base", sendgrid::API_BASE),
        }),
        "mailgun" => Sending::Mailgun(Mailgun {
            api_key: settings.required("api_key").to_owned(),
            domain: settings.required("domain").to_owned(),
            api_base: settings.base_url("api_base", mailgun::API_BASE),
        }),
        "smtp" => {
            let url = settings.required("smtp_url");
            let server = SmtpServer::parse(url);
            if server.is_none() && !url.is_empty() {
                settings.complain("smtp_url", "is not smtps://user:password@host, or smtp:// for STARTTLS");
            }
            Sending::Smtp(server.unwrap_or_default())
        }
        other => {
            if !matches!(other, "" | "postmark") {
                settings.complain("provider", "is none of ses, sendgrid, mailgun, postmark and smtp");
            }
            Sending::Postmark(Postmark {
                server_token: settings.required("server_token").to_owned(),
                message_stream: settings.optional("message_stream").map(str::to_owned),
                api_base: settings.base_url("api_base", postmark::API_BASE),
            })
        }
    }
}

impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn verify<'a>(&self, request: &'a WebhookRequest, now: Timestamp) -> Result<Verified<'a>, Rejection> {
        self.verify_with(request, None, now)
    }

    fn normalise(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        self.read_webhook(request, None, received_at).0
    }

    fn render(&self, message: &OutboundMessage, now: Timestamp) -> Result<Rendered, Undeliverable> {
        self.render_with(message, &BTreeMap::new(), now)
    }

    fn outcome(&self, request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
        self.read_outcome(request, response)
    }

    /// SES has no question that a signature of another time would not spoil, mail servers are not asked.
    fn check_request(&self) -> Option<ProviderRequest> {
        match &self.sending {
            Sending::SendGrid(sendgrid) => Some(sendgrid.check_request()),
            Sending::Mailgun(mailgun) => Some(mailgun.check_request()),
            Sending::Postmark(postmark) => Some(postmark.check_request()),
            Sending::Ses(_) | Sending::Smtp(_) => None,
        }
    }

    fn check(&self, answer: &ProviderResponse) -> Result<String, String> {
        match answer {
            ProviderResponse::Http { status: 200..300, .. } => Ok(format!("mails go out as {}", self.from)),
            ProviderResponse::Http { status: 401 | 403, .. } => {
                Err("the provider does not take the credentials: make new ones with the right to send".into())
            }
            ProviderResponse::Http { status: 404, .. } => Err("the provider does not know the domain".into()),
            ProviderResponse::Http { status, .. } => Err(format!("the provider answers {status}: try again")),
            ProviderResponse::NotSent | ProviderResponse::TimedOut => {
                Err("the provider cannot be reached: is api_base right?".into())
            }
        }
    }

    fn email(&self) -> Option<&Email> {
        Some(self)
    }
}

/// An address's domain, in lower case.
fn domain_of(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('>').to_lowercase())
}

/// Whether SPF (RFC 7208, 9.1) passed for the domain that a mail names as its sender's.
fn proven_by_spf(received_spf: &str, from: &str) -> bool {
    let low = received_spf.to_ascii_lowercase();
    let named = low.split(';').find_map(|part| part.trim().strip_prefix("envelope-from=").map(str::to_owned));
    let from = mime::mailboxes(from).into_iter().next().and_then(|one| domain_of(&one.address));
    low.trim_start().starts_with("pass")
        && from.is_some()
        && named.and_then(|address| domain_of(&address)) == from
}

#[cfg(test)]
mod tests;
