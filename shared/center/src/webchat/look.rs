//! What a page is told of an account's widget before anything is said.

use super::{WebChatError, open_for};
use crate::center::Center;
use patchbay_channels::webchat::{Appearance, Hours};
use patchbay_hours::{Opening, Schedule};
use serde::Serialize;

/// Days whose openings are told: a page may stay open for long, and every holiday ends within them.
pub const OPENINGS_DAYS: i64 = 28;

/// The answer of `GET /webchat/config`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Look<'c> {
    #[serde(flatten)]
    pub appearance: &'c Appearance,
    /// When somebody is there, from now on; always where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openings: Option<Vec<Opening>>,
}

/// How the account's widget looks, what it asks, and when somebody is there.
pub async fn look<'c>(
    center: &'c Center,
    account: &str,
    origin: Option<&str>,
) -> Result<Look<'c>, WebChatError> {
    let appearance = open_for(center, account, origin)?.appearance();
    let now = center.now();
    let openings = |schedule: &Schedule| schedule.openings(now, now.plus_s(OPENINGS_DAYS * 86_400));
    let openings = match &appearance.hours {
        Hours::Always => None,
        Hours::Own(schedule) => Some(openings(schedule)),
        Hours::Named(name) => {
            let config = center.config().await?;
            let schedule = config.hours.get(name);
            if schedule.is_none() {
                // Rather somebody waits for an answer than nobody can ask.
                tracing::warn!(account, name, "the web chat asks for opening hours that there are not");
            }
            schedule.map(openings)
        }
    };
    Ok(Look { appearance, openings })
}
