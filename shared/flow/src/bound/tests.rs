use serde_json::json;

use super::*;
use crate::state::REMEMBERED_MESSAGES_MAX;
use crate::widgets::testing::{NOW, play};
use crate::{FlowState, NoFlows};

fn run() -> Run<'static> {
    Run {
        library: &NoFlows,
        state: FlowState::default(),
        now: NOW,
        effects: Vec::new(),
        problems: Vec::new(),
        widget_effects: 0,
    }
}

/// Parameters of exactly `bytes` as JSON, in texts of at most `text` bytes.
fn sized(bytes: usize, text: usize) -> Map<String, Value> {
    let mut map = Map::new();
    let mut left = bytes - 2;
    for n in 0.. {
        // `"k00":"…",`: nine bytes besides the text, one less for the last.
        let comma = usize::from(left > text + 8);
        let length = (left - 8 - comma).min(text);
        map.insert(format!("k{n:02}"), json!("x".repeat(length)));
        left -= length + 8 + comma;
        if left == 0 {
            break;
        }
    }
    assert_eq!(size(&map), bytes);
    map
}

#[test]
fn parameters_at_the_limit_and_one_past() {
    let whole = sized(INPUT_BYTES_MAX, 10_000);
    let mut at_limit = run();
    assert_eq!(parameters(&mut at_limit, "p", &whole), whole);
    assert_eq!(at_limit.problems.len(), 0);
    let over = sized(INPUT_BYTES_MAX + 1, 10_000);
    let mut past = run();
    let kept = parameters(&mut past, "p", &over);
    assert_eq!((kept.len(), size(&kept) <= INPUT_BYTES_MAX), (over.len() - 1, true));
    assert_eq!(past.problems.len(), 1);
}

#[test]
fn a_long_text_is_cut_rather_than_left_out() {
    let long = json!({"Body": "é".repeat(INPUT_BYTES_MAX), "From": "+1"});
    let kept = message_parameters(&mut run(), long.as_object().unwrap());
    assert_eq!(kept["Body"].as_str().map(str::len), Some(RENDERED_BYTES_MAX));
    assert_eq!(kept["From"], "+1");
    assert_eq!(request_parameters(&mut run(), &json!("x".repeat(INPUT_BYTES_MAX))), Value::Null);
    assert_eq!(request_parameters(&mut run(), &json!([1])), json!([1]));
}

#[test]
fn channel_attributes_are_read() {
    let message = |attributes: Value| {
        let params = json!({ "ChannelAttributes": attributes });
        message_parameters(&mut run(), params.as_object().unwrap())["ChannelAttributes"].clone()
    };
    assert_eq!(message(json!("{\"a\":1}")), json!({"a": 1}));
    assert_eq!(message(json!({"a": 1})), json!({"a": 1}));
    assert_eq!(message(json!("text")), json!("text"));
}

#[test]
fn a_cut_does_not_split_a_character() {
    for (max, expect) in [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (9, "aé")] {
        assert_eq!(cut("aé", max), expect);
    }
}

#[test]
fn waits_end_with_the_execution() {
    let max = crate::limits::WAIT_S_MAX;
    for (timeout, after_s) in [(max, max), (max + 1, max)] {
        let outcome = play("send-and-wait-for-reply", json!({"body": "?", "timeout": timeout}), &[]);
        assert_eq!(outcome.effects[1]["after_s"], after_s);
    }
}

#[test]
fn as_many_messages_are_remembered_as_a_batch_may_repeat() {
    let mut state = FlowState::default();
    for n in 0..REMEMBERED_MESSAGES_MAX {
        assert!(state.is_new_message(Some(&n.to_string())));
    }
    assert!(!state.is_new_message(Some("0")));
    assert!(state.is_new_message(Some("one more")));
    assert!(state.is_new_message(Some("0")));
    assert!(state.is_new_message(None) && state.is_new_message(None));
}
