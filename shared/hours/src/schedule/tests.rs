use super::*;
use patchbay_model::hours::{SpanDocument, Weekday};

fn week(from: &str, to: &str) -> WeeklyHours {
    WeeklyHours { days: Weekday::ALL[..5].to_vec(), from: from.into(), to: to.into() }
}

fn shop() -> ScheduleDocument {
    ScheduleDocument {
        name: "shop".into(),
        time_zone: "Europe/Paris".into(),
        weekly: vec![week("09:00", "12:00"), week("13:00", "18:00")],
        ..ScheduleDocument::default()
    }
}

fn exception(date: &str, last: Option<&str>, open: &[(&str, &str)]) -> ExceptionDocument {
    let span = |(from, to): &(&str, &str)| SpanDocument { from: (*from).into(), to: (*to).into() };
    ExceptionDocument {
        date: date.into(),
        last: last.map(str::to_owned),
        reason: Some("Christmas".into()),
        open: open.iter().map(span).collect(),
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).unwrap()
}

/// Open or closed at a moment, why, and the next change.
fn check(document: &ScheduleDocument, now: &str, expect: (bool, Option<&str>, Option<&str>)) {
    let schedule = Schedule::compile(document).unwrap();
    let moment = schedule.moment(at(now));
    let change = moment.opens_at.as_deref().or(moment.closes_at.as_deref());
    assert_eq!((moment.open, moment.reason.as_deref(), change), expect, "{now}");
    assert_eq!(moment.opens_at.is_some(), !moment.open && change.is_some(), "{now}");
    let date = moment.opens_date.or(moment.closes_date);
    let time = moment.opens_time.or(moment.closes_time);
    assert_eq!(date.as_deref(), change.map(|change| &change[..10]), "{now}");
    assert_eq!(time.as_deref(), change.map(|change| &change[11..16]), "{now}");
}

fn check_faults(document: &ScheduleDocument, expect: &[&str]) {
    let faults = Schedule::compile(document).err().unwrap_or_default();
    let found: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(found, expect, "{faults:?}");
}

#[test]
fn a_week_opens_and_closes_by_the_clock_of_its_place() {
    let shop = shop();
    check(&shop, "2026-11-30T07:59:59Z", (false, None, Some("2026-11-30T09:00:00+01:00")));
    check(&shop, "2026-11-30T08:00:00Z", (true, None, Some("2026-11-30T12:00:00+01:00")));
    check(&shop, "2026-11-30T11:00:00Z", (false, None, Some("2026-11-30T13:00:00+01:00")));
    // In summer an hour earlier, and over the weekend.
    check(&shop, "2026-07-03T16:00:00Z", (false, None, Some("2026-07-06T09:00:00+02:00")));
    let never = ScheduleDocument { weekly: Vec::new(), ..shop.clone() };
    check(&never, "2026-11-30T08:00:00Z", (false, None, None));
    let always = WeeklyHours { days: Weekday::ALL.to_vec(), ..week("00:00", "24:00") };
    let always = ScheduleDocument { weekly: vec![always], ..shop };
    check(&always, "2026-11-30T08:00:00Z", (true, None, None));
}

#[test]
fn exceptions_replace_their_days() {
    let mut shop = shop();
    shop.exceptions = vec![
        exception("2026-12-24", None, &[("10:00", "12:00")]),
        exception("2026-12-25", Some("2026-12-28"), &[]),
        exception("2026-11-29", None, &[("14:00", "16:00")]),
    ];
    let why = Some("Christmas");
    check(&shop, "2026-12-24T08:30:00Z", (false, why, Some("2026-12-24T10:00:00+01:00")));
    check(&shop, "2026-12-24T09:30:00Z", (true, why, Some("2026-12-24T12:00:00+01:00")));
    check(&shop, "2026-12-24T12:00:00Z", (false, why, Some("2026-12-29T09:00:00+01:00")));
    check(&shop, "2026-12-28T09:00:00Z", (false, why, Some("2026-12-29T09:00:00+01:00")));
    check(&shop, "2026-11-29T13:00:00Z", (true, why, Some("2026-11-29T16:00:00+01:00")));
}

#[test]
fn an_override_comes_before_everything_until_it_ends() {
    let mut shop = shop();
    let over = |open, until: Option<&str>| {
        Some(OverrideDocument { open, until: until.map(str::to_owned), reason: Some("Storm".into()) })
    };
    shop.overridden = over(false, Some("2026-12-01T10:30"));
    check(&shop, "2026-11-30T09:00:00Z", (false, Some("Storm"), Some("2026-12-01T10:30:00+01:00")));
    check(&shop, "2026-12-01T09:30:00Z", (true, None, Some("2026-12-01T12:00:00+01:00")));
    shop.overridden = over(true, Some("2026-11-30T20:00"));
    check(&shop, "2026-11-30T11:30:00Z", (true, Some("Storm"), Some("2026-11-30T20:00:00+01:00")));
    shop.overridden = over(false, None);
    check(&shop, "2026-11-30T09:00:00Z", (false, Some("Storm"), None));
}

#[test]
fn clocks_put_back_and_forward_are_followed() {
    let night = WeeklyHours { days: Weekday::ALL.to_vec(), ..week("02:15", "02:45") };
    let night = ScheduleDocument { weekly: vec![night], ..shop() };
    let schedule = Schedule::compile(&night).unwrap();
    let openings = |from: &str, to: &str| schedule.openings(at(from), at(to)).len();
    // Paris has no 02:15 on 29 March 2026, and two on 25 October.
    assert_eq!(openings("2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z"), 0);
    assert_eq!(openings("2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z"), 2);
    assert_eq!(openings("2026-10-26T00:00:00Z", "2026-10-26T12:00:00Z"), 1);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let document = ScheduleDocument {
        name: "Shop hours".into(),
        time_zone: "Mars/Olympus".into(),
        weekly: vec![
            week("9:00", "24:01"),
            week("18:00", "09:00"),
            WeeklyHours { days: Vec::new(), ..week("09:00", "10:00") },
        ],
        exceptions: vec![
            exception("2026-02-30", None, &[]),
            exception("2026-12-25", Some("2026-12-24"), &[("10:00", "10:00")]),
            exception("20261225", Some("tomorrow"), &[]),
        ],
        overridden: Some(OverrideDocument { open: false, until: Some("2026-12-01".into()), reason: None }),
    };
    check_faults(
        &document,
        &[
            "/name",
            "/time_zone",
            "/weekly/0/from",
            "/weekly/0/to",
            "/weekly/1/to",
            "/weekly/2/days",
            "/exceptions/0/date",
            "/exceptions/1/open/0/to",
            "/exceptions/1/last",
            "/exceptions/2/date",
            "/exceptions/2/last",
            "/override/until",
        ],
    );
}

#[test]
fn a_day_has_one_exception() {
    let twice = |first: &str, last: &str| ScheduleDocument {
        exceptions: vec![exception("2026-12-26", None, &[]), exception(first, Some(last), &[])],
        ..shop()
    };
    check_faults(&twice("2026-12-24", "2026-12-25"), &[]);
    check_faults(&twice("2026-12-24", "2026-12-26"), &["/exceptions/0/date"]);
    check_faults(&twice("2026-12-26", "2026-12-27"), &["/exceptions/1/date"]);
}

#[test]
fn limits_hold_at_and_past_their_value() {
    let named = |chars: usize| ScheduleDocument { name: "a".repeat(chars), ..shop() };
    check_faults(&named(NAME_CHARS_MAX), &[]);
    check_faults(&named(NAME_CHARS_MAX + 1), &["/name"]);
    check_faults(&named(0), &["/name"]);
    let weekly = |spans: usize| ScheduleDocument { weekly: vec![week("09:00", "10:00"); spans], ..shop() };
    check_faults(&weekly(SPANS_MAX), &[]);
    check_faults(&weekly(SPANS_MAX + 1), &["/weekly"]);
    let lasting = |last: &str| ScheduleDocument {
        exceptions: vec![exception("2026-01-01", Some(last), &[])],
        ..shop()
    };
    check_faults(&lasting("2027-01-01"), &[]);
    check_faults(&lasting("2027-01-02"), &["/exceptions/0/last"]);
    let open = |spans: usize| ScheduleDocument {
        exceptions: vec![exception("2026-01-01", None, &vec![("09:00", "10:00"); spans])],
        ..shop()
    };
    check_faults(&open(SPANS_MAX), &[]);
    check_faults(&open(SPANS_MAX + 1), &["/exceptions/0/open"]);
    let reason = |chars: usize| {
        let reason = Some("字".repeat(chars));
        ScheduleDocument { overridden: Some(OverrideDocument { open: true, until: None, reason }), ..shop() }
    };
    check_faults(&reason(REASON_CHARS_MAX), &[]);
    check_faults(&reason(REASON_CHARS_MAX + 1), &["/override/reason"]);
    let many = |count: usize| ScheduleDocument {
        exceptions: (0..count)
            .map(|n| {
                exception(
                    &format!("{:04}-{:02}-{:02}", 2000 + n / 336, n / 28 % 12 + 1, n % 28 + 1),
                    None,
                    &[],
                )
            })
            .collect(),
        ..shop()
    };
    check_faults(&many(EXCEPTIONS_MAX), &[]);
    check_faults(&many(EXCEPTIONS_MAX + 1), &["/exceptions"]);
}
