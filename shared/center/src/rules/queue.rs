//! What SQS refuses ("SendMessage", "Amazon SQS message quotas").

use crate::ports::queue::{DELAY_S_MAX, GROUP_CHARS_MAX, Outgoing, QueueError, QueueName};
use patchbay_model::limits::QUEUE_BODY_BYTES_MAX;

/// Seconds during which a second message with the same deduplication id is accepted and dropped.
pub const DEDUP_S: i64 = 300;

/// Refuses a message that the queue would not take.
pub fn check_outgoing(queue: QueueName, message: &Outgoing) -> Result<(), QueueError> {
    check_body(&message.body)?;
    if queue.is_fifo() {
        check_id("message group id", message.group.as_deref())?;
        check_id("deduplication id", message.dedup.as_deref())?;
        if message.delay_s > 0 {
            return refuse(format!("{} is a FIFO queue: a message has no delay of its own", queue.as_str()));
        }
        return Ok(());
    }
    if message.group.is_some() || message.dedup.is_some() {
        return refuse(format!("{} is a standard queue: no group, no deduplication id", queue.as_str()));
    }
    if message.delay_s > DELAY_S_MAX {
        return refuse(format!("a delay of {} s is over {DELAY_S_MAX} s", message.delay_s));
    }
    Ok(())
}

fn check_body(body: &str) -> Result<(), QueueError> {
    if body.is_empty() {
        return refuse("the body is empty".into());
    }
    if body.len() > QUEUE_BODY_BYTES_MAX {
        return refuse(format!("a body of {} bytes is over {QUEUE_BODY_BYTES_MAX}", body.len()));
    }
    match body.chars().find(|&c| !is_allowed(c)) {
        Some(c) => refuse(format!("the body has the character U+{:04X}", u32::from(c))),
        None => Ok(()),
    }
}

/// The characters of XML 1.0, which SQS restricts bodies to.
fn is_allowed(c: char) -> bool {
    matches!(c, '\u{9}' | '\u{a}' | '\u{d}' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

fn check_id(what: &str, id: Option<&str>) -> Result<(), QueueError> {
    match id {
        None | Some("") => refuse(format!("a FIFO queue needs a {what}")),
        Some(id) if id.len() > GROUP_CHARS_MAX => {
            refuse(format!("a {what} of {} characters is over {GROUP_CHARS_MAX}", id.len()))
        }
        Some(id) if !id.bytes().all(|b| b.is_ascii_graphic()) => {
            refuse(format!("a {what} has only ASCII letters, digits and punctuation"))
        }
        Some(_) => Ok(()),
    }
}

fn refuse(why: String) -> Result<(), QueueError> {
    Err(QueueError::Invalid(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(queue: QueueName, message: Outgoing, expect: bool) {
        assert_eq!(check_outgoing(queue, &message).is_ok(), expect, "{queue:?} {:.80?}", message);
    }

    fn fifo(body: &str, group: &str, dedup: &str) -> Outgoing {
        Outgoing::fifo(body.into(), group.into(), dedup.into())
    }

    #[test]
    fn bodies_have_a_length_and_characters() {
        check(QueueName::Routing, Outgoing::after_s(String::new(), 0), false);
        check(QueueName::Routing, Outgoing::after_s("x".repeat(QUEUE_BODY_BYTES_MAX), 0), true);
        check(QueueName::Routing, Outgoing::after_s("x".repeat(QUEUE_BODY_BYTES_MAX + 1), 0), false);
        check(QueueName::Routing, Outgoing::after_s("a\tb\r\nc\u{1f600}".into(), 0), true);
        for bad in ["\u{0}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            check(QueueName::Routing, Outgoing::after_s(bad.into(), 0), false);
        }
    }

    #[test]
    fn a_fifo_queue_needs_group_and_deduplication() {
        check(QueueName::Inbound, fifo("x", "g", "d"), true);
        check(QueueName::Inbound, fifo("x", &"g".repeat(GROUP_CHARS_MAX), "d"), true);
        check(QueueName::Inbound, fifo("x", &"g".repeat(GROUP_CHARS_MAX + 1), "d"), false);
        check(QueueName::Inbound, fifo("x", "g", &"d".repeat(GROUP_CHARS_MAX + 1)), false);
        check(QueueName::Inbound, fifo("x", "", "d"), false);
        check(QueueName::Inbound, fifo("x", "g", ""), false);
        check(QueueName::Inbound, fifo("x", "with space", "d"), false);
        check(QueueName::Inbound, fifo("x", "é", "d"), false);
        check(QueueName::Inbound, Outgoing::after_s("x".into(), 0), false);
        check(QueueName::Inbound, Outgoing { delay_s: 1, ..fifo("x", "g", "d") }, false);
    }

    #[test]
    fn a_standard_queue_delays_and_has_no_groups() {
        check(QueueName::Routing, Outgoing::after_s("x".into(), DELAY_S_MAX), true);
        check(QueueName::Routing, Outgoing::after_s("x".into(), DELAY_S_MAX + 1), false);
        check(QueueName::Routing, fifo("x", "g", "d"), false);
    }
}
