//! One notion of time: milliseconds since the Unix epoch, UTC.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// Milliseconds since the Unix epoch, UTC. Serialised as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the epoch, as TaskRouter's events carry them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment plus `ms` milliseconds, saturating.
    pub fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// This moment plus `s` seconds, saturating.
    pub fn plus_s(self, s: i64) -> Timestamp {
        self.plus_ms(s.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub fn since_ms(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar form; `None` outside the years 1–9999.
    pub fn date_time(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok()
    }

    /// ISO 8601 with seconds (`2026-11-22T15:05:04Z`), the form of Twilio's REST API; the number itself when
    /// the moment has no calendar form.
    pub fn iso(self) -> String {
        Timestamp(self.seconds().saturating_mul(1000))
            .date_time()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_else(|| self.0.to_string())
    }

    /// RFC 2822 (`Sun, 22 Nov 2026 15:05:04 +0000`), the form of Twilio's older API and of its callbacks; the number
    /// itself when the moment has no calendar form.
    pub fn rfc2822(self) -> String {
        self.date_time().and_then(|at| at.format(&Rfc2822).ok()).unwrap_or_else(|| self.0.to_string())
    }

    /// Reads RFC 3339; `None` for anything else.
    pub fn parse_iso(text: &str) -> Option<Timestamp> {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_has_seconds_and_reads_back() {
        let at = Timestamp(1_795_359_904_789);
        assert_eq!(at.iso(), "2026-11-22T15:05:04Z");
        assert_eq!(Timestamp::parse_iso(&at.iso()), Some(Timestamp(1_795_359_904_000)));
        assert_eq!(Timestamp::parse_iso("yesterday"), None);
        assert_eq!(Timestamp(i64::MAX).iso(), i64::MAX.to_string());
        assert_eq!(at.rfc2822(), "Sun, 22 Nov 2026 15:05:04 +0000");
        assert_eq!(Timestamp(i64::MAX).rfc2822(), i64::MAX.to_string());
    }
}
