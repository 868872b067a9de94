//! Spans of time: of a day, and on the line of time.

use crate::fault::Faults;
use patchbay_model::Timestamp;
use serde::Serialize;

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// From one moment to another, which is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Opening {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Milliseconds since midnight, up to a whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

impl Span {
    /// Reads `HH:MM` twice; says under `pointer` what is wrong.
    pub(crate) fn read(from: &str, to: &str, pointer: &str, faults: &mut Faults) -> Option<Span> {
        let mut read = |text: &str, key: &str| {
            let found = time_of_day_ms(text);
            if found.is_none() {
                faults.say(format!("{pointer}/{key}"), "not a time like 09:00, up to 24:00");
            }
            found
        };
        let (from_ms, to_ms) = (read(from, "from"), read(to, "to"));
        let (from_ms, to_ms) = (from_ms?, to_ms?);
        if from_ms >= to_ms {
            faults.say(
                format!("{pointer}/to"),
                "not later than the beginning: a night is two spans, until 24:00 and from 00:00",
            );
            return None;
        }
        Some(Span { from_ms, to_ms })
    }
}

/// `HH:MM` from `00:00` to `24:00`.
pub(crate) fn time_of_day_ms(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let ms = (hours * 60 + minutes) * MINUTE_MS;
    (minutes < 60 && ms <= DAY_MS).then_some(ms)
}
