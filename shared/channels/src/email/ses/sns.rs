//! Amazon SNS over HTTPS: who signed, with which certificate, and what it says ("Verifying the signatures of Amazon
//! SNS messages").

use super::super::Email;
use crate::delivery::ProviderRequest;
use crate::json;
use crate::signature::{Check, Verified};
use crate::webhook::{Headers, Rejection, RejectionReason, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::Timestamp;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use serde::Deserialize;

/// The header by which a request of SNS is known.
pub(in super::super) const TYPE_HEADER: &str = "x-amz-sns-message-type";
/// Seconds for which a notification is believed: SNS gives up an endpoint after about an hour ("delivery policies").
const AGE_S_MAX: u64 = 2 * 3_600;
const REFUSAL_STATUS: u16 = 403;

/// One request's body.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct Envelope {
    #[serde(rename = "Type")]
    pub(super) kind: String,
    message_id: String,
    pub(super) topic_arn: String,
    subject: Option<String>,
    pub(super) message: String,
    timestamp: String,
    token: String,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
}

impl Envelope {
    pub(in super::super) fn read(request: &WebhookRequest) -> Option<Envelope> {
        request.headers.get(TYPE_HEADER)?;
        json::parse(&request.body).ok()
    }

    /// What is signed: names and values in the order of the names, each on its line.
    fn signed(&self) -> String {
        let confirms = self.kind != "Notification";
        let parts = [
            Some(("Message", self.message.as_str())),
            Some(("MessageId", self.message_id.as_str())),
            confirms.then_some(("SubscribeURL", self.subscribe_url.as_str())),
            self.subject.as_deref().filter(|_| !confirms).map(|subject| ("Subject", subject)),
            Some(("Timestamp", self.timestamp.as_str())),
            confirms.then_some(("Token", self.token.as_str())),
            Some(("TopicArn", self.topic_arn.as_str())),
            Some(("Type", self.kind.as_str())),
        ];
        parts.into_iter().flatten().map(|(name, value)| format!("{name}\n{value}\n")).collect()
    }

    fn algorithm(&self) -> Option<&'static dyn VerificationAlgorithm> {
        match self.signature_version.as_str() {
            "1" => Some(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
            "2" => Some(&RSA_PKCS1_2048_8192_SHA256),
            _ => None,
        }
    }

    /// Whether a URL is SNS's own in the region of the topic.
    fn is_of_sns(&self, url: &str) -> bool {
        let Some(region) = self.topic_arn.split(':').nth(3).filter(|region| is_name(region)) else {
            return false;
        };
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        url.starts_with(&format!("https://sns.{region}.{domain}/")) && !url.contains(['\\', '@', ' '])
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl Email {
    /// The request for the certificate that a notification names, where it is of a topic of ours and the certificate
    /// of SNS: nobody else makes us call.
    pub fn certificate_request(&self, request: &WebhookRequest) -> Option<ProviderRequest> {
        let envelope = Envelope::read(request)?;
        let url = envelope.signing_cert_url.as_str();
        let ours = self.sns_topics.contains(&envelope.topic_arn);
        (ours && url.ends_with(".pem") && envelope.is_of_sns(url)).then(|| fetch(url))
    }

    /// Checks a notification with its certificate, as PEM.
    pub(in super::super) fn verify_notification<'a>(
        &self,
        request: &'a WebhookRequest,
        certificate: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<Verified<'a>, Rejection> {
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.message_secret };
        check.size(request)?;
        check.header(request, TYPE_HEADER)?;
        let malformed = || check.refuse(RejectionReason::Malformed);
        let envelope = Envelope::read(request).ok_or_else(malformed)?;
        if !self.sns_topics.contains(&envelope.topic_arn) {
            return Err(check.refuse(RejectionReason::Wrong));
        }
        let certificate = certificate.ok_or_else(|| check.refuse(RejectionReason::Missing))?;
        let key = public_key(certificate).ok_or_else(malformed)?;
        let signature = STANDARD.decode(&envelope.signature).map_err(|_| malformed())?;
        let algorithm = envelope.algorithm().ok_or_else(malformed)?;
        let verified =
            check.public_key(request, algorithm, &key, envelope.signed().as_bytes(), &signature)?;
        let at = Timestamp::parse_iso(&envelope.timestamp).ok_or_else(malformed)?;
        if now.seconds().abs_diff(at.seconds()) > AGE_S_MAX {
            return Err(check.refuse(RejectionReason::Stale));
        }
        Ok(verified)
    }

    /// The call by which a topic of ours learns that we listen: only asked of what was verified.
    pub fn confirmation_request(&self, request: &Verified<'_>) -> Option<ProviderRequest> {
        let envelope = Envelope::read(request.request())?;
        let asks = envelope.kind == "SubscriptionConfirmation" && envelope.is_of_sns(&envelope.subscribe_url);
        asks.then(|| fetch(&envelope.subscribe_url))
    }
}

fn fetch(url: &str) -> ProviderRequest {
    ProviderRequest {
        method: "GET".into(),
        url: url.to_owned(),
        headers: Headers::new(),
        body: Vec::new(),
        idempotent: true,
        on_refused: None,
    }
}

/// The RSA key (RFC 8017, A.1.1) of a certificate in PEM (RFC 5280, 4.1).
fn public_key(pem: &[u8]) -> Option<Vec<u8>> {
    let pem = std::str::from_utf8(pem).ok()?;
    let (_, inner) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (inner, _) = inner.split_once("-----END CERTIFICATE-----")?;
    let digits: String = inner.split_whitespace().collect();
    let der = STANDARD.decode(digits).ok()?;
    let (_, certificate, _) = element(&der)?;
    let (_, mut fields, _) = element(certificate)?;
    // Version (where it is stated), serial number, algorithm, issuer, validity, subject; then the key.
    let (version, _, after) = element(fields)?;
    if version == 0xa0 {
        fields = after;
    }
    for _ in 0..5 {
        fields = element(fields)?.2;
    }
    let (_, key_info, _) = element(fields)?;
    let (_, _, after_algorithm) = element(key_info)?;
    let (kind, bits, _) = element(after_algorithm)?;
    // A bit string, whose first byte says how many bits of its last are none.
    (kind == 0x03).then_some(())?;
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}

/// An element of DER: its tag, its content, what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = digits.iter().try_fold(0_usize, |length, digit| {
                length.checked_mul(256).map(|length| length + usize::from(*digit))
            })?;
            (length, rest)
        }
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

#[cfg(test)]
mod tests;
