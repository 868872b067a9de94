mod inbound;
mod outbound;
mod proof;

use super::{EXAMPLE, SENDGRID_EXAMPLE};
use crate::registry::open_simulated;
use crate::simulate::Simulated;
use crate::testing::{NOW, PUBLIC_URL};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::ChannelKind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every account here has.
const COMMON: [(&str, &str); 2] =
    [("from", "support@shop.example"), ("message_secret", "an-invented-secret")];

/// An account with these settings besides what all have.
fn account(settings: &[(&str, &str)]) -> Arc<dyn Simulated> {
    let settings: BTreeMap<String, String> =
        COMMON.iter().chain(settings).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    open_simulated(ChannelKind::Email, "default", &settings, PUBLIC_URL).unwrap()
}

fn postmark() -> Arc<dyn Simulated> {
    account(&[EXAMPLE[0], EXAMPLE[3], EXAMPLE[4]])
}

fn sendgrid() -> Arc<dyn Simulated> {
    account(&[SENDGRID_EXAMPLE[0], SENDGRID_EXAMPLE[3], SENDGRID_EXAMPLE[4]])
}

fn mailgun() -> Arc<dyn Simulated> {
    account(&[
        ("provider", "mailgun"),
        ("api_key", "an-invented-key"),
        ("domain", "shop.example"),
        ("mailgun_signing_key", "an-invented-signing-key"),
    ])
}

fn ses() -> Arc<dyn Simulated> {
    account(&[
        ("provider", "ses"),
        ("region", "eu-west-1"),
        ("access_key_id", "AKIDEXAMPLE"),
        ("secret_access_key", "an-invented-secret-key"),
        ("configuration_set", "center"),
        ("sns_topic_arns", "arn:aws:sns:eu-west-1:111122223333:mail"),
    ])
}

/// A request of a provider, not yet proven.
fn posted(content_type: &str, body: impl Into<Vec<u8>>) -> WebhookRequest {
    WebhookRequest {
        method: "POST".into(),
        path: "/webhooks/email/default".into(),
        raw_query: String::new(),
        headers: Headers::from_iter([("Content-Type", content_type)]),
        body: body.into(),
    }
}
