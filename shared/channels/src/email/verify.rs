//! Which of the account's proofs a webhook has: its shape says whose it is.

use super::Email;
use super::form::Form;
use super::ses::sns;
use crate::json;
use crate::signature::{Check, Hash, Secrets, Verified};
use crate::webhook::{Rejection, RejectionReason, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::Timestamp;
use ring::signature::ECDSA_P256_SHA256_ASN1;
use serde_json::Value;

const AUTHORIZATION: &str = "authorization";
/// SendGrid's headers ("Getting started with the Event Webhook security features").
const SENDGRID_SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const SENDGRID_TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";
/// Seconds for which SendGrid's signature is believed: it tries an event again for a day.
const SENDGRID_AGE_S_MAX: u64 = 86_400;
/// Seconds for which Mailgun's is: as long as deduplication knows its token.
const MAILGUN_AGE_S_MAX: u64 = 300;
const REFUSAL_STATUS: u16 = 401;
/// A key of P-256 (RFC 5480) up to its point, which has 65 bytes.
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const P256_POINT_BYTES: usize = 65;

/// The point of a public key in DER.
pub(super) fn p256_point(der: &[u8]) -> Option<Vec<u8>> {
    der.strip_prefix(&P256_PREFIX).filter(|point| point.len() == P256_POINT_BYTES).map(<[u8]>::to_vec)
}

impl Email {
    /// Checks a webhook. `certificate`: the answer to `certificate_request`, where there was one to ask for.
    pub fn verify_with<'a>(
        &self,
        request: &'a WebhookRequest,
        certificate: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Verified<'a>, Rejection> {
        if request.headers.get(sns::TYPE_HEADER).is_some() {
            return self.verify_notification(request, certificate, now);
        }
        let none = Check { refusal_status: REFUSAL_STATUS, secrets: &self.message_secret };
        none.size(request)?;
        if let Some(key) = &self.sendgrid_public_key
            && request.headers.get(SENDGRID_SIGNATURE).is_some()
        {
            return verify_sendgrid(&none, request, key, now);
        }
        if let Some(password) = &self.webhook_password
            && request.headers.get(AUTHORIZATION).is_some()
        {
            return verify_password(request, password);
        }
        match &self.mailgun_signing_key {
            Some(key) => verify_mailgun(request, key, now),
            None => Err(none.refuse(RejectionReason::Missing)),
        }
    }
}

/// Basic authentication (RFC 7617): the operator put the password into the webhook's URL; any user will do.
fn verify_password<'a>(request: &'a WebhookRequest, password: &Secrets) -> Result<Verified<'a>, Rejection> {
    let check = Check { refusal_status: REFUSAL_STATUS, secrets: password };
    let header = check.header(request, AUTHORIZATION)?;
    let given = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, credentials)| STANDARD.decode(credentials).ok())
        .and_then(|credentials| String::from_utf8(credentials).ok())
        .ok_or_else(|| check.refuse(RejectionReason::Malformed))?;
    let (_, given) = given.split_once(':').ok_or_else(|| check.refuse(RejectionReason::Malformed))?;
    check.shared(request, given)
}

/// ECDSA over the timestamp and the body, to its last line end.
fn verify_sendgrid<'a>(
    check: &Check<'_>,
    request: &'a WebhookRequest,
    key: &[u8],
    now: Timestamp,
) -> Result<Verified<'a>, Rejection> {
    let timestamp = check.header(request, SENDGRID_TIMESTAMP)?;
    let malformed = || check.refuse(RejectionReason::Malformed);
    let signature = STANDARD.decode(check.header(request, SENDGRID_SIGNATURE)?).map_err(|_| malformed())?;
    let message = [timestamp.as_bytes(), &request.body].concat();
    let verified = check.public_key(request, &ECDSA_P256_SHA256_ASN1, key, &message, &signature)?;
    let at: i64 = timestamp.parse().map_err(|_| malformed())?;
    if now.seconds().abs_diff(at) > SENDGRID_AGE_S_MAX {
        return Err(check.refuse(RejectionReason::Stale));
    }
    Ok(verified)
}

/// HMAC over a time and a token, which stand in the body ("Securing webhooks"); the body itself is not covered.
fn verify_mailgun<'a>(
    request: &'a WebhookRequest,
    key: &Secrets,
    now: Timestamp,
) -> Result<Verified<'a>, Rejection> {
    let check = Check { refusal_status: REFUSAL_STATUS, secrets: key };
    let missing = || check.refuse(RejectionReason::Missing);
    let (timestamp, token, signature) = match Form::read(request) {
        Some(form) => {
            let text = |name: &str| form.text(name).ok_or_else(missing);
            (text("timestamp")?, text("token")?, text("signature")?)
        }
        None => {
            let document: Value = json::parse(&request.body).map_err(|_| missing())?;
            let signature = &document["signature"];
            let text = |name: &str| signature[name].as_str().map(str::to_owned).ok_or_else(missing);
            (text("timestamp")?, text("token")?, text("signature")?)
        }
    };
    let given = check.hex(&signature, Hash::Sha256)?;
    let verified = check.tag(request, Hash::Sha256, &[format!("{timestamp}{token}").into_bytes()], &given)?;
    let at: i64 = timestamp.parse().map_err(|_| check.refuse(RejectionReason::Malformed))?;
    if now.seconds().abs_diff(at) > MAILGUN_AGE_S_MAX {
        return Err(check.refuse(RejectionReason::Stale));
    }
    Ok(verified)
}
