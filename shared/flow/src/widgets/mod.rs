//! The widgets: one file each, whose first lines are its documentation for those who write flows.

mod make_http_request;
mod outgoing;
mod run_function;
mod run_subflow;
mod send_and_wait_for_reply;
mod send_message;
mod send_to_flex;
mod set_variables;
mod split_based_on;
mod trigger;

use std::fmt::Debug;

use crate::input::FlowInput;
use crate::properties::Properties;
use crate::run::{Next, Run, Stop};
use crate::state::Waiting;

/// What a widget does. It keeps nothing itself: it was read from a definition and serves every execution.
pub(crate) trait Widget: Debug + Send + Sync {
    /// The execution arrives.
    fn enter(&self, run: &mut Run) -> Result<Next, Stop>;

    /// An input comes while the execution waits here; `None` when it is not what was waited for.
    fn resume(&self, _run: &mut Run, _waiting: &Waiting, _input: &FlowInput) -> Result<Option<Next>, Stop> {
        Ok(None)
    }
}

/// A widget type of Studio.
pub(crate) struct WidgetType {
    pub(crate) name: &'static str,
    /// The events by which it can be left.
    pub(crate) events: &'static [&'static str],
    pub(crate) parse: fn(&mut Properties<'_>) -> Box<dyn Widget>,
}

/// The supported types. Another type in a definition is refused when it is saved.
pub(crate) const TYPES: &[WidgetType] = &[
    trigger::TYPE,
    split_based_on::TYPE,
    send_message::TYPE,
    send_and_wait_for_reply::TYPE,
    set_variables::TYPE,
    make_http_request::TYPE,
    run_function::TYPE,
    run_subflow::TYPE,
    send_to_flex::TYPE,
];

#[cfg(test)]
pub(crate) mod testing;
