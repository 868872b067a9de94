//! # Gather Input On Call (`gather-input-on-call`)
//!
//! Asks the caller, and waits for keys or speech.
//!
//! - **Properties** (Liquid but for the flags): `say`, `play`, `voice`, `language`, `loop` as of say-play: the
//!   question, during which the answer may begin. `timeout`: seconds of silence after it, 5 when missing.
//!   `number_of_digits` ends the answer, and with `stop_gather` so does the key `finish_on_key`. `speech_timeout`:
//!   seconds of silence after speech, or `auto`. `gather_language`, `hints`, `speech_model`, `profanity_filter` are
//!   for the recognition of speech.
//! - **Events**: `keypress`; `speech`; `timeout` when nothing was said or pressed. A caller who hangs up ends the
//!   execution.
//! - **Outputs**: the call's parameters, with `Digits`, or `SpeechResult` and `Confidence`.

use patchbay_model::call::{ANSWER_S_MAX, CallInstruction, DIGITS_MAX, Gather};
use serde_json::{Map, Value};

use super::speech::Speech;
use super::{Widget, WidgetType};
use crate::call::{News, hung_up, news, wait};
use crate::input::FlowInput;
use crate::problem::ProblemKind;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;
use crate::template::Template;

/// Studio's default.
const TIMEOUT_S: u32 = 5;

pub(super) const TYPE: WidgetType =
    WidgetType { name: "gather-input-on-call", events: &["keypress", "speech", "timeout"], parse };

#[derive(Debug)]
struct GatherInput {
    question: Speech,
    timeout: Option<Template>,
    /// `None` where no key ends the answer.
    finish_on_key: Option<Template>,
    digits: Option<Template>,
    speech_timeout: Option<Template>,
    language: Option<Template>,
    hints: Option<Template>,
    speech_model: Option<Template>,
    profanity_filter: bool,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    let ends_by_key = properties.flag("stop_gather");
    Box::new(GatherInput {
        question: Speech::parse(properties),
        timeout: properties.number("timeout"),
        finish_on_key: properties.template("finish_on_key").filter(|_| ends_by_key),
        digits: properties.number("number_of_digits"),
        speech_timeout: properties.template("speech_timeout"),
        language: properties.template("gather_language"),
        hints: properties.template("hints"),
        speech_model: properties.template("speech_model"),
        profanity_filter: properties.text("profanity_filter").as_deref() != Some("false"),
    })
}

/// Whether a parameter says something.
fn is_given(params: &Map<String, Value>, name: &str) -> bool {
    params.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

impl GatherInput {
    /// The one key that ends an answer.
    fn key(&self, run: &mut Run) -> Result<Option<char>, Stop> {
        let Some(text) = run.optional(self.finish_on_key.as_ref(), "finish_on_key")? else {
            return Ok(None);
        };
        let mut keys = text.trim().chars();
        let key = keys.next().filter(|key| key.is_ascii_digit() || matches!(key, '#' | '*'));
        if key.is_none() || keys.next().is_some() {
            let reason = format!("{text:?} is not one key; none ends the answer");
            run.problem(ProblemKind::BadValue { property: "finish_on_key".to_owned(), reason });
            return Ok(None);
        }
        Ok(key)
    }

    /// Seconds; `auto` leaves it to the provider.
    fn speech_timeout(&self, run: &mut Run) -> Result<Option<u32>, Stop> {
        match run.optional(self.speech_timeout.as_ref(), "speech_timeout")? {
            Some(text) if text.trim() != "auto" => {
                run.within(self.speech_timeout.as_ref(), "speech_timeout", 1..=ANSWER_S_MAX)
            }
            Some(_) | None => Ok(None),
        }
    }
}

impl Widget for GatherInput {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let timeout_s = run.within(self.timeout.as_ref(), "timeout", 1..=ANSWER_S_MAX)?;
        let gather = Gather {
            prompts: self.question.prompts(run)?,
            timeout_s: timeout_s.unwrap_or(TIMEOUT_S),
            finish_on_key: self.key(run)?,
            digits_max: run.within(self.digits.as_ref(), "number_of_digits", 1..=DIGITS_MAX)?,
            speech_timeout_s: self.speech_timeout(run)?,
            language: run.optional(self.language.as_ref(), "gather_language")?,
            speech_model: run.optional(self.speech_model.as_ref(), "speech_model")?,
            hints: run.optional(self.hints.as_ref(), "hints")?,
            profanity_filter: self.profanity_filter,
        };
        let document = run.instruct(vec![CallInstruction::Gather(gather)])?;
        Ok(document.map_or(Next::Leave("timeout"), wait))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let params = match news(waiting, input) {
            Some(News::Request(params)) => params,
            Some(News::HungUp(_)) => return hung_up(),
            Some(News::Timeout) | None => return Ok(None),
        };
        run.keep(params)?;
        Ok(Some(Next::Leave(if is_given(params, "Digits") {
            "keypress"
        } else if is_given(params, "SpeechResult") {
            "speech"
        } else {
            "timeout"
        })))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{hang_up, play_on_call, request};
    use crate::input::FlowInput;

    const DOCUMENT: &str = "2.under_test.0";

    fn check(properties: Value, gather: Value, problems: usize) {
        let outcome = play_on_call("gather-input-on-call", properties, &[]);
        assert_eq!(outcome.effects[0]["instructions"], json!([gather]));
        assert_eq!(outcome.problems.len(), problems, "{:?}", outcome.problems);
    }

    #[test]
    fn the_question_is_what_the_definition_says() {
        check(
            json!({"say": "One or two?", "loop": 1, "timeout": 5, "stop_gather": true, "finish_on_key": "#",
                "number_of_digits": 1, "speech_timeout": "auto", "gather_language": "en", "profanity_filter": "true",
                "hints": "one, two", "speech_model": "phone_call"}),
            json!({"do": "gather", "prompts": [{"kind": "say", "text": "One or two?", "times": 1}], "timeout_s": 5,
                "finish_on_key": "#", "digits_max": 1, "language": "en", "profanity_filter": true,
                "hints": "one, two", "speech_model": "phone_call"}),
            0,
        );
        check(
            json!({"stop_gather": false, "finish_on_key": "#", "speech_timeout": "3", "profanity_filter": "false"}),
            json!({"do": "gather", "prompts": [], "timeout_s": 5, "speech_timeout_s": 3, "profanity_filter": false}),
            0,
        );
        check(
            json!({"stop_gather": true, "finish_on_key": "##", "timeout": 601, "number_of_digits": "0"}),
            json!({"do": "gather", "prompts": [], "timeout_s": 600, "digits_max": 1, "profanity_filter": true}),
            3,
        );
    }

    fn check_answer(inputs: &[FlowInput], at: &str, outputs: &[(&str, &str)]) {
        let outcome = play_on_call("gather-input-on-call", json!({"say": "Which?"}), inputs);
        assert_eq!(outcome.at, at);
        for (name, value) in outputs {
            assert_eq!(outcome.outputs[name], *value);
        }
    }

    #[test]
    fn each_event() {
        let digits = request(DOCUMENT, json!({"Digits": "12"}));
        check_answer(std::slice::from_ref(&digits), "keypress", &[("Digits", "12"), ("CallSid", "CA1")]);
        check_answer(&[digits.clone(), digits], "keypress", &[("Digits", "12")]);
        let speech = json!({"SpeechResult": "two", "Confidence": "0.9", "Digits": ""});
        check_answer(
            &[request(DOCUMENT, speech)],
            "speech",
            &[("SpeechResult", "two"), ("Confidence", "0.9")],
        );
        check_answer(&[request(DOCUMENT, json!({}))], "timeout", &[]);
        check_answer(&[hang_up()], "under_test", &[]);
    }
}
