//! What a visitor says beside the conversation: a line in the timeline, for the agents.

use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::EventKind;
use std::collections::BTreeMap;

/// The best that a conversation can be rated.
const SCORE_MAX: u8 = 5;
/// Answers of one form.
const ANSWERS_MAX: usize = 10;
/// Characters of an answer's name.
const NAME_CHARS_MAX: usize = 64;
/// Characters of an answer.
const ANSWER_CHARS_MAX: usize = 2_048;

pub(super) fn rating(
    score: u8,
    text: Option<String>,
    problems: &mut Vec<Problem>,
) -> Result<EventKind, Problem> {
    if !(1..=SCORE_MAX).contains(&score) {
        return Err(Problem::new("score", format!("not in 1..={SCORE_MAX}")));
    }
    let text = text.map(|text| cut(text, "text", problems)).filter(|text| !text.trim().is_empty());
    let text = text.map(|text| format!(": {text}")).unwrap_or_default();
    Ok(EventKind::Note { name: "rating".into(), text: format!("{score} of {SCORE_MAX}{text}") })
}

pub(super) fn form(
    answers: BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Result<EventKind, Problem> {
    let fits = |(name, answer): (&String, &String)| {
        (1..=NAME_CHARS_MAX).contains(&name.chars().count())
            && !name.contains(char::is_control)
            && answer.chars().count() <= ANSWER_CHARS_MAX
    };
    if !(1..=ANSWERS_MAX).contains(&answers.len()) || !answers.iter().all(fits) {
        let reason = format!(
            "1 to {ANSWERS_MAX} answers with names of at most {NAME_CHARS_MAX} and texts of at most {ANSWER_CHARS_MAX} characters"
        );
        return Err(Problem::new("answers", reason));
    }
    let lines: Vec<String> = answers.iter().map(|(name, answer)| format!("{name}: {answer}")).collect();
    Ok(EventKind::Note { name: "form".into(), text: cut(lines.join("\n"), "answers", problems) })
}
