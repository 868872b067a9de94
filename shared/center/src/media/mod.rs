//! Media: what customers send is fetched from its provider into our own store, and what is stored is shown and sent by
//! URLs that lapse (docs/PROTOCOL.md, "Media").
//!
//! A message is stored with what its provider says of an attachment, and nobody is ever given that URL: `fetch`
//! copies what is behind it, and notes beside the message where the copy is.

mod fetch;
mod kind;
mod links;
mod name;
mod retry;
mod upload;

#[cfg(test)]
mod tests;

pub use kind::{Program, is_listed, sniff};
pub use links::{LINK_S_MIN, Links};
pub use name::clean_name;
pub use retry::{RetryError, retry};
pub use upload::{NewUpload, Ticket, UploadError, agent_upload, visitor_upload};

pub use fetch::FetchError;
pub(crate) use fetch::{fetch, fetch_later, picture};

use patchbay_model::{Author, BlobKey, Message};

/// Bytes of one attachment, in and out: what Messenger, Instagram and RCS carry. A function that fetches holds it in
/// memory, and a batch may have ten.
pub const MEDIA_BYTES_MAX: usize = 25 * 1024 * 1024;

/// Whether a message's attachments come from outside: until they have been fetched there is nothing to show.
pub(crate) fn is_fetched(message: &Message) -> bool {
    matches!(message.author, Author::Contact | Author::Provider)
}

/// The object that may be shown of an attachment's URL. What a visitor has uploaded may not before it was looked at.
pub(crate) fn shown(url: &str) -> Option<BlobKey> {
    BlobKey::of_reference(url).filter(|key| !key.is_upload())
}
