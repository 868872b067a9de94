//! `message.cancel`, `message.reschedule`: a message that is to be said later is not, or otherwise.

use crate::agent::Session;
use crate::agent::access::seeing;
use crate::agent::answer::Answer;
use crate::agent::membership::name;
use crate::agent::request::{Fields, Refusal};
use crate::agent::scheduled::{Change, cancel, check_time, reschedule};
use crate::agent::snapshot::contact_of;
use crate::center::Center;
use crate::frames::scheduled_payload;
use crate::store::Scheduled;
use patchbay_model::limits::TEXT_CHARS_MAX;
use patchbay_model::{ContactSid, MessageSid, Timestamp};

/// A moment, in milliseconds.
pub(super) fn moment(fields: &Fields, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(ms) = fields.number(name)? else { return Ok(None) };
    let ms = i64::try_from(ms).map_err(|_| Refusal::field(name, "not milliseconds since the epoch"))?;
    Ok(Some(Timestamp(ms)))
}

/// The answer of whatever concerns a scheduled message.
pub(super) fn about_scheduled(center: &Center, scheduled: &Scheduled) -> Answer {
    Answer::default()
        .with("message_sid", scheduled.sid.to_string())
        .with("conversation_sid", scheduled.conversation_sid.to_string())
        .with("scheduled", scheduled_payload(scheduled, center.links()))
}

/// Whose message it is: that of everybody who was found to be the contact of a conversation which the session may see.
async fn timeline(center: &Center, session: &Session, fields: &Fields) -> Result<Vec<ContactSid>, Refusal> {
    let conversation = seeing(center, session, &fields.sid("conversation_sid")?).await?;
    Ok(contact_of(center, &conversation).await?.timeline())
}

/// `message.cancel {conversation_sid, message_sid}`: by whoever is on the conversation or writes it up, and supervisors. Safe to
/// repeat: what is canceled stays so.
pub(super) async fn cancel_later(
    center: &Center,
    session: &Session,
    connection: &str,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let sid: MessageSid = fields.sid("message_sid")?;
    let timeline = timeline(center, session, fields).await?;
    let by = name(center, &session.worker_sid).await?;
    let canceled = cancel(center, &timeline, &sid, &by, connection).await?;
    Ok(about_scheduled(center, &canceled))
}

/// `message.reschedule {conversation_sid, message_sid, send_at?, text?, unless_answered?}`: without `send_at` it is said
/// now. Safe to repeat: it sets what it names.
pub(super) async fn change_later(
    center: &Center,
    session: &Session,
    connection: &str,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    let sid: MessageSid = fields.sid("message_sid")?;
    let send_at = moment(fields, "send_at")?;
    if let Some(at) = send_at {
        check_time(center.now(), at)?;
    }
    let change = Change {
        send_at,
        text: fields.text("text", TEXT_CHARS_MAX)?.map(str::to_owned),
        unless_answered: fields.truth("unless_answered")?,
    };
    let timeline = timeline(center, session, fields).await?;
    let changed = reschedule(center, &timeline, &sid, &change, connection).await?;
    Ok(about_scheduled(center, &changed))
}
