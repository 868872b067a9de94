//! Scheduling a message, and thinking better of it.

use super::due::hand_over_scheduled;
use super::say::write;
use super::{AHEAD_S_MAX, AHEAD_S_MIN, SCHEDULED_MAX, newest, show};
use crate::agent::request::Refusal;
use crate::center::Center;
use crate::command::RoutingBody;
use crate::frames::Fault;
use crate::router::{OpError, send_at};
use crate::store::{
    Fate, Scheduled, change_scheduled, end_scheduled, load_open_scheduled, load_scheduled, put_scheduled,
};
use patchbay_model::{ContactSid, Content, MessageSid, Timestamp};

/// How often a change is made again on what somebody else has just written.
const TRIES_MAX: usize = 6;
/// Seconds after which it is looked whether what was to be said at once was handed over.
const LOOK_AFTER_S: i64 = 5;

/// Refuses a moment that is too near or too far.
pub(in crate::agent) fn check_time(now: Timestamp, at: Timestamp) -> Result<(), Refusal> {
    let (first, last) = (now.plus_s(AHEAD_S_MIN), now.plus_s(AHEAD_S_MAX));
    if at < first || at > last {
        let days = AHEAD_S_MAX / 86_400;
        let message = format!("not {AHEAD_S_MIN} seconds to {days} days ahead");
        return Err(Refusal::field("send_at", message));
    }
    Ok(())
}

/// Asks for the look at a message when it is due. Sent before it is written: a crash in between leaves a look at
/// nothing, never a message that nobody looks at.
async fn arm(center: &Center, scheduled: &Scheduled, due: Timestamp) -> Result<(), Refusal> {
    let (contact_sid, message_sid) = (scheduled.contact_sid.clone(), scheduled.sid.clone());
    Ok(send_at(center, &RoutingBody::Scheduled { contact_sid, message_sid, due }, due).await?)
}

/// Keeps a message to be said later, and shows it. Of one that is there already, as it is.
///
/// Safe to repeat: it is put once, whatever became of it since.
pub(in crate::agent) async fn schedule(
    center: &Center,
    mut scheduled: Scheduled,
    timeline: &[ContactSid],
    connection: &str,
) -> Result<Scheduled, Refusal> {
    let table = center.table.as_ref();
    let open = load_open_scheduled(table, timeline).await?;
    if let Some(known) = open.iter().find(|known| known.sid == scheduled.sid) {
        return Ok(known.clone());
    }
    if open.len() >= SCHEDULED_MAX {
        let message = format!("{SCHEDULED_MAX} messages to this contact are scheduled already");
        return Err(Refusal::new(Fault::Refused, message));
    }
    arm(center, &scheduled, scheduled.send_at).await?;
    if !write(center, put_scheduled(&mut scheduled)).await? {
        let known = load_scheduled(table, &scheduled.contact_sid, &scheduled.sid).await?;
        return known.ok_or_else(|| OpError::Busy.into());
    }
    let conversation = newest(center, &scheduled).await?;
    show(center, &scheduled, conversation.as_ref(), false, Some(connection)).await;
    Ok(scheduled)
}

/// The scheduled message of one of these contacts.
async fn find(center: &Center, timeline: &[ContactSid], sid: &MessageSid) -> Result<Scheduled, Refusal> {
    for contact in timeline {
        if let Some(found) = load_scheduled(center.table.as_ref(), contact, sid).await? {
            return Ok(found);
        }
    }
    Err(Refusal::new(Fault::NotFound, "there is no such scheduled message"))
}

/// Why a message can be neither changed nor canceled any more.
fn too_late(fate: &Fate) -> Refusal {
    Refusal::new(
        Fault::Refused,
        match fate {
            Fate::Scheduled | Fate::Sending { .. } => "the message is being sent",
            Fate::Sent { .. } => "the message has been sent",
            Fate::Refused { .. } => "the message has been refused",
            Fate::Canceled { .. } => "the message has been canceled",
        },
    )
}

/// Takes a message back that has not been said.
///
/// Safe to repeat: one that is canceled stays so.
pub(in crate::agent) async fn cancel(
    center: &Center,
    timeline: &[ContactSid],
    sid: &MessageSid,
    by: &str,
    connection: &str,
) -> Result<Scheduled, Refusal> {
    for _ in 0..TRIES_MAX {
        let mut scheduled = find(center, timeline, sid).await?;
        match scheduled.fate {
            Fate::Scheduled => {}
            Fate::Canceled { .. } => return Ok(scheduled),
            fate => return Err(too_late(&fate)),
        }
        let writes = end_scheduled(&mut scheduled, Fate::Canceled { reason: format!("by {by}") });
        if write(center, writes).await? {
            let conversation = newest(center, &scheduled).await?;
            show(center, &scheduled, conversation.as_ref(), true, Some(connection)).await;
            return Ok(scheduled);
        }
    }
    Err(OpError::Busy.into())
}

/// What is to be different.
pub(in crate::agent) struct Change {
    /// None: it is said at once.
    pub send_at: Option<Timestamp>,
    pub text: Option<String>,
    pub unless_answered: Option<bool>,
}

/// Has a message said at another time, or in other words.
///
/// Safe to repeat: it sets what it names; one that is to be said at once and has been said is.
pub(in crate::agent) async fn reschedule(
    center: &Center,
    timeline: &[ContactSid],
    sid: &MessageSid,
    change: &Change,
    connection: &str,
) -> Result<Scheduled, Refusal> {
    for _ in 0..TRIES_MAX {
        let mut scheduled = find(center, timeline, sid).await?;
        match &scheduled.fate {
            Fate::Scheduled => {}
            Fate::Sending { .. } | Fate::Sent { .. } if change.send_at.is_none() => return Ok(scheduled),
            fate => return Err(too_late(fate)),
        }
        let now = center.now();
        let before = scheduled.send_at;
        scheduled.send_at = change.send_at.unwrap_or(now);
        scheduled.asked_at = now;
        if let Some(text) = &change.text {
            say_instead(&mut scheduled.content, text)?;
        }
        if let Some(unless_answered) = change.unless_answered {
            scheduled.unless_answered = unless_answered;
        }
        let at_once = change.send_at.is_none();
        // A look that came before the write would find nothing due.
        let look = if at_once { now.plus_s(LOOK_AFTER_S) } else { scheduled.send_at };
        arm(center, &scheduled, look).await?;
        if write(center, change_scheduled(&mut scheduled, before)).await? {
            let conversation = newest(center, &scheduled).await?;
            show(center, &scheduled, conversation.as_ref(), false, Some(connection)).await;
            if at_once {
                hand_over_scheduled(center, &scheduled.contact_sid, &scheduled.sid).await?;
            }
            return Ok(scheduled);
        }
    }
    Err(OpError::Busy.into())
}

/// The words of a message, whatever else it has.
fn say_instead(content: &mut Content, wanted: &str) -> Result<(), Refusal> {
    match content {
        Content::Text { text } | Content::Choices { text, .. } => *text = wanted.to_owned(),
        Content::Media { text, .. } => *text = Some(wanted.to_owned()),
        Content::Email(mail) => mail.text = wanted.to_owned(),
        _ => return Err(Refusal::field("text", "what this message says cannot be changed")),
    }
    Ok(())
}
