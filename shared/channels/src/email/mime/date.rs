//! A mail's date (RFC 5322, 3.3), as loosely as it is written.

use patchbay_model::Timestamp;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `Fri, 30 Mar 2018 10:21:50 -0700`; `None` where that cannot be read.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.split('(').next()?.replace(',', " ").to_ascii_lowercase();
    let mut words = text.split_whitespace().peekable();
    words.next_if(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let day: i64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = words.next()?;
    let month = i64::try_from(MONTHS.iter().position(|month| name.starts_with(month))?).ok()?;
    let year: i64 = words.next()?.parse().ok()?;
    let year = match year {
        0..=49 => year + 2_000,
        50..=999 => year + 1_900,
        1_900..=9_999 => year,
        _ => return None,
    };
    let mut clock = words.next()?.split(':');
    let mut part =
        |max: i64| clock.next().unwrap_or("0").parse::<i64>().ok().filter(|n| (0..=max).contains(n));
    let (hours, minutes, seconds) = (part(23)?, part(59)?, part(60)?);
    let offset_s = offset_s(words.next().unwrap_or("+0000"))?;
    let days = days_since_epoch(year, month + 1, day);
    Some(Timestamp(((days * 24 + hours) * 60 + minutes) * 60_000 + (seconds - offset_s) * 1_000))
}

/// Seconds east of Greenwich; names of zones other than these say nothing reliable (RFC 5322, 4.3).
fn offset_s(zone: &str) -> Option<i64> {
    let named = [
        ("est", -5),
        ("edt", -4),
        ("cst", -6),
        ("cdt", -5),
        ("mst", -7),
        ("mdt", -6),
        ("pst", -8),
        ("pdt", -7),
    ];
    if let Some((_, hours)) = named.iter().find(|(name, _)| *name == zone) {
        return Some(hours * 3_600);
    }
    let Some(sign) =
        zone.strip_prefix('+').map(|digits| (1, digits)).or(zone.strip_prefix('-').map(|d| (-1, d)))
    else {
        return Some(0);
    };
    let (sign, digits) = sign;
    let digits = digits.replace(':', "");
    let number: i64 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Some(sign * (number / 100 * 3_600 + number % 100 * 60))
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}
