//! Opening hours: `mon-fri 09:00-18:00, sat 10:00-14:00`.

use serde::Serialize;

/// Spans of one week.
const SPANS_MAX: usize = 28;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A span of each of these days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// 1 is Monday, 7 is Sunday (ISO 8601).
    pub days: Vec<u8>,
    /// Minutes since midnight.
    pub from_min: u16,
    /// Minutes since midnight, up to 1,440; later than `from_min`.
    pub to_min: u16,
}

/// `None` for what is not of this form. Days may go over the end of the week (`sat-mon`), spans not over midnight.
pub(super) fn read_hours(text: &str) -> Option<Vec<Hours>> {
    let spans: Option<Vec<Hours>> = text.split(',').map(|span| read_span(span.trim())).collect();
    spans.filter(|spans| spans.len() <= SPANS_MAX)
}

fn read_span(text: &str) -> Option<Hours> {
    let (days, times) = text.split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let number = |name: &str| DAYS.iter().position(|day| *day == name.to_ascii_lowercase());
    let (first, last) = (number(first)?, number(last)?);
    let count = (last + DAYS.len() - first) % DAYS.len() + 1;
    let days: Option<Vec<u8>> =
        (first..first + count).map(|day| u8::try_from(day % DAYS.len() + 1).ok()).collect();
    let (from, to) = times.trim().split_once('-')?;
    let (from_min, to_min) = (minutes(from)?, minutes(to)?);
    (from_min < to_min).then_some(Hours { days: days?, from_min, to_min })
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_days_and_times() {
        let check = |text: &str, expect: &[(&[u8], u16, u16)]| {
            let read: Option<Vec<_>> = read_hours(text)
                .map(|spans| spans.into_iter().map(|span| (span.days, span.from_min, span.to_min)).collect());
            let expect: Vec<_> = expect.iter().map(|(days, from, to)| (days.to_vec(), *from, *to)).collect();
            assert_eq!(read, (!expect.is_empty()).then_some(expect), "{text}");
        };
        check("mon-fri 09:00-18:00", &[(&[1, 2, 3, 4, 5], 540, 1_080)]);
        check("Sat 10:00-14:30, sun 00:00-24:00", &[(&[6], 600, 870), (&[7], 0, 1_440)]);
        check("sat-mon 09:00-10:00", &[(&[6, 7, 1], 540, 600)]);
        check("mon-sun 08:00-20:00", &[(&[1, 2, 3, 4, 5, 6, 7], 480, 1_200)]);
        for bad in [
            "",
            "mon",
            "mon 9:00-18:00",
            "mon 09:60-10:00",
            "mon 18:00-09:00",
            "mon 09:00-24:01",
            "day 09:00-10:00",
        ] {
            check(bad, &[]);
        }
        let many = |count: usize| vec!["mon 09:00-10:00"; count].join(",");
        assert!(read_hours(&many(SPANS_MAX)).is_some() && read_hours(&many(SPANS_MAX + 1)).is_none());
    }
}
