//! Values as Meta writes them: an id is a text or a number, a time has four forms.

use patchbay_model::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Times below this are seconds since the epoch, the others milliseconds (as seconds it is the year 5138).
const SECONDS_BELOW: i64 = 100_000_000_000;

/// An id: a text, or (in Meta's own samples) a number, kept digit by digit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Id, D::Error> {
        match Value::deserialize(from)? {
            Value::String(id) => Ok(Id(id)),
            Value::Number(id) => Ok(Id(id.to_string())),
            _ => Err(serde::de::Error::custom("an id is a text or a number")),
        }
    }
}

impl Id {
    /// The id, unless it is empty.
    pub(crate) fn stated(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|id| !id.is_empty())
    }
}

/// A moment, where it can be read: seconds or milliseconds, as a number or as text, or ISO 8601.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Moment, D::Error> {
        Ok(Moment(match Value::deserialize(from)? {
            Value::Number(number) => number.as_i64().map(since_epoch),
            Value::String(text) => text.parse().ok().map(since_epoch).or_else(|| iso(&text)),
            _ => None,
        }))
    }
}

fn since_epoch(number: i64) -> Timestamp {
    Timestamp(if (-SECONDS_BELOW..SECONDS_BELOW).contains(&number) { number * 1_000 } else { number })
}

/// RFC 3339, and the offset without a colon that Meta writes (`+0000`).
fn iso(text: &str) -> Option<Timestamp> {
    Timestamp::parse_iso(text).or_else(|| {
        let (before, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
        Timestamp::parse_iso(&format!("{before}:{minutes}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_milliseconds_or_iso() {
        let check = |json: &str, expect: Option<i64>| {
            let moment: Moment = serde_json::from_str(json).unwrap();
            assert_eq!(moment.0, expect.map(Timestamp), "{json}");
        };
        check("1763823600123", Some(1_763_823_600_123));
        check("\"1763823600\"", Some(1_763_823_600_000));
        check("\"1763823600123\"", Some(1_763_823_600_123));
        check("1763823600", Some(1_763_823_600_000));
        check("\"2021-09-08T06:34:04+0000\"", Some(1_631_082_844_000));
        check("\"2021-09-08T06:34:04+00:00\"", Some(1_631_082_844_000));
        check("\"TIMESTAMP\"", None);
        check("\"é\"", None);
        check("\"\"", None);
        check("null", None);
        check(&i64::MIN.to_string(), Some(i64::MIN));
    }

    #[test]
    fn ids_keep_every_digit() {
        let check = |json: &str, expect: Option<&str>| {
            assert_eq!(serde_json::from_str::<Id>(json).ok().map(|id| id.0).as_deref(), expect);
        };
        check("\"17841405822304914\"", Some("17841405822304914"));
        check("17841405822304914", Some("17841405822304914"));
        check("18446744073709551615", Some("18446744073709551615"));
        check("{}", None);
    }
}
