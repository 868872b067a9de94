//! What only e-mail has: the certificate that proves a notification, mails that lie in the bucket, files within mails.

use crate::center::Center;
use crate::media::{Program, sniff};
use crate::ports::{BlobError, HttpError};
use crate::sender::http_request;
use crate::webhook::WebhookError;
use bytes::Bytes;
use patchbay_channels::email::{Email, MAIL_BYTES_MAX};
use patchbay_channels::{
    Normalised, Problem, ProviderRequest, Rejection, Rendered, Undeliverable, Verified, WebhookRequest,
};
use patchbay_model::{Attachment, BlobKey, Content, EventKind, OutboundMessage, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Certificates that are kept: SNS has one in each region and changes it once a year.
const CERTIFICATES_MAX: usize = 16;
/// Bytes of the files that one mail encloses.
const ENCLOSED_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Certificates by their URLs, for as long as the process lives: a URL names one certificate for ever.
#[derive(Default)]
pub(crate) struct Certificates(Mutex<BTreeMap<String, Bytes>>);

impl Certificates {
    fn get(&self, url: &str) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned()
    }

    fn keep(&self, url: &str, certificate: &Bytes) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < CERTIFICATES_MAX {
            known.insert(url.to_owned(), certificate.clone());
        }
    }
}

/// What fetching says where it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the answer is {0}")]
    Status(u16),
}

async fn fetch(center: &Center, request: &ProviderRequest) -> Result<Bytes, FetchError> {
    // The channel has checked whose URL it is; the egress rules hold for it all the same.
    let request = crate::ports::HttpRequest { trusted: false, ..http_request(request) };
    let response = center.http.call(request).await?;
    match response.status {
        200..300 => Ok(response.body.into()),
        status => Err(FetchError::Status(status)),
    }
}

/// Checks a webhook, with the certificate that it names where it is of somebody whom we listen to.
pub(crate) async fn verify<'a>(
    center: &Center,
    email: &Email,
    request: &'a WebhookRequest,
) -> Result<Verified<'a>, WebhookError> {
    let certificate = match email.certificate_request(request) {
        None => None,
        Some(fetched) => Some(match center.certificates.get(&fetched.url) {
            Some(known) => known,
            None => {
                let certificate = fetch(center, &fetched).await?;
                center.certificates.keep(&fetched.url, &certificate);
                certificate
            }
        }),
    };
    let verified: Result<_, Rejection> = email.verify_with(request, certificate.as_deref(), center.now());
    Ok(verified?)
}

/// Translates a webhook that is believed, with the mail that it is about, and stores the files of it. A topic that asks
/// whether we listen is told so.
///
/// Safe to run twice: a file's key is its digest.
pub(crate) async fn normalise(
    center: &Center,
    email: &Email,
    verified: &Verified<'_>,
    now: Timestamp,
) -> Result<Normalised, WebhookError> {
    if let Some(confirmation) = email.confirmation_request(verified) {
        fetch(center, &confirmation).await?;
    }
    let mail = match email.stored_mail(verified) {
        None => None,
        Some(key) => match center.blob.get(&key, MAIL_BYTES_MAX).await {
            Ok(stored) => stored.map(|stored| stored.bytes),
            // It would be so at every repetition: what the notification says of it is all there is.
            Err(BlobError::TooLarge { .. }) => None,
            Err(error) => return Err(error.into()),
        },
    };
    let (mut normalised, files) = email.read_webhook(verified, mail.as_deref(), now);
    for file in files {
        match sniff(&file.bytes, &file.content_type) {
            Ok(kind) => {
                is_of(&mut normalised, &file.key, kind.content_type);
                center.blob.put(&file.key, kind.content_type, file.bytes.into()).await?;
            }
            Err(program) => leave_out(&mut normalised, &file.key, program),
        }
    }
    Ok(normalised)
}

/// The lists of attachments that the events have.
fn attachments(normalised: &mut Normalised) -> impl Iterator<Item = &mut Vec<Attachment>> {
    normalised.events.iter_mut().filter_map(|event| match &mut event.kind {
        EventKind::Message { content: Content::Email(mail), .. } => Some(&mut mail.attachments),
        _ => None,
    })
}

/// A file is what its bytes say, whatever the mail says.
fn is_of(normalised: &mut Normalised, key: &BlobKey, content_type: &str) {
    let url = key.reference();
    for attachment in attachments(normalised).flatten().filter(|attachment| attachment.url == url) {
        content_type.clone_into(&mut attachment.content_type);
    }
}

/// A program is not taken in, and that is told.
fn leave_out(normalised: &mut Normalised, key: &BlobKey, program: Program) {
    let url = key.reference();
    attachments(normalised).for_each(|list| list.retain(|attachment| attachment.url != url));
    let reason = format!("a file of the mail is left out: {program}");
    normalised.problems.push(Problem::new("attachments", reason));
}

/// Translates a message, with the bytes of the files that it encloses.
pub(crate) async fn render(
    center: &Center,
    email: &Email,
    message: &OutboundMessage,
) -> Result<Result<Rendered, Undeliverable>, BlobError> {
    let mut files = BTreeMap::new();
    for (url, key) in email.enclosed(message) {
        match center.blob.get(&key, ENCLOSED_BYTES_MAX).await {
            Ok(Some(stored)) => drop(files.insert(url, stored.bytes.to_vec())),
            // Such a file goes as a link, which lapses.
            Ok(None) | Err(BlobError::TooLarge { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let mut message = message.clone();
    for attachment in message.content.attachments_mut() {
        let enclosed = files.contains_key(&attachment.url);
        if let Some(link) = center.links().url(attachment).filter(|_| !enclosed) {
            attachment.url = link;
        }
    }
    Ok(email.render_with(&message, &files, center.now()))
}

#[cfg(test)]
mod tests;
