//! Numbers of expressions and attributes.

use std::cmp::Ordering;
use std::fmt;

/// A number: whole ones within 64 bits exactly, all others as a double.
///
/// `1` and `1.0` are one value, so that equal numbers have one text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Whole(i64),
    Fraction(f64),
}

impl Number {
    /// Reads `[+-] digits [. digits]`. `None` when the text is anything else, or past a double's range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Number> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        match text.parse::<i64>() {
            Ok(value) => Some(Number::Whole(value)),
            Err(_) => Number::from_double(text.parse().ok()?),
        }
    }

    pub(crate) fn from_json(value: &serde_json::Number) -> Option<Number> {
        value.as_i64().map(Number::Whole).or_else(|| Number::from_double(value.as_f64()?))
    }

    fn from_double(value: f64) -> Option<Number> {
        // Doubles of this range convert without loss; both bounds are powers of two.
        const WHOLE: std::ops::Range<f64> = -9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0;
        if !value.is_finite() {
            None
        } else if value.fract() == 0.0 && WHOLE.contains(&value) {
            #[allow(clippy::cast_possible_truncation)]
            Some(Number::Whole(value as i64))
        } else {
            Some(Number::Fraction(value))
        }
    }

    /// The value when it is whole: what `order_by` ranks by.
    #[must_use]
    pub fn as_whole(self) -> Option<i64> {
        match self {
            Number::Whole(value) => Some(value),
            Number::Fraction(_) => None,
        }
    }

    pub(super) fn compare(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Whole(left), Number::Whole(right)) => left.cmp(&right),
            (left, right) => left.as_double().total_cmp(&right.as_double()),
        }
    }

    fn as_double(self) -> f64 {
        match self {
            #[allow(clippy::cast_precision_loss)]
            Number::Whole(value) => value as f64,
            Number::Fraction(value) => value,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Whole(value) => write!(formatter, "{value}"),
            Number::Fraction(value) => write!(formatter, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(Number::parse(text).map(|number| number.to_string()).as_deref(), expect, "{text}");
    }

    #[test]
    fn reads_whole_signed_and_decimal_numbers() {
        check("0", Some("0"));
        check("+7", Some("7"));
        check("-12", Some("-12"));
        check("1.0", Some("1"));
        check("-0.50", Some("-0.5"));
        check("-0.0", Some("0"));
    }

    #[test]
    fn whole_numbers_past_64_bits_become_doubles() {
        check("9223372036854775807", Some("9223372036854775807"));
        check("9223372036854775808", Some("9223372036854776000"));
        check(&"9".repeat(400), None);
    }

    #[test]
    fn what_is_not_a_number_is_none() {
        for text in ["", "-", ".5", "5.", "1e3", "inf", "NaN", " 5", "0x1", "1.2.3", "--1"] {
            check(text, None);
        }
    }
}
