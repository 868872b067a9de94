//! Laws of opening hours, in any time zone, around the days on which clocks are changed and on all others.

use crate::Schedule;
use jiff::Timestamp as Instant;
use jiff::tz::TimeZoneDatabase;
use patchbay_model::Timestamp;
use patchbay_model::hours::{
    ExceptionDocument, OverrideDocument, ScheduleDocument, SpanDocument, Weekday, WeeklyHours,
};
use proptest::prelude::*;

const HOUR_MS: i64 = 3_600_000;

/// Zones that put their clocks by an hour, by half of one, before midnight, around Ramadan, never, and one that
/// went without a whole day (Apia, 30 December 2011).
const ZONES: [&str; 10] = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Tehran",
    "UTC",
];

fn clock() -> impl Strategy<Value = (String, String)> {
    // Many of them where clocks are changed: between midnight and four.
    let minutes = prop_oneof![0..=240_u32, 0..=1_440_u32];
    (minutes.clone(), minutes).prop_filter_map("a span has a length", |(a, b)| {
        let text = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        (a != b).then(|| (text(a.min(b)), text(a.max(b))))
    })
}

fn weekly() -> impl Strategy<Value = WeeklyHours> {
    let days = proptest::sample::subsequence(Weekday::ALL.to_vec(), 1..=7);
    (days, clock()).prop_map(|(days, (from, to))| WeeklyHours { days, from, to })
}

/// Days of three years, at the first of a month or soon after it.
fn exceptions() -> impl Strategy<Value = Vec<ExceptionDocument>> {
    let exception = |at: usize, days: u32, open: Vec<(String, String)>| ExceptionDocument {
        date: format!("20{}-{:02}-{:02}", 10 + at / 12, at % 12 + 1, 1),
        last: Some(format!("20{}-{:02}-{:02}", 10 + at / 12, at % 12 + 1, 1 + days)),
        reason: None,
        open: open.into_iter().map(|(from, to)| SpanDocument { from, to }).collect(),
    };
    let months = proptest::collection::btree_map(
        0..36_usize,
        (0..27_u32, proptest::collection::vec(clock(), 0..3)),
        0..6,
    );
    months.prop_map(move |months| {
        months.into_iter().map(|(at, (days, open))| exception(at, days, open)).collect()
    })
}

fn documents() -> impl Strategy<Value = ScheduleDocument> {
    let until = (0..36_usize, 1..28_u32, 0..24_u32).prop_map(|(month, day, hour)| {
        format!("20{}-{:02}-{day:02}T{hour:02}:30", 10 + month / 12, month % 12 + 1)
    });
    let overridden = proptest::option::weighted(
        0.3,
        (any::<bool>(), proptest::option::of(until)).prop_map(|(open, until)| OverrideDocument {
            open,
            until,
            reason: None,
        }),
    );
    (
        proptest::sample::select(&ZONES[..]),
        proptest::collection::vec(weekly(), 0..5),
        exceptions(),
        overridden,
    )
        .prop_map(|(zone, weekly, exceptions, overridden)| ScheduleDocument {
            name: "shop".into(),
            time_zone: zone.into(),
            weekly,
            exceptions,
            overridden,
        })
}

/// A moment of three years; half of them within a day of a change of the zone's clocks.
fn moment(zone: &str, at_ms: i64, near_ms: Option<i64>) -> Timestamp {
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    let change = zone.following(Instant::from_millisecond(at_ms).unwrap()).next();
    match (near_ms, change) {
        (Some(near_ms), Some(change)) => Timestamp(change.timestamp().as_millisecond() + near_ms),
        _ => Timestamp(at_ms),
    }
}

fn moments() -> impl Strategy<Value = (i64, Option<i64>)> {
    let near = proptest::option::of(-24 * HOUR_MS..24 * HOUR_MS);
    // 2010 to 2012.
    (1_262_304_000_000_i64..1_356_998_400_000, near)
}

/// What anybody would do who looks at the clock and at the calendar on the wall.
fn looked_up(document: &ScheduleDocument, at: Timestamp) -> bool {
    let zone = TimeZoneDatabase::bundled().get(&document.time_zone).unwrap();
    let local = Instant::from_millisecond(at.0).unwrap().to_zoned(zone).datetime();
    if let Some(over) = &document.overridden
        && over.until.as_ref().is_none_or(|until| local < until.parse().unwrap())
    {
        return over.open;
    }
    let (date, time) = (local.date(), format!("{:02}:{:02}", local.hour(), local.minute()));
    let within = |from: &String, to: &String| *from <= time && time < *to;
    let exception = document.exceptions.iter().find(|exception| {
        let last = exception.last.as_ref().unwrap_or(&exception.date);
        exception.date.parse::<jiff::civil::Date>().unwrap() <= date
            && date <= last.parse::<jiff::civil::Date>().unwrap()
    });
    match exception {
        Some(exception) => exception.open.iter().any(|span| within(&span.from, &span.to)),
        None => {
            let today = Weekday::ALL[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()];
            document.weekly.iter().any(|span| span.days.contains(&today) && within(&span.from, &span.to))
        }
    }
}

proptest! {
    #[test]
    fn it_is_open_when_clock_and_calendar_say_so(document in documents(), (at, near) in moments()) {
        let at = moment(&document.time_zone, at, near);
        prop_assert_eq!(Schedule::compile(&document).unwrap().is_open(at), looked_up(&document, at));
    }

    #[test]
    fn openings_are_when_it_is_open_and_nothing_else(document in documents(), (at, near) in moments(), days in 1..40_i64) {
        let schedule = Schedule::compile(&document).unwrap();
        let from = moment(&document.time_zone, at, near);
        let to = from.plus_ms(days * 24 * HOUR_MS);
        let openings = schedule.openings(from, to);
        let mut edge = from;
        for (at, opening) in openings.iter().enumerate() {
            prop_assert!(opening.from < opening.to && opening.to <= to);
            prop_assert!(edge < opening.from || at == 0 && opening.from == from, "they touch");
            // Open at both ends and closed right outside of them.
            prop_assert!(schedule.is_open(opening.from) && schedule.is_open(opening.to.plus_ms(-1)));
            prop_assert!(opening.from == from || !schedule.is_open(opening.from.plus_ms(-1)));
            prop_assert!(opening.to == to || !schedule.is_open(opening.to));
            edge = opening.to;
        }
        for quarter in 0..days * 96 {
            let at = from.plus_ms(quarter * HOUR_MS / 4);
            let within = openings.iter().any(|opening| opening.from <= at && at < opening.to);
            prop_assert_eq!(within, schedule.is_open(at));
        }
    }

    #[test]
    fn nothing_changes_before_the_next_change(document in documents(), (at, near) in moments()) {
        let schedule = Schedule::compile(&document).unwrap();
        let now = moment(&document.time_zone, at, near);
        if let Some(change) = schedule.changes_at(now) {
            prop_assert!(now < change);
            prop_assert_ne!(schedule.is_open(change), schedule.is_open(now));
            prop_assert_eq!(schedule.is_open(change.plus_ms(-1)), schedule.is_open(now));
        }
    }

    #[test]
    fn who_is_always_there_is_there_while_clocks_are_changed(zone in proptest::sample::select(&ZONES[..]), (at, near) in moments()) {
        let document = ScheduleDocument {
            name: "always".into(),
            time_zone: zone.into(),
            weekly: vec![WeeklyHours { days: Weekday::ALL.to_vec(), from: "00:00".into(), to: "24:00".into() }],
            ..ScheduleDocument::default()
        };
        let schedule = Schedule::compile(&document).unwrap();
        let from = moment(zone, at, near);
        let to = from.plus_ms(60 * 24 * HOUR_MS);
        let openings = schedule.openings(from, to);
        prop_assert_eq!(openings.len(), 1);
        prop_assert_eq!((openings[0].from, openings[0].to), (from, to));
    }
}
