//! What agents' desks are told, checked.

use super::fault;
use crate::config::ConfigFault;
use patchbay_model::desk::DeskDocument;
use std::collections::BTreeSet;

const CANNED_REPLIES_MAX: usize = 500;
/// Characters of a canned reply: what most channels carry in one message.
const CANNED_TEXT_CHARS_MAX: usize = 4_096;
const SHORTCUT_CHARS_MAX: usize = 32;
const DISPOSITIONS_MAX: usize = 100;
/// Characters of a disposition: half of a task's reason, so that notes have room beside it.
const DISPOSITION_CHARS_MAX: usize = 128;
const ANSWER_S_TARGET_MAX: u32 = 7 * 86_400;

pub(super) fn check(desk: &DeskDocument, faults: &mut Vec<ConfigFault>) {
    let mut say = |position: String, reason: String| faults.push(fault(format!("/desk/{position}"), reason));
    if desk.canned_replies.len() > CANNED_REPLIES_MAX {
        say("canned_replies".into(), format!("more than {CANNED_REPLIES_MAX} canned replies"));
    }
    let mut shortcuts = BTreeSet::new();
    for (at, reply) in desk.canned_replies.iter().enumerate() {
        let shortcut = &reply.shortcut;
        if shortcut.is_empty()
            || shortcut.chars().count() > SHORTCUT_CHARS_MAX
            || shortcut.contains(char::is_whitespace)
        {
            let reason = format!("not 1 to {SHORTCUT_CHARS_MAX} characters without blanks");
            say(format!("canned_replies/{at}/shortcut"), reason);
        }
        if reply.text.trim().is_empty() || reply.text.chars().count() > CANNED_TEXT_CHARS_MAX {
            let reason = format!("not a text of 1 to {CANNED_TEXT_CHARS_MAX} characters");
            say(format!("canned_replies/{at}/text"), reason);
        }
        if !shortcuts.insert((shortcut.to_lowercase(), &reply.language)) {
            say(format!("canned_replies/{at}"), "another one has this shortcut and language".into());
        }
    }
    if desk.dispositions.len() > DISPOSITIONS_MAX {
        say("dispositions".into(), format!("more than {DISPOSITIONS_MAX} dispositions"));
    }
    let mut names = BTreeSet::new();
    for (at, name) in desk.dispositions.iter().enumerate() {
        if name.trim().is_empty() || name.chars().count() > DISPOSITION_CHARS_MAX {
            let reason = format!("not a text of 1 to {DISPOSITION_CHARS_MAX} characters");
            say(format!("dispositions/{at}"), reason);
        }
        if !names.insert(name) {
            say(format!("dispositions/{at}"), "named twice".into());
        }
    }
    if !(1..=ANSWER_S_TARGET_MAX).contains(&desk.answer_s_target) {
        say("answer_s_target".into(), format!("not 1 to {ANSWER_S_TARGET_MAX} seconds"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn faults(desk: Value) -> Vec<String> {
        let mut faults = Vec::new();
        check(&serde_json::from_value(desk).unwrap(), &mut faults);
        faults.into_iter().map(|fault| fault.position).collect()
    }

    #[track_caller]
    fn check_faults(desk: Value, expect: &[&str]) {
        assert_eq!(faults(desk), expect);
    }

    fn reply(shortcut: &str, text: &str) -> Value {
        json!({ "canned_replies": [{ "shortcut": shortcut, "text": text }] })
    }

    #[test]
    fn canned_replies_have_bounds() {
        check_faults(json!({}), &[]);
        check_faults(reply(&"s".repeat(SHORTCUT_CHARS_MAX), &"t".repeat(CANNED_TEXT_CHARS_MAX)), &[]);
        let long = reply(&"s".repeat(SHORTCUT_CHARS_MAX + 1), &"t".repeat(CANNED_TEXT_CHARS_MAX + 1));
        check_faults(long, &["/desk/canned_replies/0/shortcut", "/desk/canned_replies/0/text"]);
        check_faults(reply("a b", "x"), &["/desk/canned_replies/0/shortcut"]);
        let numbered = |count: usize| {
            let replies = (0..count).map(|n| json!({ "shortcut": n.to_string(), "text": "x" }));
            json!({ "canned_replies": replies.collect::<Vec<_>>() })
        };
        check_faults(numbered(CANNED_REPLIES_MAX), &[]);
        check_faults(numbered(CANNED_REPLIES_MAX + 1), &["/desk/canned_replies"]);
    }

    #[test]
    fn a_shortcut_is_there_once_per_language() {
        let hi = json!({ "shortcut": "hi", "text": "Hi" });
        let hola = json!({ "shortcut": "hi", "text": "Hola", "language": "es" });
        check_faults(json!({ "canned_replies": [hi, hola] }), &[]);
        check_faults(json!({ "canned_replies": [hi, hi] }), &["/desk/canned_replies/1"]);
    }

    #[test]
    fn dispositions_and_the_target_have_bounds() {
        check_faults(json!({ "dispositions": ["d".repeat(DISPOSITION_CHARS_MAX)] }), &[]);
        check_faults(
            json!({ "dispositions": ["d".repeat(DISPOSITION_CHARS_MAX + 1)] }),
            &["/desk/dispositions/0"],
        );
        check_faults(json!({ "dispositions": ["a", "a"] }), &["/desk/dispositions/1"]);
        let many = (0..=DISPOSITIONS_MAX).map(|n| n.to_string()).collect::<Vec<_>>();
        check_faults(json!({ "dispositions": many[..DISPOSITIONS_MAX] }), &[]);
        check_faults(json!({ "dispositions": many }), &["/desk/dispositions"]);
        check_faults(json!({ "answer_s_target": ANSWER_S_TARGET_MAX }), &[]);
        check_faults(json!({ "answer_s_target": ANSWER_S_TARGET_MAX + 1 }), &["/desk/answer_s_target"]);
        check_faults(json!({ "answer_s_target": 0 }), &["/desk/answer_s_target"]);
    }
}
