use serde_json::json;

use super::*;

fn check(kind: &str, value: &str, input: &str, expect: bool) {
    let mut errors = Vec::new();
    let json = json!({"friendly_name": "c", "arguments": ["{{x}}"], "type": kind, "value": value});
    let condition = Condition::parse(&json, "#", &mut errors);
    assert_eq!(errors, []);
    let holds = condition.map(|condition| condition.holds(input, value));
    assert_eq!(holds, Some(expect), "{input:?} {kind} {value:?}");
}

#[test]
fn text() {
    for (kind, opposite) in [("equal_to", "not_equal_to")] {
        for (value, input, equal) in [
            ("Yes", " yES ", true),
            (" yes", "yes", true),
            ("yes", "yes!", false),
            ("", " ", true),
            ("ÄÖ", "äö", true),
        ] {
            check(kind, value, input, equal);
            check(opposite, value, input, !equal);
        }
    }
    for (value, input, has) in [
        ("help", "Please HELP me", true),
        (" help ", "help", true),
        ("help", "hel p", false),
        ("", "x", true),
    ] {
        check("contains", value, input, has);
        check("does_not_contain", value, input, !has);
    }
    for (value, input, begins) in
        [("St", " stop it", true), ("op", "stop", false), ("stop it", "stop", false)]
    {
        check("starts_with", value, input, begins);
        check("does_not_start_with", value, input, !begins);
    }
    for (value, input, any) in
        [("a, b ,C", " c", true), ("a,b", "a,b", false), ("yes,si", "ye", false), ("1,one", "ONE", true)]
    {
        check("matches_any_of", value, input, any);
        check("does_not_match_any_of", value, input, !any);
    }
}

#[test]
fn blank() {
    for (input, blank) in [("", true), (" \n\t", true), ("x", false), ("0", false)] {
        check("is_blank", "Is Blank", input, blank);
        check("is_not_blank", "", input, !blank);
    }
}

#[test]
fn regular_expressions_match_the_whole_text() {
    check("regex", "[a-c]+", "ABC", true);
    check("regex", "[a-c]+", "abcd", false);
    check("regex", "a|b", "b", true);
    check("regex", "a|b", "ab", false);
    check("regex", r"\d{3}", " 123 ", true);
    // A pattern known only when it is rendered matches nothing if it is none.
    let condition = Condition { test: Test::Regex, argument: None, value: Template::Literal(String::new()) };
    assert!(!condition.holds("(", "("));
}

#[test]
fn numbers() {
    for (value, input, less, greater) in [
        ("10", "9", true, false),
        ("10", "10", false, false),
        ("9.5", " 10 ", false, true),
        ("10", "nine", false, false),
        ("", "1", false, false),
        ("10", "inf", false, false),
    ] {
        check("less_than", value, input, less);
        check("greater_than", value, input, greater);
    }
}

#[test]
fn times_and_dates() {
    for (value, input, before, after) in [
        ("17:00", "16:59", true, false),
        ("17:00", "17:00", false, false),
        ("09:00", "9:01", false, true),
        ("17:00", "5 pm", false, false),
        ("25:00", "12:00", false, false),
    ] {
        check("is_before_time", value, input, before);
        check("is_after_time", value, input, after);
    }
    for (value, input, before, after) in [
        ("2026-11-22", "2026-11-21", true, false),
        ("2026-11-22", "2026-11-22", false, false),
        ("2026-11-22", "2027-01-01", false, true),
        ("2026-11-22", "22.11.2026", false, false),
    ] {
        check("is_before_date", value, input, before);
        check("is_after_date", value, input, after);
    }
}

fn refuse(json: Value, path: &str) {
    let mut errors = Vec::new();
    Condition::parse(&json, "#/c", &mut errors);
    let paths: Vec<&str> = errors.iter().map(|error| error.property_path.as_str()).collect();
    assert_eq!(paths, [path]);
}

#[test]
fn mistakes_are_named() {
    refuse(json!({"type": "sounds_like", "value": "x"}), "#/c/type");
    refuse(json!({"type": "equal_to", "value": "{{x"}), "#/c/value");
    refuse(json!({"type": "equal_to", "arguments": ["{% if %}"], "value": ""}), "#/c/arguments/0");
    refuse(json!({"type": "regex", "value": "("}), "#/c/value");
    refuse(json!({"type": "regex", "value": "(((a{100}){100}){100})"}), "#/c/value");
}
