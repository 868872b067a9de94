//! Uploads: a browser puts a file into the store by a form that we have signed, and then refers to it in a message.

use super::MEDIA_BYTES_MAX;
use super::kind::is_listed;
use super::name::clean_name;
use crate::center::Center;
use crate::ports::{BlobError, Upload, UploadForm};
use patchbay_channels::Channel;
use patchbay_model::{BlobKey, ChannelKind, Timestamp, WorkerSid};
use serde::{Deserialize, Serialize};

/// Seconds for which a form is good.
pub const UPLOAD_S: u32 = 600;

/// What somebody wants to upload.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    pub content_type: String,
    /// How large the file is: the form takes no more.
    pub bytes: u64,
    #[serde(default)]
    pub file_name: Option<String>,
    /// Where it is to be sent, so that what the channel does not carry is refused before it is uploaded.
    #[serde(default)]
    pub channel: Option<ChannelKind>,
    #[serde(default)]
    pub account: Option<String>,
}

/// Leave to upload one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// What a message's attachment has as its `url` once the file is there: `blob:…`.
    #[serde(rename = "url")]
    pub reference: String,
    pub content_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Milliseconds since the epoch: the form is good until then.
    pub expires_at: Timestamp,
    pub form: UploadForm,
}

/// Why there is no form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    #[error("files of the type {0} are not taken")]
    Type(String),
    #[error("a file of this type has 1 to {bytes_max} bytes here")]
    Size { bytes_max: u64 },
    #[error("there is no such account")]
    UnknownAccount,
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UploadError {
    /// The HTTP status that says so.
    pub fn status(&self) -> u16 {
        match self {
            UploadError::Type(_) => 400,
            UploadError::Size { .. } => 413,
            UploadError::UnknownAccount => 404,
            UploadError::Blob(_) => 503,
        }
    }
}

/// A form for an agent. What is uploaded is kept as messages' media are.
pub fn agent_upload(center: &Center, worker: &WorkerSid, wanted: NewUpload) -> Result<Ticket, UploadError> {
    let channel = match wanted.channel {
        Some(kind) => {
            let account = wanted.account.as_deref().unwrap_or("default");
            let found = center.channel(kind, account).ok_or(UploadError::UnknownAccount)?;
            Some(found.channel.as_ref())
        }
        None => None,
    };
    ticket(center, BlobKey::sent(worker, center.world.id()), channel, wanted)
}

/// A form for a visitor of the web chat. What is uploaded is looked at when a message refers to it, and goes after a
/// day.
pub fn visitor_upload(
    center: &Center,
    (account, visitor): (&str, &str),
    wanted: NewUpload,
) -> Result<Ticket, UploadError> {
    ticket(center, BlobKey::upload(account, visitor, center.world.id()), None, wanted)
}

fn ticket(
    center: &Center,
    key: BlobKey,
    channel: Option<&dyn Channel>,
    wanted: NewUpload,
) -> Result<Ticket, UploadError> {
    let NewUpload { content_type, bytes, file_name, .. } = wanted;
    if !is_listed(&content_type) {
        return Err(UploadError::Type(content_type.chars().take(100).collect()));
    }
    let ours = u64::try_from(MEDIA_BYTES_MAX).unwrap_or(u64::MAX);
    let theirs = channel.and_then(|channel| channel.media_bytes_max(&content_type)).unwrap_or(u64::MAX);
    let bytes_max = ours.min(theirs);
    if !(1..=bytes_max).contains(&bytes) {
        return Err(UploadError::Size { bytes_max });
    }
    let from = center.now();
    let upload = Upload { content_type: &content_type, bytes_max: bytes, from, valid_s: UPLOAD_S };
    let form = center.blob.upload_form(&key, &upload)?;
    Ok(Ticket {
        reference: key.reference(),
        file_name: file_name.as_deref().and_then(clean_name),
        expires_at: from.plus_s(UPLOAD_S.into()),
        content_type,
        form,
    })
}
