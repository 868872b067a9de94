//! Filters on text, dates and JSON.

use liquid_core::model::{DateTime, ValueCow};
use liquid_core::{Error, Result, Runtime, Value, ValueView};
use patchbay_model::Timestamp;
use time::macros::format_description;

use super::language::OwnFilter;
use super::meter::charge_value;
use super::runtime::Now;
use super::value::{flat, to_json};

/// Appended by [`super::prepare`] to every `{{ … }}`: what is printed when nothing else is said.
pub(super) const PRINT_FILTER: &str = "studio_text";

/// Bytes of a `date` filter's format.
const DATE_FORMAT_BYTES_MAX: usize = 256;

pub(super) const ALL: &[OwnFilter] = &[
    OwnFilter { name: "to_json", takes_objects: true, arguments: (0, 0), run: json },
    OwnFilter { name: "date", takes_objects: false, arguments: (1, 1), run: date },
    OwnFilter { name: "replace", takes_objects: false, arguments: (1, 2), run: replace },
    OwnFilter { name: PRINT_FILTER, takes_objects: true, arguments: (0, 0), run: print },
];

fn json(input: &dyn ValueView, _: &[Value], _: &dyn Runtime) -> Result<Value> {
    Ok(Value::scalar(to_json(input).to_string()))
}

/// Objects, and lists that hold more than scalars, print as JSON; everything else as Liquid prints it.
fn print(input: &dyn ValueView, _: &[Value], _: &dyn Runtime) -> Result<Value> {
    Ok(flat(ValueCow::Borrowed(input)).into_owned())
}

fn replace(input: &dyn ValueView, arguments: &[Value], runtime: &dyn Runtime) -> Result<Value> {
    let text = input.to_kstr();
    let argument = |index: usize| arguments.get(index).map(|a| a.to_kstr().into_string()).unwrap_or_default();
    let (from, to) = (argument(0), argument(1));
    let times = text.matches(from.as_str()).count();
    charge_value(runtime, text.len().saturating_add(times.saturating_mul(to.len())))?;
    Ok(Value::scalar(text.replace(from.as_str(), to.as_str())))
}

/// `date: format`. `"now"` and `"today"` are the step's moment, whole numbers are seconds since the epoch, text that
/// is no date stays as it is. In UTC, but for dates that carry an offset in Liquid's own form (`… +0200`).
fn date(input: &dyn ValueView, arguments: &[Value], runtime: &dyn Runtime) -> Result<Value> {
    let format = arguments.first().map(|a| a.to_kstr().into_string()).unwrap_or_default();
    if format.is_empty() {
        return Ok(input.to_value());
    }
    check_format(&format)?;
    let text = input.to_kstr();
    let word = text.trim();
    let at = if word.eq_ignore_ascii_case("now") || word.eq_ignore_ascii_case("today") {
        let Now(now) = *runtime.registers().get_mut::<Now>();
        moment(now)
    } else if let Ok(seconds) = word.parse::<i64>() {
        moment(Timestamp(seconds.saturating_mul(1000)))
    } else {
        Timestamp::parse_iso(word)
            .and_then(moment)
            .or_else(|| DateTime::from_str(word))
            .or_else(|| DateTime::from_str(&format!("{word} 00:00:00 +0000")))
    };
    match at {
        Some(at) => at
            .format(&format)
            .map(Value::scalar)
            .map_err(|_| Error::with_msg("invalid date format").context("format", format)),
        None => Ok(input.to_value()),
    }
}

/// Padding widths of three digits and more would print that many characters.
fn check_format(format: &str) -> Result<()> {
    let wide = format.split('%').skip(1).any(|directive| {
        let flags = directive.trim_start_matches(['-', '_', '^', '#', '0', ':']);
        flags.bytes().take_while(u8::is_ascii_digit).count() > 2
    });
    if wide || format.len() > DATE_FORMAT_BYTES_MAX {
        return Error::with_msg("date format too long").into_err();
    }
    Ok(())
}

fn moment(at: Timestamp) -> Option<DateTime> {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] +0000");
    DateTime::from_str(&at.date_time()?.format(form).ok()?)
}
