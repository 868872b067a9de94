//! # Say/Play (`say-play`)
//!
//! The caller hears a text, a sound or keys, and the flow goes on.
//!
//! - **Properties** (Liquid): `say` with `voice` and `language`; or `play`, the URL of a sound; or `digits`, keys to
//!   be pressed; `loop`: how often, 1 to 99.
//! - **Events**: `audioComplete`, also when there is nothing to be heard. A caller who hangs up ends the execution.
//! - **Outputs**: none.
//! - **Limits**: 4,096 characters of text; the rest is not said, and noted.

use patchbay_model::call::CallInstruction;

use super::speech::Speech;
use super::{Widget, WidgetType};
use crate::call::{News, hung_up, news, wait};
use crate::input::FlowInput;
use crate::problem::ProblemKind;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "say-play",
    events: &["audioComplete"],
    parse: |properties| Box::new(SayPlay(Speech::parse(properties))),
};

#[derive(Debug)]
struct SayPlay(Speech);

impl Widget for SayPlay {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let prompts: Vec<_> = self.0.prompts(run)?.into_iter().map(CallInstruction::Prompt).collect();
        if prompts.is_empty() {
            let reason = "there is nothing to say or to play".to_owned();
            run.problem(ProblemKind::BadValue { property: "say".to_owned(), reason });
            return Ok(Next::Leave("audioComplete"));
        }
        Ok(run.instruct(prompts)?.map_or(Next::Leave("audioComplete"), wait))
    }

    fn resume(&self, _run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        match news(waiting, input) {
            Some(News::Request(_)) => Ok(Some(Next::Leave("audioComplete"))),
            Some(News::HungUp(_)) => hung_up(),
            Some(News::Timeout) | None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::call::SAY_CHARS_MAX;
    use serde_json::{Value, json};

    use super::super::testing::{call_params, hang_up, play, play_on_call, request};
    use crate::input::FlowInput;

    /// What is heard, by the one document that is made.
    fn check(properties: Value, heard: Value) {
        let outcome = play_on_call("say-play", properties, &[]);
        let document = json!([{"type": "instruct_call", "id": "2.under_test.0", "instructions": heard}]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("under_test", document));
        assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    }

    #[test]
    fn a_text_a_sound_or_keys_are_heard() {
        check(
            json!({"say": "Hello {{trigger.call.From}}", "voice": "alice", "language": "en-GB", "loop": "2"}),
            json!([{"do": "prompt", "kind": "say", "text": "Hello +15550001", "voice": "alice", "language": "en-GB",
                "times": 2}]),
        );
        check(
            json!({"play": " https://center.example/a.mp3 ", "say": null}),
            json!([{"do": "prompt", "kind": "play", "url": "https://center.example/a.mp3", "times": 1}]),
        );
        check(json!({"digits": "ww1#"}), json!([{"do": "prompt", "kind": "digits", "digits": "ww1#"}]));
    }

    fn check_inputs(inputs: &[FlowInput], at: &str, problems: &[&str]) {
        let outcome = play_on_call("say-play", json!({"say": "Hi"}), inputs);
        assert_eq!(
            (outcome.at.as_str(), outcome.problems),
            (at, problems.iter().map(|p| (*p).into()).collect())
        );
    }

    #[test]
    fn it_goes_on_when_the_call_comes_back() {
        check_inputs(&[request("2.under_test.0", json!({}))], "audioComplete", &[]);
        check_inputs(&[request("1.before.0", json!({}))], "under_test", &[]);
        check_inputs(
            &[FlowInput::CallRequest { effect_id: None, params: call_params(json!({})) }],
            "under_test",
            &[],
        );
        check_inputs(&[hang_up()], "under_test", &[]);
        check_inputs(&[request("2.under_test.0", json!({"CallStatus": "completed"}))], "under_test", &[]);
        let other = request("2.under_test.0", json!({"CallSid": "CA2"}));
        check_inputs(&[other], "under_test", &["input ignored: it is about another call, or known"]);
    }

    #[test]
    fn nothing_to_hear_and_no_call() {
        let outcome = play_on_call("say-play", json!({"say": "{{nothing}}"}), &[]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("audioComplete", json!([])));
        let outcome = play("say-play", json!({"say": "Hi"}), &[]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("under_test", json!([])));
        assert_eq!(outcome.problems, ["a step of a call failed: this execution has no call"]);
    }

    #[test]
    fn a_text_is_said_up_to_the_limit() {
        for (chars, problems) in [(SAY_CHARS_MAX, 0), (SAY_CHARS_MAX + 1, 1)] {
            let outcome = play_on_call("say-play", json!({"say": "x".repeat(chars)}), &[]);
            let said = outcome.effects[0]["instructions"][0]["text"].as_str().map(str::len);
            assert_eq!((said, outcome.problems.len()), (Some(SAY_CHARS_MAX), problems));
        }
    }
}
