//! # Trigger (`trigger`)
//!
//! Where a flow begins. Leaves at once by the event that began the execution.
//!
//! - **Properties**: none.
//! - **Events**: `incomingMessage`, `incomingConversationMessage`, `incomingRequest` (REST), `incomingParent`
//!   (run-subflow). `incomingCall` is accepted and never happens.
//! - **Outputs**: `trigger.message.*`, `trigger.conversation.*`, `trigger.request.*` or `trigger.parent.*`.

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
