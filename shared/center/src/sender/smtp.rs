//! A mail server: one hand-over for each message.

use super::call::next_part;
use super::{Outcome, SenderError};
use crate::center::Center;
use crate::command::OutboundBody;
use crate::store::{begin_part, end_part, load_progress};
use patchbay_channels::email::smtp::SmtpDelivery;
use patchbay_channels::{DeliveryOutcome, RefusalCause};

/// Hands a mail to its server, once: a server does not recognise a repetition, so a mark is written before
/// (`sender::handle`). `again`: somebody may have begun before.
pub(super) async fn deliver(
    center: &Center,
    entry: &OutboundBody,
    delivery: &SmtpDelivery,
    again: bool,
) -> Result<Outcome, SenderError> {
    let Some(mail) = &center.mail else {
        let why = "mail servers are not spoken with here".to_owned();
        return Ok(Outcome::Refused { code: "smtp".into(), why, cause: Some(RefusalCause::Account) });
    };
    let (table, key) = (center.table.as_ref(), &entry.message.key);
    if again && let Err(outcome) = next_part(center, entry, load_progress(table, key).await?).await? {
        return Ok(outcome);
    }
    // One more time where the message is stored only now.
    while let Some(progress) = begin_part(table, key, 0).await? {
        if let Err(outcome) = next_part(center, entry, progress).await? {
            return Ok(outcome);
        }
    }
    Ok(match mail.deliver(delivery).await.outcome(delivery) {
        DeliveryOutcome::Sent { provider_id } => Outcome::Sent { provider_id },
        DeliveryOutcome::Refused { code, why, cause } => Outcome::Refused { code, why, cause: Some(cause) },
        DeliveryOutcome::Unknown { why } => Outcome::Unknown { why },
        DeliveryOutcome::Retry { after_s: _, why } => {
            end_part(table, key, 0).await?;
            Outcome::Retry { why }
        }
        // There is no other call.
        DeliveryOutcome::Instead(_) => Outcome::Unknown { why: "no call was left".into() },
    })
}
