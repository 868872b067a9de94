//! Web chat: sessions, history and the visitor's socket (docs/PROTOCOL.md, "Web chat").

mod frame;
mod history;
mod look;
mod session;
mod socket;
mod standing;

#[cfg(test)]
mod tests;

pub use frame::receive_frame;
pub use history::{HISTORY_MAX, History, history, newest};
pub use look::{Look, OPENINGS_DAYS, look};
pub use session::{NewSession, RESUMED_S_MAX, Session, create_session, start_session};
pub use socket::VisitorPushError;
pub(crate) use socket::push;
pub use socket::{CONNECTIONS_PER_VISITOR_MAX, connect, disconnect};
pub(crate) use standing::tell_visitor;
pub use standing::{POSITION_MAX, Standing, standing};

use crate::center::Center;
use crate::inbound::message_sid;
use crate::media::{self, NewUpload, Ticket, UploadError};
use crate::ports::QueueError;
use crate::store::StoreError;
use crate::webhook;
use patchbay_channels::webchat::{Claims, IdentityError, WebChat};
use patchbay_channels::webhook::RejectionReason;
use patchbay_channels::{Normalised, Rejection, WebhookReply, WebhookRequest};
use patchbay_model::{ChannelKind, EventKind, InboundEvent};
use serde_json::{Value, json};

/// Why a visitor is not served.
#[derive(Debug, thiserror::Error)]
pub enum WebChatError {
    #[error("there is no such web chat")]
    UnknownAccount,
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("the table failed")]
    Store(#[from] StoreError),
    #[error("the queue failed")]
    Queue(#[from] QueueError),
}

impl WebChatError {
    /// The HTTP status that says so.
    pub fn status(&self) -> u16 {
        match self {
            WebChatError::UnknownAccount => 404,
            WebChatError::Rejected(rejection) => rejection.status,
            WebChatError::Upload(error) => error.status(),
            WebChatError::Invalid(_) => 400,
            WebChatError::Identity(IdentityError::NoKeys) => 400,
            WebChatError::Identity(_) => 401,
            WebChatError::Store(_) | WebChatError::Queue(_) => 503,
        }
    }
}

/// The web chat of an account.
fn open<'c>(center: &'c Center, account: &str) -> Result<&'c WebChat, WebChatError> {
    center
        .channel(ChannelKind::Webchat, account)
        .and_then(|account| account.channel.webchat())
        .ok_or(WebChatError::UnknownAccount)
}

/// The web chat of an account, for a page of this origin.
fn open_for<'c>(
    center: &'c Center,
    account: &str,
    origin: Option<&str>,
) -> Result<&'c WebChat, WebChatError> {
    let webchat = open(center, account)?;
    if !webchat.allows_origin(origin) {
        return Err(Rejection { status: 403, reason: RejectionReason::Origin }.into());
    }
    Ok(webchat)
}

/// Whose request it is: of a session whose token is good, from an allowed origin.
pub fn authenticate(
    center: &Center,
    account: &str,
    request: &WebhookRequest,
) -> Result<Claims, WebChatError> {
    Ok(open(center, account)?.session(request, center.now())?)
}

/// Leave for a visitor to upload one file, which a message of theirs then refers to.
pub fn upload(center: &Center, claims: &Claims, wanted: NewUpload) -> Result<Ticket, WebChatError> {
    Ok(media::visitor_upload(center, (&claims.aud, &claims.sub), wanted)?)
}

/// Takes in one document of a visitor over HTTP: a webhook, with an answer that names the message.
pub async fn receive(center: &Center, account: &str, request: WebhookRequest) -> WebhookReply {
    match webhook::take_in(center, ChannelKind::Webchat, account, &request).await {
        Ok(Normalised { events, reply, .. }) => match events.first() {
            Some(event) => WebhookReply::json(reply.status, &receipt_of(event)),
            None => reply,
        },
        Err(error) => webhook::refusal(&error),
    }
}

/// What a client learns of a document that was taken in: its own id, and the message's where it is one.
fn receipt_of(event: &InboundEvent) -> Value {
    let mut receipt = json!({ "client_msg_id": client_id(&event.event_id) });
    if let EventKind::Message { provider_id, .. } = &event.kind {
        receipt["sid"] = json!(message_sid(event.channel, &event.account, provider_id));
    }
    receipt
}

/// The client's own id within an event's, which begins with the session's.
fn client_id(event_id: &str) -> &str {
    event_id.split_once(':').map_or(event_id, |(_, id)| id)
}
