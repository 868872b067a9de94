//! When a scheduled message is due: it is handed to `inbound`.

use crate::center::Center;
use crate::command::{InboundBody, body, group};
use crate::ports::{Condition, Outgoing, QueueName, Write};
use crate::router::OpError;
use crate::store::{Fate, load_due, load_scheduled};
use patchbay_model::{ContactSid, MessageSid};

/// Seconds that a command may be late before the sweep looks itself.
const SWEEP_AFTER_S: i64 = 120;
/// Messages that one sweep looks at.
const SWEPT_MAX: usize = 50;

/// Hands a message over that is due. Whether there is one that is still to be said, or is being said.
///
/// Safe to run twice, late and early: the item says when it is due, and whoever says it looks again.
pub(crate) async fn hand_over_scheduled(
    center: &Center,
    contact: &ContactSid,
    sid: &MessageSid,
) -> Result<bool, OpError> {
    let Some(scheduled) = load_scheduled(center.table.as_ref(), contact, sid).await? else {
        return Ok(false);
    };
    if scheduled.fate.is_over() {
        return Ok(false);
    }
    if center.now() >= scheduled.send_at {
        let due = InboundBody::Scheduled { contact_sid: contact.clone(), message_sid: sid.clone() };
        // One that was decided and not carried out must not be taken for the one before.
        let again = if scheduled.fate == Fate::Scheduled { "" } else { ".again" };
        let dedup = format!("scheduled.{sid}.{}{again}", scheduled.send_at.0);
        let message = Outgoing::fifo(body(&due), group(&scheduled.to, &scheduled.our_address), dedup);
        center.queue.send(QueueName::Inbound, vec![message]).await?;
    }
    Ok(true)
}

/// Looks at what should have been said by now: a command that was lost left it. One that fails does not keep the others
/// from it; an entry of a message that is not there any more goes.
///
/// Safe to repeat, as handing over is.
pub(crate) async fn sweep_scheduled(center: &Center) -> Result<(), OpError> {
    let table = center.table.as_ref();
    let late = center.now().plus_s(-SWEEP_AFTER_S);
    for (entry, contact, sid) in load_due(table, late, SWEPT_MAX).await? {
        match hand_over_scheduled(center, &contact, &sid).await {
            Ok(false) => {
                table.write(vec![Write::Delete { key: entry, condition: Condition::Always }]).await?;
            }
            Ok(true) => tracing::warn!(message = %sid, "a scheduled message was left to the sweep"),
            Err(error) => tracing::error!(message = %sid, %error, "a scheduled message is not said"),
        }
    }
    Ok(())
}
