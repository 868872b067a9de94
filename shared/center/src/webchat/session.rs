//! Sessions: who a visitor is, for a quarter of an hour at a time.

use super::{WebChatError, open_for};
use crate::center::Center;
use patchbay_channels::webchat::{Claims, SESSION_TOKEN_S};
use patchbay_channels::{Headers, WebhookRequest};
use patchbay_model::id::hex;
use patchbay_model::{SessionSid, Timestamp};
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

/// Makes a session: of a new visitor with an unguessable id, or of the one whose token is shown. Nothing is
/// stored: the token is the session.
pub fn create_session(
    center: &Center,
    account: &str,
    origin: Option<&str>,
    wanted: NewSession,
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
    let claims = Claims {
        sid: before.as_ref().map_or_else(|| SessionSid::from_bytes(center.world.id()), |b| b.sid.clone()),
        sub: before.as_ref().map_or_else(|| hex(&center.world.id()), |before| before.sub.clone()),
        aud: account.to_owned(),
        exp: now.seconds() + SESSION_TOKEN_S,
        name: wanted.name.or(before.as_ref().and_then(|before| before.name.clone())),
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
