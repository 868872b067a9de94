//! # Send Message (`send-message`)
//!
//! Sends a message and goes on at once: the message is queued under an id of this execution, so nothing has to be
//! waited for. Studio waits for the API to accept it; here a refusal comes later, as `outbound.Status` `failed`.
//!
//! - **Properties** (all Liquid): `body`, `media_url`, `from`, `to`, `service`, `channel`, `attributes` (JSON),
//!   `messaging_service_sid`, `message_type` (`custom` or `content_template`) with `content_sid` and
//!   `content_variables` (`[{key, value}]`); `shorten_urls`. Missing addresses are those of the conversation.
//! - **Events**: `sent`; `failed` when there is nothing to send (no text, media or template).
//! - **Outputs**: `outbound.Sid`, `Status` (`queued`, `sent`, `undelivered`, `failed`), `Body`, `From`, `To`,
//!   `Direction`, `NumMedia`, `MessagingServiceSid`; later `ProviderSid`, `ErrorCode`, `ErrorMessage`.
//! - **Limits**: 16 KB of rendered text per property; a channel's own limits apply when it is sent.

use super::outgoing::Outgoing;
use super::{Widget, WidgetType};
use crate::run::{Next, Run, Stop};

pub(super) const TYPE: WidgetType = WidgetType {
    name: "send-message",
    events: &["sent", "failed"],
    parse: |properties| Box::new(Send(Outgoing::parse(properties))),
};

#[derive(Debug)]
struct Send(Outgoing);

impl Widget for Send {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        let sent = self.0.send(run)?;
        Ok(Next::Leave(if sent.is_some() { "sent" } else { "failed" }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::play;
    use crate::FlowInput;
    use crate::effect::EffectId;

    fn check(properties: Value, at: &str, effects: Value) {
        let outcome = play("send-message", properties, &[]);
        assert_eq!((outcome.at.as_str(), &outcome.effects), (at, &effects));
    }

    #[test]
    fn a_message_is_queued_and_the_flow_goes_on() {
        check(
            json!({"body": "You said {{trigger.message.Body}}", "from": "{{flow.channel.address}}",
                "to": "{{contact.channel.address}}", "service": "{{trigger.message.InstanceSid}}", "channel": null}),
            "sent",
            json!([{"type": "send_message", "id": "2.under_test.0", "body": "You said Hi", "from": "+15550002",
                "to": "+15550001"}]),
        );
        check(
            json!({"message_type": "content_template", "content_sid": "HX1", "attributes": "{\"a\":1}",
                "content_variables": [{"key": "{{1}}", "value": "{{trigger.message.Body}}"}], "shorten_urls": "true"}),
            "sent",
            json!([{"type": "send_message", "id": "2.under_test.0", "body": "", "attributes": {"a": 1},
                "template": {"content_sid": "HX1", "variables": {"1": "Hi"}}, "shorten_urls": true}]),
        );
    }

    #[test]
    fn nothing_to_send_fails() {
        check(json!({"body": "{{nothing}} "}), "failed", json!([]));
        check(json!({"message_type": "custom", "content_sid": "HX1"}), "failed", json!([]));
        let outcome = play("send-message", json!({}), &[]);
        assert_eq!(outcome.outputs["outbound"]["Status"], "failed");
        assert!(outcome.problems[0].contains("no text"), "{:?}", outcome.problems);
    }

    #[test]
    fn outputs_are_there_at_once() {
        let outcome = play("send-message", json!({"body": "x", "media_url": "https://a/b.png"}), &[]);
        let expect = json!({"outbound": {"Sid": "2.under_test.0", "Status": "queued", "Direction": "outbound-api",
            "Body": "x", "From": "+15550002", "To": "+15550001", "NumMedia": "1"}});
        assert_eq!(outcome.outputs, expect);
    }

    #[test]
    fn a_report_after_the_end_changes_nothing() {
        let report =
            FlowInput::Sent { effect_id: EffectId("2.under_test.0".to_owned()), sid: "SM9".to_owned() };
        let outcome = play("send-message", json!({"body": "x"}), &[report]);
        assert_eq!(outcome.outputs["outbound"]["Status"], "queued");
        assert_eq!(outcome.problems, ["input ignored: the execution has ended"]);
    }
}
