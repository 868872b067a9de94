//! # Send & Wait For Reply (`send-and-wait-for-reply`)
//!
//! Sends a message and waits for the contact's next one.
//!
//! - **Properties** (all Liquid): those of send-message without `to` (the contact is asked), and `timeout`:
//!   seconds to wait, 3600 when missing, at most 30 days.
//! - **Events**: `incomingMessage`; `timeout`; `deliveryFailure` when there is nothing to send, or the message is
//!   refused or not delivered.
//! - **Outputs**: `outbound.*` as of send-message; `inbound.*`: the reply's parameters (`Body`, `From`, `To`,
//!   `MessageSid`, `NumMedia`, `MediaUrl0`, …).

use serde_json::Value;

use super::outgoing::Outgoing;
use super::{Widget, WidgetType};
use crate::bound::message_parameters;
use crate::effect::Effect;
use crate::input::FlowInput;
use crate::limits::WAIT_S_MAX;
use crate::run::{Next, Run, Stop, object};
use crate::state::Waiting;
use crate::template::Template;

/// Studio's default.
const TIMEOUT_S: u64 = 3600;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "send-and-wait-for-reply",
    events: &["incomingMessage", "timeout", "deliveryFailure"],
    parse: |properties| {
        let timeout = properties.number("timeout");
        Box::new(SendAndWait { message: Outgoing::parse(properties), timeout })
    },
};

#[derive(Debug)]
struct SendAndWait {
    message: Outgoing,
    timeout: Option<Template>,
}

impl Widget for SendAndWait {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let timeout_s = run.number(self.timeout.as_ref(), "timeout")?;
        let after_s = timeout_s.map_or(TIMEOUT_S, |s| u64::try_from(s).unwrap_or_default()).min(WAIT_S_MAX);
        let Some(sent) = self.message.send(run)? else {
            return Ok(Next::Leave("deliveryFailure"));
        };
        let timer = run.effect_id()?;
        run.emit(Effect::SetTimer { id: timer.clone(), after_s });
        Ok(Next::Wait(Waiting::Reply { sent, timer }))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let Waiting::Reply { sent, timer } = waiting else {
            return Ok(None);
        };
        Ok(match input {
            FlowInput::Message { params } => {
                let params = message_parameters(run, params);
                run.add_outputs(object([("inbound", Value::Object(params))]))?;
                Some(Next::Leave("incomingMessage"))
            }
            FlowInput::Timer { id } if id == timer => Some(Next::Leave("timeout")),
            FlowInput::SendFailed { effect_id, .. } | FlowInput::DeliveryFailure { effect_id, .. }
                if effect_id == sent =>
            {
                Some(Next::Leave("deliveryFailure"))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{params, play};
    use crate::effect::EffectId;
    use crate::input::FlowInput;

    fn check(inputs: &[FlowInput], at: &str, outputs: Value) {
        let outcome = play("send-and-wait-for-reply", json!({"body": "Name?", "timeout": "60"}), inputs);
        assert_eq!(outcome.at, at, "{inputs:?}");
        let timer = json!({"type": "set_timer", "id": "2.under_test.1", "after_s": 60});
        assert_eq!(outcome.effects[1], timer);
        for (pointer, expect) in outputs.as_object().into_iter().flatten() {
            assert_eq!(outcome.outputs.pointer(pointer), Some(expect), "{pointer}");
        }
    }

    fn id(index: u8) -> EffectId {
        EffectId(format!("2.under_test.{index}"))
    }

    fn message(sid: &str, body: &str) -> FlowInput {
        FlowInput::Message { params: params(json!({"Body": body, "MessageSid": sid})) }
    }

    #[test]
    fn each_event() {
        let undelivered = |effect_id| FlowInput::DeliveryFailure {
            effect_id,
            code: "30003".to_owned(),
            reason: "off".to_owned(),
        };
        check(&[], "under_test", json!({"/outbound/Status": "queued"}));
        check(
            &[message("SM2", "Ada")],
            "incomingMessage",
            json!({"/inbound/Body": "Ada", "/outbound/Body": "Name?"}),
        );
        check(&[FlowInput::Timer { id: id(1) }], "timeout", json!({}));
        check(&[FlowInput::Timer { id: EffectId("1.other.1".to_owned()) }], "under_test", json!({}));
        check(
            &[undelivered(id(0))],
            "deliveryFailure",
            json!({"/outbound/Status": "undelivered", "/outbound/ErrorCode": "30003"}),
        );
        check(&[undelivered(EffectId("1.other.0".to_owned()))], "under_test", json!({}));
    }

    #[test]
    fn reports_about_the_question_are_kept_in_order() {
        let sent = FlowInput::Sent { effect_id: id(0), sid: "SM7".to_owned() };
        let failed =
            FlowInput::SendFailed { effect_id: id(0), code: "21610".to_owned(), reason: "stop".to_owned() };
        check(
            std::slice::from_ref(&sent),
            "under_test",
            json!({"/outbound/Status": "sent", "/outbound/ProviderSid": "SM7"}),
        );
        check(&[failed], "deliveryFailure", json!({"/outbound/Status": "failed"}));
        // A message that was taken before is no second answer.
        check(&[message("SM1", "Hi")], "under_test", json!({}));
    }

    #[test]
    fn waits_an_hour_unless_told() {
        for (timeout, after_s) in
            [(json!(null), 3600), (json!(5), 5), (json!("{{x}}"), 3600), (json!("-1"), 0)]
        {
            let outcome =
                play("send-and-wait-for-reply", json!({"body": "?", "timeout": timeout.clone()}), &[]);
            assert_eq!(outcome.effects[1]["after_s"], after_s, "{timeout}");
        }
        let outcome = play("send-and-wait-for-reply", json!({"body": "{{x}}"}), &[]);
        assert_eq!((outcome.at.as_str(), outcome.effects), ("deliveryFailure", json!([])));
    }
}
