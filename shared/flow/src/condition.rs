//! The 17 condition types of a split.
//!
//! Both sides are trimmed and compared without case. A comparison of numbers, times or dates whose sides are not
//! both of that kind is false; so is one whose regular expression is none.

use std::cmp::Ordering;

use regex::RegexBuilder;
use serde_json::Value;
use time::macros::format_description;
use time::{Date, Time};

use crate::definition::FlowIssue;
use crate::limits::REGEX_BYTES_MAX;
use crate::properties::{compile, scalar};
use crate::template::Template;

/// One condition of a split's branch.
#[derive(Debug)]
pub(crate) struct Condition {
    test: Test,
    /// The tested text when the condition names one of its own; else it is the widget's input.
    pub(crate) argument: Option<Template>,
    pub(crate) value: Template,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    EqualTo,
    NotEqualTo,
    MatchesAnyOf,
    DoesNotMatchAnyOf,
    IsBlank,
    IsNotBlank,
    Regex,
    Contains,
    DoesNotContain,
    StartsWith,
    DoesNotStartWith,
    LessThan,
    GreaterThan,
    IsBeforeTime,
    IsAfterTime,
    IsBeforeDate,
    IsAfterDate,
}

/// Studio's names of the condition types.
const TESTS: [(&str, Test); 17] = [
    ("equal_to", Test::EqualTo),
    ("not_equal_to", Test::NotEqualTo),
    ("matches_any_of", Test::MatchesAnyOf),
    ("does_not_match_any_of", Test::DoesNotMatchAnyOf),
    ("is_blank", Test::IsBlank),
    ("is_not_blank", Test::IsNotBlank),
    ("regex", Test::Regex),
    ("contains", Test::Contains),
    ("does_not_contain", Test::DoesNotContain),
    ("starts_with", Test::StartsWith),
    ("does_not_start_with", Test::DoesNotStartWith),
    ("less_than", Test::LessThan),
    ("greater_than", Test::GreaterThan),
    ("is_before_time", Test::IsBeforeTime),
    ("is_after_time", Test::IsAfterTime),
    ("is_before_date", Test::IsBeforeDate),
    ("is_after_date", Test::IsAfterDate),
];

impl Condition {
    /// Reads one condition; notes what is wrong with it under `path`.
    pub(crate) fn parse(json: &Value, path: &str, errors: &mut Vec<FlowIssue>) -> Option<Condition> {
        let name = json.get("type").and_then(scalar).unwrap_or_default();
        let Some((_, test)) = TESTS.iter().find(|(known, _)| *known == name) else {
            errors.push(FlowIssue::new(format!("unknown condition type {name:?}"), format!("{path}/type")));
            return None;
        };
        let argument = json.get("arguments").and_then(Value::as_array).and_then(|list| list.first());
        let argument = argument.and_then(scalar).filter(|text| !text.is_empty());
        let argument = argument.map(|source| compile(&source, format!("{path}/arguments/0"), errors));
        let source = json.get("value").and_then(scalar).unwrap_or_default();
        let value = compile(&source, format!("{path}/value"), errors);
        if *test == Test::Regex
            && let Some(pattern) = value.literal()
            && let Err(error) = full_match(pattern)
        {
            let message = format!("not a regular expression that can be used: {error}");
            errors.push(FlowIssue::new(message, format!("{path}/value")));
        }
        Some(Condition { test: *test, argument, value })
    }

    /// Whether `input` passes, given the rendered `value`.
    pub(crate) fn holds(&self, input: &str, value: &str) -> bool {
        let (raw_input, raw_value) = (input.trim(), value.trim());
        let (input, value) = (raw_input.to_lowercase(), raw_value.to_lowercase());
        match self.test {
            Test::EqualTo => input == value,
            Test::NotEqualTo => input != value,
            Test::MatchesAnyOf => any_of(&input, &value),
            Test::DoesNotMatchAnyOf => !any_of(&input, &value),
            Test::IsBlank => input.is_empty(),
            Test::IsNotBlank => !input.is_empty(),
            Test::Regex => full_match(raw_value).is_ok_and(|regex| regex.is_match(raw_input)),
            Test::Contains => input.contains(&value),
            Test::DoesNotContain => !input.contains(&value),
            Test::StartsWith => input.starts_with(&value),
            Test::DoesNotStartWith => !input.starts_with(&value),
            Test::LessThan => compare(number(&input), number(&value)) == Some(Ordering::Less),
            Test::GreaterThan => compare(number(&input), number(&value)) == Some(Ordering::Greater),
            Test::IsBeforeTime => compare(time_of_day(&input), time_of_day(&value)) == Some(Ordering::Less),
            Test::IsAfterTime => compare(time_of_day(&input), time_of_day(&value)) == Some(Ordering::Greater),
            Test::IsBeforeDate => compare(date(&input), date(&value)) == Some(Ordering::Less),
            Test::IsAfterDate => compare(date(&input), date(&value)) == Some(Ordering::Greater),
        }
    }
}

fn any_of(input: &str, list: &str) -> bool {
    list.split(',').any(|item| item.trim() == input)
}

fn full_match(pattern: &str) -> Result<regex::Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{})$", pattern.trim()))
        .case_insensitive(true)
        .size_limit(REGEX_BYTES_MAX)
        .dfa_size_limit(REGEX_BYTES_MAX)
        .build()
}

fn compare<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Option<Ordering> {
    a?.partial_cmp(&b?)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `HH:MM`, 24 hours; the hour may have one digit.
fn time_of_day(text: &str) -> Option<Time> {
    Time::parse(text, format_description!("[hour padding:none]:[minute]")).ok()
}

/// `YYYY-MM-DD`.
fn date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

#[cfg(test)]
mod tests;
