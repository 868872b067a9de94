//! How it stands at one moment: what flows see, and what administrators are shown.

use crate::schedule::Schedule;
use crate::span::{DAY_MS, MINUTE_MS};
use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use patchbay_model::Timestamp;
use serde::Serialize;

/// Days that are looked at for the next change, a few at first: most schedules change every day.
const LOOKED_AT_DAYS: [i64; 3] = [8, 64, 400];

/// `hours.<name>` of flows. Times are those of the schedule's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    pub open: bool,
    /// Why the day or the moment is not like its week, where that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The next opening (RFC 3339), where it is closed now and opens within 400 days; also as the day and the time of
    /// the wall's clock, because Liquid's `date` knows UTC only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_time: Option<String>,
    /// The end of this opening, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_time: Option<String>,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// `HH:MM`.
    pub time: String,
    /// 1 is Monday (ISO 8601).
    pub weekday: i8,
    pub time_zone: String,
}

impl Schedule {
    /// How it stands at `now`.
    pub fn moment(&self, now: Timestamp) -> Moment {
        let open = self.is_open(now);
        let change = self.changes_at(now);
        let (opens, closes) = if open { (None, change) } else { (change, None) };
        let local = self.local(now);
        Moment {
            open,
            reason: self.reason(now).map(str::to_owned),
            opens_at: opens.and_then(|at| self.rfc_3339(at)),
            opens_date: opens.map(|at| date(self.local(at))),
            opens_time: opens.map(|at| time(self.local(at))),
            closes_at: closes.and_then(|at| self.rfc_3339(at)),
            closes_date: closes.map(|at| date(self.local(at))),
            closes_time: closes.map(|at| time(self.local(at))),
            date: date(local),
            time: time(local),
            weekday: local.weekday().to_monday_one_offset(),
            time_zone: self.zone_name.clone(),
        }
    }

    /// What clock and calendar on the wall show.
    fn local(&self, at: Timestamp) -> DateTime {
        Offset::UTC.to_datetime(Instant::from_millisecond(self.local_ms(at)).unwrap_or_default())
    }

    /// When it is next opened, or closed; `None`: not within 400 days.
    pub fn changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        LOOKED_AT_DAYS.into_iter().find_map(|days| {
            let to = now.plus_ms(days * DAY_MS);
            let next = self
                .openings(now, to)
                .first()
                .map_or(to, |first| if first.from == now { first.to } else { first.from });
            (next < to).then_some(next)
        })
    }

    /// To the minute; `None` outside the years 1–9999.
    fn rfc_3339(&self, at: Timestamp) -> Option<String> {
        let at_minute = Timestamp(at.0.div_euclid(MINUTE_MS) * MINUTE_MS);
        let instant = Instant::from_millisecond(at_minute.0).ok()?;
        Some(instant.display_with_offset(self.offset(at)).to_string())
    }
}

fn date(local: DateTime) -> String {
    local.date().to_string()
}

fn time(local: DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}
