//! # Connect Call To (`connect-call-to`)
//!
//! Puts the caller through and waits until that is over.
//!
//! - **Properties** (Liquid but for `noun` and `record`): `noun`: `number`, `number-multi` (numbers with commas
//!   between, which ring together), `client`, `sip` (`sip_endpoint`, `sip_username`, `sip_password`), `conference`,
//!   `sim` or `queue`; `to`: the number, identity, name or SID; `caller_id`; `timeout`: seconds of ringing;
//!   `time_limit`: seconds of talking; `record`.
//! - **Events**: `callCompleted` when the other side has hung up or was not reached, or nobody is named; `hangup`
//!   when the caller has.
//! - **Outputs**: the call's parameters, with `DialCallStatus`, `DialCallSid`, `DialCallDuration`, `RecordingUrl`.
//! - **Limits**: 10 numbers; 600 s of ringing; 24 h of talking.

use patchbay_model::call::{CONNECTED_S_MAX, CallInstruction, Connect, ConnectTarget, RING_S_MAX};
use serde_json::json;

use super::{Widget, WidgetType};
use crate::call::{News, news, wait};
use crate::input::FlowInput;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop, object};
use crate::state::Waiting;
use crate::template::Template;

pub(super) const TYPE: WidgetType =
    WidgetType { name: "connect-call-to", events: &["callCompleted", "hangup"], parse };

#[derive(Clone, Copy, Debug)]
enum Noun {
    Number,
    NumberMulti,
    Client,
    Sip,
    Conference,
    Sim,
    Queue,
}

const NOUNS: [(&str, Noun); 7] = [
    ("number", Noun::Number),
    ("number-multi", Noun::NumberMulti),
    ("client", Noun::Client),
    ("sip", Noun::Sip),
    ("conference", Noun::Conference),
    ("sim", Noun::Sim),
    ("queue", Noun::Queue),
];

#[derive(Debug)]
struct ConnectCallTo {
    noun: Noun,
    to: Option<Template>,
    sip_endpoint: Option<Template>,
    sip_username: Option<Template>,
    sip_password: Option<Template>,
    caller_id: Option<Template>,
    timeout: Option<Template>,
    time_limit: Option<Template>,
    record: bool,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    let name = properties.text("noun").unwrap_or_else(|| "number".to_owned());
    let noun = NOUNS.iter().find(|(known, _)| *known == name).map(|(_, noun)| *noun);
    if noun.is_none() {
        properties.refuse(format!("noun is {name:?}, which nothing can be connected to"), "noun");
    }
    Box::new(ConnectCallTo {
        noun: noun.unwrap_or(Noun::Number),
        to: properties.template("to"),
        sip_endpoint: properties.template("sip_endpoint"),
        sip_username: properties.template("sip_username"),
        sip_password: properties.template("sip_password"),
        caller_id: properties.template("caller_id"),
        timeout: properties.number("timeout"),
        time_limit: properties.number("time_limit"),
        record: properties.flag("record"),
    })
}

impl ConnectCallTo {
    fn targets(&self, run: &mut Run) -> Result<Vec<ConnectTarget>, Stop> {
        let to = run.optional(self.to.as_ref(), "to")?.unwrap_or_default().trim().to_owned();
        Ok(vec![match self.noun {
            Noun::NumberMulti => {
                let numbers = to.split(',').map(str::trim).filter(|number| !number.is_empty());
                return Ok(numbers
                    .map(|number| ConnectTarget::Number { number: number.to_owned() })
                    .collect());
            }
            Noun::Number => ConnectTarget::Number { number: to },
            Noun::Client => ConnectTarget::Client { identity: to },
            Noun::Conference => ConnectTarget::Conference { name: to },
            Noun::Sim => ConnectTarget::Sim { sid: to },
            Noun::Queue => ConnectTarget::Queue { name: to },
            Noun::Sip => {
                let endpoint = run.optional(self.sip_endpoint.as_ref(), "sip_endpoint")?;
                ConnectTarget::Sip {
                    uri: endpoint.map_or(to, |endpoint| endpoint.trim().to_owned()),
                    username: run.optional(self.sip_username.as_ref(), "sip_username")?,
                    password: run.optional(self.sip_password.as_ref(), "sip_password")?,
                }
            }
        }])
    }
}

impl Widget for ConnectCallTo {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let connect = Connect {
            targets: self.targets(run)?,
            caller_id: run.optional(self.caller_id.as_ref(), "caller_id")?,
            timeout_s: run.within(self.timeout.as_ref(), "timeout", 1..=RING_S_MAX)?,
            time_limit_s: run.within(self.time_limit.as_ref(), "time_limit", 1..=CONNECTED_S_MAX)?,
            record: self.record,
        };
        let document = run.instruct(vec![CallInstruction::Connect(connect)])?;
        if document.is_none() {
            run.set_outputs(object([("DialCallStatus", json!("failed"))]))?;
        }
        Ok(document.map_or(Next::Leave("callCompleted"), wait))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let (params, event) = match news(waiting, input) {
            Some(News::Request(params)) => (params, "callCompleted"),
            Some(News::HungUp(params)) => (params, "hangup"),
            Some(News::Timeout) | None => return Ok(None),
        };
        run.keep(params)?;
        Ok(Some(Next::Leave(event)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{definition, hang_up, play_on_call, request};
    use crate::Flow;
    use crate::input::FlowInput;

    fn check(properties: Value, targets: Value) {
        let outcome = play_on_call("connect-call-to", properties, &[]);
        assert_eq!(outcome.effects[0]["instructions"][0]["targets"], targets);
    }

    #[test]
    fn every_noun() {
        let number = |number: &str| json!({"noun": "number", "number": number});
        check(json!({"noun": "number", "to": "{{trigger.call.From}}"}), json!([number("+15550001")]));
        check(json!({"noun": "number-multi", "to": "+1, +2,"}), json!([number("+1"), number("+2")]));
        check(json!({"noun": "client", "to": "ann"}), json!([{"noun": "client", "identity": "ann"}]));
        check(
            json!({"noun": "sip", "sip_endpoint": "sip:a@b", "sip_username": "u", "sip_password": "p"}),
            json!([{"noun": "sip", "uri": "sip:a@b", "username": "u", "password": "p"}]),
        );
        check(json!({"noun": "conference", "to": "room"}), json!([{"noun": "conference", "name": "room"}]));
        check(json!({"noun": "sim", "to": "DE1"}), json!([{"noun": "sim", "sid": "DE1"}]));
        check(json!({"noun": "queue", "to": "sales"}), json!([{"noun": "queue", "name": "sales"}]));
        let state = json!({"name": "a", "type": "connect-call-to", "properties": {"noun": "fax"}});
        assert!(Flow::from_value("test", &definition("a", vec![state], &[])).is_err());
    }

    #[test]
    fn times_and_caller_are_told() {
        let properties = json!({"noun": "number", "to": "+1", "caller_id": "{{contact.channel.address}}", "timeout": 30,
            "time_limit": "14400", "record": true});
        let outcome = play_on_call("connect-call-to", properties, &[]);
        let expect = json!([{"do": "connect", "targets": [{"noun": "number", "number": "+1"}], "caller_id": "+15550001",
            "timeout_s": 30, "time_limit_s": 14400, "record": true}]);
        assert_eq!(outcome.effects[0]["instructions"], expect);
    }

    fn check_inputs(to: &str, inputs: &[FlowInput], at: &str, status: Value) {
        let outcome = play_on_call("connect-call-to", json!({"noun": "number-multi", "to": to}), inputs);
        assert_eq!((outcome.at.as_str(), &outcome.outputs["DialCallStatus"]), (at, &status));
    }

    #[test]
    fn each_event() {
        let (completed, document) = (json!({"DialCallStatus": "completed"}), "2.under_test.0");
        check_inputs("+1", &[request(document, completed.clone())], "callCompleted", json!("completed"));
        check_inputs("+1", &[hang_up()], "hangup", Value::Null);
        let over = json!({"DialCallStatus": "completed", "CallStatus": "completed"});
        check_inputs("+1", &[request(document, over), hang_up()], "hangup", json!("completed"));
        check_inputs("{{nobody}}", &[], "callCompleted", json!("failed"));
        check_inputs(&"+1,".repeat(11), &[], "callCompleted", json!("failed"));
    }
}
