//! # Trigger (`trigger`)
//!
//! Where a flow begins. Leaves at once by the event that began the execution.
//!
//! - **Properties**: none.
//! - **Events**: `incomingMessage`, `incomingConversationMessage`, `incomingCall`, `incomingRequest` (REST),
//!   `incomingParent` (run-subflow).
//! - **Outputs**: `trigger.message.*`, `trigger.conversation.*`, `trigger.call.*`, `trigger.request.*` or
//!   `trigger.parent.*`.

use super::{Widget, WidgetType};
use crate::run::{Next, Run, Stop};

pub(super) const TYPE: WidgetType = WidgetType {
    name: "trigger",
    events: &[
        "incomingMessage",
        "incomingCall",
        "incomingConversationMessage",
        "incomingRequest",
        "incomingParent",
    ],
    parse: |_| Box::new(Trigger),
};

#[derive(Debug)]
struct Trigger;

impl Widget for Trigger {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        Ok(Next::Leave(run.frame()?.context.trigger_event()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{flow, start, steps};
    use crate::{FlowInput, StartContext, Trigger};

    fn check(input: FlowInput, widget: &str) {
        let events = ["incomingMessage", "incomingConversationMessage", "incomingCall", "incomingRequest"];
        let exits = events.map(|event| json!({"name": event, "type": "set-variables"}));
        let transitions = events.map(|event| json!({"event": event, "next": event}));
        let mut states = exits.to_vec();
        states.push(json!({"name": "Trigger", "type": "trigger", "transitions": transitions}));
        let flow = flow(&json!({"initial_state": "Trigger", "states": states}));
        let done = steps(&flow, &[input]);
        assert_eq!(done[0].state.widget(), Some(widget));
    }

    #[test]
    fn leaves_by_what_began_the_execution() {
        check(start(), "incomingMessage");
        let (trigger, context) =
            (Trigger::IncomingConversationMessage { params: Default::default() }, StartContext::default());
        check(FlowInput::Start { trigger, context: context.clone() }, "incomingConversationMessage");
        let trigger = Trigger::IncomingCall { params: Default::default() };
        check(FlowInput::Start { trigger, context: context.clone() }, "incomingCall");
        let trigger =
            Trigger::IncomingRequest { from: String::new(), to: String::new(), parameters: Value::Null };
        check(FlowInput::Start { trigger, context }, "incomingRequest");
    }
}
