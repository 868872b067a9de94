//! A schedule, read once, and asked for its openings.

use crate::fault::{Faults, ScheduleFault};
use crate::span::{DAY_MS, Opening, Span, time_of_day_ms};
use jiff::Timestamp as Instant;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use patchbay_model::Timestamp;
use patchbay_model::hours::{ExceptionDocument, OverrideDocument, ScheduleDocument, WeeklyHours};

pub const NAME_CHARS_MAX: usize = 32;
/// Spans of one week, and of one exception.
pub const SPANS_MAX: usize = 28;
pub const EXCEPTIONS_MAX: usize = 400;
/// Days that one exception may last.
pub const EXCEPTION_DAYS_MAX: i64 = 366;
pub const REASON_CHARS_MAX: usize = 200;
/// The first of January 1970 was a Thursday.
const EPOCH_WEEKDAY: i64 = 3;

/// Opening hours whose document has no faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
    /// From Monday on.
    week: [Vec<Span>; 7],
    /// In the order of their days.
    exceptions: Vec<Exception>,
    overridden: Option<Override>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    /// Days since 1970.
    first: i64,
    last: i64,
    reason: Option<String>,
    spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Override {
    open: bool,
    /// On the wall's clock.
    until_ms: i64,
    reason: Option<String>,
}

/// A time for which the clocks are not changed.
struct Piece {
    from_ms: i64,
    to_ms: i64,
    offset_ms: i64,
}

impl Schedule {
    /// Reads a document, or says everything that is wrong with it.
    pub fn compile(document: &ScheduleDocument) -> Result<Schedule, Vec<ScheduleFault>> {
        let mut faults = Faults::default();
        if !is_name(&document.name) {
            faults.say(
                "/name",
                format!("not a word of 1 to {NAME_CHARS_MAX} small letters, digits and _, a letter first"),
            );
        }
        let zone = TimeZoneDatabase::bundled().get(&document.time_zone).ok();
        if zone.is_none() {
            faults.say("/time_zone", "not a time zone like Europe/Paris");
        }
        let week = read_week(&document.weekly, &mut faults);
        let exceptions = read_exceptions(&document.exceptions, &mut faults);
        let overridden = document.overridden.as_ref().and_then(|over| read_override(over, &mut faults));
        match zone {
            Some(zone) if faults.0.is_empty() => {
                Ok(Schedule { zone, zone_name: document.time_zone.clone(), week, exceptions, overridden })
            }
            _ => Err(faults.0),
        }
    }

    /// Whether somebody is there at `at`.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local_ms = self.local_ms(at);
        if let Some(over) = self.overridden_at(local_ms) {
            return over.open;
        }
        let (day, of_day_ms) = (local_ms.div_euclid(DAY_MS), local_ms.rem_euclid(DAY_MS));
        self.spans_of(day).iter().any(|span| span.from_ms <= of_day_ms && of_day_ms < span.to_ms)
    }

    /// When somebody is there between two moments: in order, none touching another.
    pub fn openings(&self, from: Timestamp, to: Timestamp) -> Vec<Opening> {
        let mut found: Vec<Opening> = Vec::new();
        for Piece { from_ms, to_ms, offset_ms } in self.pieces(from, to) {
            for (from_ms, to_ms) in self.local_openings(from_ms + offset_ms, to_ms + offset_ms) {
                let opening =
                    Opening { from: Timestamp(from_ms - offset_ms), to: Timestamp(to_ms - offset_ms) };
                match found.last_mut().filter(|last| last.to >= opening.from) {
                    Some(last) => last.to = last.to.max(opening.to),
                    None => found.push(opening),
                }
            }
        }
        found
    }

    /// What is said of the day, or of the moment, that is not like its week.
    pub(crate) fn reason(&self, at: Timestamp) -> Option<&str> {
        let local_ms = self.local_ms(at);
        match self.overridden_at(local_ms) {
            Some(over) => over.reason.as_deref(),
            None => self.exception(local_ms.div_euclid(DAY_MS))?.reason.as_deref(),
        }
    }

    pub(crate) fn offset(&self, at: Timestamp) -> Offset {
        self.zone.to_offset(instant(at))
    }

    /// What the clock on the wall shows, as milliseconds since it showed the beginning of 1970.
    pub(crate) fn local_ms(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(offset_ms(self.offset(at)))
    }

    fn pieces(&self, from: Timestamp, to: Timestamp) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut from_ms, mut offset) = (from.0, self.offset(from));
        for change in self.zone.following(instant(from)) {
            let change_ms = change.timestamp().as_millisecond();
            if change_ms >= to.0 {
                break;
            }
            pieces.push(Piece { from_ms, to_ms: change_ms, offset_ms: offset_ms(offset) });
            (from_ms, offset) = (change_ms, change.offset());
        }
        pieces.push(Piece { from_ms, to_ms: to.0, offset_ms: offset_ms(offset) });
        pieces
    }

    /// Openings between two times of the wall's clock, which is not changed between them. In order; they may touch.
    fn local_openings(&self, from_ms: i64, to_ms: i64) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        let mut from_ms = from_ms;
        if let Some(over) = self.overridden_at(from_ms) {
            let until_ms = over.until_ms.min(to_ms);
            if over.open {
                found.push((from_ms, until_ms));
            }
            from_ms = until_ms;
        }
        if from_ms < to_ms {
            for day in from_ms.div_euclid(DAY_MS)..=(to_ms - 1).div_euclid(DAY_MS) {
                let midnight_ms = day * DAY_MS;
                found.extend(self.spans_of(day).iter().filter_map(|span| {
                    let (from, to) = (midnight_ms + span.from_ms, midnight_ms + span.to_ms);
                    let (from, to) = (from.max(from_ms), to.min(to_ms));
                    (from < to).then_some((from, to))
                }));
            }
        }
        found
    }

    fn overridden_at(&self, local_ms: i64) -> Option<&Override> {
        self.overridden.as_ref().filter(|over| local_ms < over.until_ms)
    }

    fn exception(&self, day: i64) -> Option<&Exception> {
        let after = self.exceptions.partition_point(|exception| exception.first <= day);
        let last = self.exceptions.get(after.checked_sub(1)?)?;
        (day <= last.last).then_some(last)
    }

    fn spans_of(&self, day: i64) -> &[Span] {
        match self.exception(day) {
            Some(exception) => &exception.spans,
            None => {
                let weekday = (day + EPOCH_WEEKDAY).rem_euclid(7);
                usize::try_from(weekday).ok().and_then(|at| self.week.get(at)).map_or(&[], Vec::as_slice)
            }
        }
    }
}

/// The moment as the time zones know it; the first or last that they know where it is none of theirs.
fn instant(at: Timestamp) -> Instant {
    let nearest = if at.0 < 0 { Instant::MIN } else { Instant::MAX };
    Instant::from_millisecond(at.0).unwrap_or(nearest)
}

fn offset_ms(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * 1000
}

/// Whether flows and channels can call a schedule this: a word of small letters, digits and `_`, a letter first.
pub fn is_name(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Sorted, so that openings come in order.
fn read_week(weekly: &[WeeklyHours], faults: &mut Faults) -> [Vec<Span>; 7] {
    let mut week: [Vec<Span>; 7] = Default::default();
    if weekly.len() > SPANS_MAX {
        faults.say("/weekly", format!("more than {SPANS_MAX} spans"));
    }
    for (at, WeeklyHours { days, from, to }) in weekly.iter().enumerate() {
        if days.is_empty() {
            faults.say(format!("/weekly/{at}/days"), "no day is named");
        }
        if let Some(span) = Span::read(from, to, &format!("/weekly/{at}"), faults) {
            for day in days {
                week[*day as usize].push(span);
            }
        }
    }
    for day in &mut week {
        day.sort();
    }
    week
}

fn read_exceptions(documents: &[ExceptionDocument], faults: &mut Faults) -> Vec<Exception> {
    if documents.len() > EXCEPTIONS_MAX {
        faults.say("/exceptions", format!("more than {EXCEPTIONS_MAX} exceptions"));
    }
    let mut found: Vec<(usize, Exception)> = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        let pointer = format!("/exceptions/{at}");
        let mut day = |text: &str, key: &str| {
            let found = day_of(text);
            if found.is_none() {
                faults.say(format!("{pointer}/{key}"), "not a day like 2026-12-25");
            }
            found
        };
        let first = day(&document.date, "date");
        let last = match &document.last {
            Some(last) => day(last, "last"),
            None => first,
        };
        check_reason(document.reason.as_deref(), &format!("{pointer}/reason"), faults);
        if document.open.len() > SPANS_MAX {
            faults.say(format!("{pointer}/open"), format!("more than {SPANS_MAX} spans"));
        }
        let mut spans = Vec::new();
        for (number, span) in document.open.iter().enumerate() {
            let pointer = format!("{pointer}/open/{number}");
            spans.extend(Span::read(&span.from, &span.to, &pointer, faults));
        }
        spans.sort();
        let (Some(first), Some(last)) = (first, last) else { continue };
        if !(0..EXCEPTION_DAYS_MAX).contains(&(last - first)) {
            let reason = format!("not the first day or later, {EXCEPTION_DAYS_MAX} days at the most");
            faults.say(format!("{pointer}/last"), reason);
            continue;
        }
        found.push((at, Exception { first, last, reason: document.reason.clone(), spans }));
    }
    found.sort_by_key(|(_, exception)| exception.first);
    for pair in found.windows(2) {
        if let [(_, before), (at, exception)] = pair
            && exception.first <= before.last
        {
            faults.say(format!("/exceptions/{at}/date"), "another exception has this day");
        }
    }
    found.into_iter().map(|(_, exception)| exception).collect()
}

fn read_override(document: &OverrideDocument, faults: &mut Faults) -> Option<Override> {
    check_reason(document.reason.as_deref(), "/override/reason", faults);
    let until_ms = match &document.until {
        Some(until) => {
            let read = local_moment_ms(until);
            if read.is_none() {
                faults.say("/override/until", "not a moment like 2026-12-24T09:00");
            }
            read?
        }
        None => i64::MAX,
    };
    Some(Override { open: document.open, until_ms, reason: document.reason.clone() })
}

fn check_reason(reason: Option<&str>, pointer: &str, faults: &mut Faults) {
    if reason.is_some_and(|reason| reason.chars().count() > REASON_CHARS_MAX) {
        faults.say(pointer, format!("more than {REASON_CHARS_MAX} characters"));
    }
}

/// `YYYY-MM-DD` as days since 1970.
fn day_of(text: &str) -> Option<i64> {
    let has_form = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date: Date = has_form.then(|| text.parse().ok()).flatten()?;
    let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    Some(midnight.as_millisecond().div_euclid(DAY_MS))
}

/// `YYYY-MM-DDTHH:MM` on the wall's clock.
fn local_moment_ms(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    Some(day_of(date)? * DAY_MS + time_of_day_ms(time)?)
}

#[cfg(test)]
mod tests;
