//! Sessions: who a visitor is, for a quarter of an hour at a time.

use super::{WebChatError, open_for};
use crate::center::Center;
use crate::command::{Identified, InboundBody, body, group};
use crate::ports::{Outgoing, QueueName};
use patchbay_channels::webchat::{Claims, Identity, SESSION_TOKEN_S};
use patchbay_channels::{Headers, WebhookRequest};
use patchbay_model::id::hex;
use patchbay_model::{Address, ChannelKind, SessionSid, Timestamp};
use serde::{Deserialize, Serialize};

/// Seconds after its end during which a token still proves who the visitor was, and a new one is made for the same
/// visitor: as long as browsers may keep it.
pub const RESUMED_S_MAX: i64 = 30 * 86_400;
/// Characters of what a visitor says about themselves.
const PROFILE_CHARS_MAX: usize = 128;

/// What a client asks a session with.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewSession {
    /// The token that it had before: the visitor stays the same.
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// The language of the browser (BCP 47).
    #[serde(default)]
    pub locale: Option<String>,
    /// Who the visitor is, signed by the site's server.
    #[serde(default)]
    pub identity: Option<String>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    pub session_sid: SessionSid,
    pub visitor: String,
    pub token: String,
    /// Seconds since the epoch: ask for a new token before.
    pub expires_at: i64,
}

/// Makes a session, and hands on whom the site vouches for: their contact is found, or made, before their first
/// message is read, and what they said before they were known joins it.
pub async fn start_session(
    center: &Center,
    account: &str,
    origin: Option<&str>,
    wanted: NewSession,
) -> Result<Session, WebChatError> {
    let Some(token) = &wanted.identity else { return create_session(center, account, origin, wanted) };
    let webchat = open_for(center, account, origin)?;
    let now = center.now();
    let identity = webchat.identify(token, now)?;
    let before = match &wanted.token {
        Some(token) => Some(webchat.session(&with_token(token, origin), resumable_at(now))?),
        None => None,
    };
    let before = before.map(|claims| claims.sub).filter(|before| *before != identity.visitor);
    let session = session_of(center, account, origin, wanted, Some(&identity))?;
    let address = Address::new(ChannelKind::Webchat, account, identity.visitor.as_str());
    let dedup = format!("identify.{}.{}", identity.visitor, session.session_sid);
    let identified = Identified { account: account.to_owned(), identity, before, at: now };
    let command = body(&InboundBody::Identify(Box::new(identified)));
    let entry = Outgoing::fifo(command, group(&address, account), dedup);
    center.queue.send(QueueName::Inbound, vec![entry]).await?;
    Ok(session)
}

/// Makes a session: of a new visitor with an unguessable id, or of the one whose token is shown. Nothing is
/// stored: the token is the session.
pub fn create_session(
    center: &Center,
    account: &str,
    origin: Option<&str>,
    wanted: NewSession,
) -> Result<Session, WebChatError> {
    session_of(center, account, origin, wanted, None)
}

/// `known`: whom the site vouches for, the same visitor on all their devices.
fn session_of(
    center: &Center,
    account: &str,
    origin: Option<&str>,
    wanted: NewSession,
    known: Option<&Identity>,
) -> Result<Session, WebChatError> {
    let webchat = open_for(center, account, origin)?;
    for text in [&wanted.name, &wanted.locale].into_iter().flatten() {
        if text.chars().count() > PROFILE_CHARS_MAX {
            return Err(WebChatError::Invalid("name and locale have at most 128 characters"));
        }
    }
    let now = center.now();
    let before = match &wanted.token {
        Some(token) => Some(webchat.session(&with_token(token, origin), resumable_at(now))?),
        None => None,
    };
    let before = before.filter(|before| known.is_none_or(|known| known.visitor == before.sub));
    let visitor =
        known.map(|known| known.visitor.clone()).or(before.as_ref().map(|before| before.sub.clone()));
    let name = known.and_then(|known| known.name.clone()).or(wanted.name);
    let claims = Claims {
        sid: before.as_ref().map_or_else(|| SessionSid::from_bytes(center.world.id()), |b| b.sid.clone()),
        sub: visitor.unwrap_or_else(|| hex(&center.world.id())),
        aud: account.to_owned(),
        exp: now.seconds() + SESSION_TOKEN_S,
        name: name.or(before.as_ref().and_then(|before| before.name.clone())),
        locale: wanted.locale.or(before.and_then(|before| before.locale)),
    };
    Ok(Session {
        token: webchat.mint(&claims),
        session_sid: claims.sid,
        visitor: claims.sub,
        expires_at: claims.exp,
    })
}

/// A token that ended `RESUMED_S_MAX` before `now` was still good then.
fn resumable_at(now: Timestamp) -> Timestamp {
    now.plus_s(-RESUMED_S_MAX)
}

/// A request that only shows a token.
pub(super) fn with_token(token: &str, origin: Option<&str>) -> WebhookRequest {
    let mut headers = Headers::from_iter([("Authorization", format!("Bearer {token}"))]);
    if let Some(origin) = origin {
        headers.push("Origin", origin);
    }
    WebhookRequest { method: "POST".into(), headers, ..WebhookRequest::default() }
}
