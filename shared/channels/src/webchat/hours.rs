//! Opening hours: `mon-fri 09:00-18:00, sat 10:00-14:00`, or those of the workspace: `@shop`.

use patchbay_hours::Schedule;
use patchbay_model::hours::{ScheduleDocument, Weekday, WeeklyHours};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When somebody is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    #[default]
    Always,
    /// The account's own.
    Own(Box<Schedule>),
    /// A schedule of the workspace, by its name.
    Named(String),
}

/// The account's own hours; `None` where they or the time zone cannot be read.
pub(super) fn own_hours(text: &str, time_zone: &str) -> Option<Schedule> {
    let document = ScheduleDocument {
        name: "own".into(),
        time_zone: time_zone.into(),
        weekly: read_hours(text)?,
        ..ScheduleDocument::default()
    };
    Schedule::compile(&document).ok()
}

/// `None` for what is not of this form. Days may go over the end of the week (`sat-mon`), spans not over midnight.
pub(super) fn read_hours(text: &str) -> Option<Vec<WeeklyHours>> {
    text.split(',').map(|span| read_span(span.trim())).collect()
}

fn read_span(text: &str) -> Option<WeeklyHours> {
    let (days, times) = text.split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let number = |name: &str| DAYS.iter().position(|day| *day == name.to_ascii_lowercase());
    let (first, last) = (number(first)?, number(last)?);
    let count = (last + DAYS.len() - first) % DAYS.len() + 1;
    let days = Weekday::ALL.into_iter().cycle().skip(first).take(count).collect();
    let (from, to) = times.trim().split_once('-')?;
    Some(WeeklyHours { days, from: from.into(), to: to.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_hours::SPANS_MAX;

    #[test]
    fn hours_are_days_and_times() {
        let check = |text: &str, expect: &[(&[Weekday], &str, &str)]| {
            let read = own_hours(text, "UTC").and_then(|_| read_hours(text)).unwrap_or_default();
            let read: Vec<_> =
                read.iter().map(|span| (&span.days[..], span.from.as_str(), span.to.as_str())).collect();
            assert_eq!(read, expect, "{text}");
        };
        use Weekday::{Mon, Sat, Sun};
        check("mon-fri 09:00-18:00", &[(&Weekday::ALL[..5], "09:00", "18:00")]);
        check("Sat 10:00-14:30, sun 00:00-24:00", &[(&[Sat], "10:00", "14:30"), (&[Sun], "00:00", "24:00")]);
        check("sat-mon 09:00-10:00", &[(&[Sat, Sun, Mon], "09:00", "10:00")]);
        check("mon-sun 08:00-20:00", &[(&Weekday::ALL, "08:00", "20:00")]);
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
        let many = |count: usize| own_hours(&vec!["mon 09:00-10:00"; count].join(","), "UTC");
        assert!(many(SPANS_MAX).is_some() && many(SPANS_MAX + 1).is_none());
        assert!(own_hours("mon 09:00-18:00", "Mars/Olympus").is_none());
    }
}
