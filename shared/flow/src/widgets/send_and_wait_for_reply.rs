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
