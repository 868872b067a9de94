//! What agents' desks are told, checked.

use super::fault;
use crate::config::ConfigFault;
use patchbay_model::desk::{DeskDocument, TemplateDocument};
use std::collections::BTreeSet;

const CANNED_REPLIES_MAX: usize = 500;
/// Characters of a canned reply: what most channels carry in one message.
const CANNED_TEXT_CHARS_MAX: usize = 4_096;
const SHORTCUT_CHARS_MAX: usize = 32;
/// Answers of a canned reply, and the characters of each: what `message.send` takes.
const CHOICES_MAX: usize = 20;
const CHOICE_CHARS_MAX: usize = 256;
const DISPOSITIONS_MAX: usize = 100;
/// Characters of a disposition: half of a task's reason, so that notes have room beside it.
const DISPOSITION_CHARS_MAX: usize = 128;
const TEMPLATES_MAX: usize = 500;
/// Characters of a template's name, of its language and of its text (Meta, "Message templates").
const TEMPLATE_NAME_CHARS_MAX: usize = 512;
const LANGUAGE_CHARS_MAX: usize = 35;
const TEMPLATE_TEXT_CHARS_MAX: usize = 1_024;
const PARAMETERS_MAX: usize = 100;
/// Characters of what an agent is asked for.
const PARAMETER_NAME_CHARS_MAX: usize = 64;
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
        if reply.choices.len() > CHOICES_MAX {
            say(format!("canned_replies/{at}/choices"), format!("more than {CHOICES_MAX} answers"));
        }
        let mut answers = BTreeSet::new();
        for (choice, answer) in reply.choices.iter().enumerate() {
            if answer.trim().is_empty() || answer.chars().count() > CHOICE_CHARS_MAX {
                let reason = format!("not a text of 1 to {CHOICE_CHARS_MAX} characters");
                say(format!("canned_replies/{at}/choices/{choice}"), reason);
            }
            if !answers.insert(answer) {
                say(format!("canned_replies/{at}/choices/{choice}"), "named twice".into());
            }
        }
        if !shortcuts.insert((shortcut.to_lowercase(), &reply.language)) {
            say(format!("canned_replies/{at}"), "another one has this shortcut and language".into());
        }
    }
    if desk.templates.len() > TEMPLATES_MAX {
        say("templates".into(), format!("more than {TEMPLATES_MAX} templates"));
    }
    for (at, template) in desk.templates.iter().enumerate() {
        check_template(template, &mut |key, reason| say(format!("templates/{at}{key}"), reason));
        let is_twin = |other: &TemplateDocument| {
            (other.channel, &other.account, &other.name, &other.language)
                == (template.channel, &template.account, &template.name, &template.language)
        };
        if desk.templates[..at].iter().any(is_twin) {
            say(format!("templates/{at}"), "another one of the account has this name and language".into());
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

fn check_template(template: &TemplateDocument, say: &mut dyn FnMut(&str, String)) {
    let texts = [
        ("/name", &template.name, TEMPLATE_NAME_CHARS_MAX),
        ("/language", &template.language, LANGUAGE_CHARS_MAX),
        ("/text", &template.text, TEMPLATE_TEXT_CHARS_MAX),
    ];
    for (key, text, chars_max) in texts {
        if text.trim().is_empty() || text.chars().count() > chars_max {
            say(key, format!("not a text of 1 to {chars_max} characters"));
        }
    }
    if template.parameters.len() > PARAMETERS_MAX {
        say("/parameters", format!("more than {PARAMETERS_MAX} parameters"));
    }
    let is_name = |name: &String| !name.trim().is_empty() && name.chars().count() <= PARAMETER_NAME_CHARS_MAX;
    if !template.parameters.iter().all(is_name) {
        say("/parameters", format!("a name is not 1 to {PARAMETER_NAME_CHARS_MAX} characters"));
    }
    let asked: BTreeSet<String> = (1..=template.parameters.len()).map(|n| n.to_string()).collect();
    if placeholders(&template.text) != asked {
        say("/text", "its placeholders are not {{1}} to the last of its parameters".into());
    }
}

/// What stands between double braces.
fn placeholders(text: &str) -> BTreeSet<String> {
    let openings = text.split("{{").skip(1);
    openings.filter_map(|rest| Some(rest.split_once("}}")?.0.trim().to_owned())).collect()
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
    fn a_canned_reply_may_have_answers_to_choose_from() {
        let asked = |choices: Vec<String>| json!({ "canned_replies": [{ "shortcut": "size", "text": "Which?", "choices": choices }] });
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        check_faults(asked(many(CHOICES_MAX)), &[]);
        check_faults(asked(many(CHOICES_MAX + 1)), &["/desk/canned_replies/0/choices"]);
        check_faults(asked(vec!["x".repeat(CHOICE_CHARS_MAX)]), &[]);
        check_faults(asked(vec!["x".repeat(CHOICE_CHARS_MAX + 1)]), &["/desk/canned_replies/0/choices/0"]);
        check_faults(asked(vec!["S".into(), " ".into()]), &["/desk/canned_replies/0/choices/1"]);
        check_faults(asked(vec!["S".into(), "S".into()]), &["/desk/canned_replies/0/choices/1"]);
    }

    #[test]
    fn a_shortcut_is_there_once_per_language() {
        let hi = json!({ "shortcut": "hi", "text": "Hi" });
        let hola = json!({ "shortcut": "hi", "text": "Hola", "language": "es" });
        check_faults(json!({ "canned_replies": [hi, hola] }), &[]);
        check_faults(json!({ "canned_replies": [hi, hi] }), &["/desk/canned_replies/1"]);
    }

    fn template(change: Value) -> Value {
        let mut template = json!({
            "channel": "whatsapp", "name": "order_ready", "language": "en_US",
            "text": "{{1}}, order {{2}} is ready.", "parameters": ["contact.name", "Order"],
        });
        template.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "templates": [template] })
    }

    #[test]
    fn templates_have_bounds_and_as_many_placeholders_as_parameters() {
        check_faults(template(json!({})), &[]);
        check_faults(template(json!({ "parameters": ["Name"] })), &["/desk/templates/0/text"]);
        check_faults(template(json!({ "text": "{{1}} and {{3}}" })), &["/desk/templates/0/text"]);
        check_faults(template(json!({ "parameters": ["a", " "] })), &["/desk/templates/0/parameters"]);
        check_faults(template(json!({ "name": "n".repeat(TEMPLATE_NAME_CHARS_MAX) })), &[]);
        let long = template(json!({ "name": "n".repeat(TEMPLATE_NAME_CHARS_MAX + 1), "language": "" }));
        check_faults(long, &["/desk/templates/0/name", "/desk/templates/0/language"]);
        let text = |chars: usize| json!({ "text": "t".repeat(chars), "parameters": [] });
        check_faults(template(text(TEMPLATE_TEXT_CHARS_MAX)), &[]);
        check_faults(template(text(TEMPLATE_TEXT_CHARS_MAX + 1)), &["/desk/templates/0/text"]);
        let filled = |count: usize| {
            let text: String = (1..=count).map(|n| format!("{{{{{n}}}}}")).collect();
            template(json!({ "text": text, "parameters": vec!["x"; count] }))
        };
        check_faults(filled(PARAMETERS_MAX), &[]);
        check_faults(filled(PARAMETERS_MAX + 1), &["/desk/templates/0/parameters"]);
        let one = &template(json!({}))["templates"][0];
        check_faults(json!({ "templates": [one, one] }), &["/desk/templates/1"]);
        let named = |count: usize| {
            let templates =
                (0..count).map(|n| template(json!({ "name": n.to_string() }))["templates"][0].clone());
            json!({ "templates": templates.collect::<Vec<_>>() })
        };
        check_faults(named(TEMPLATES_MAX), &[]);
        check_faults(named(TEMPLATES_MAX + 1), &["/desk/templates"]);
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
