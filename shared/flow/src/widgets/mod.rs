//! The widgets: one file each, whose first lines are its documentation for those who write flows.

mod add_twiml_redirect;
mod capture_payments;
mod connect_call_to;
mod connect_virtual_agent;
mod enqueue_call;
mod fork_stream;
mod gather_input_on_call;
mod handover;
mod make_http_request;
mod make_outgoing_call;
mod outgoing;
mod record_call;
mod record_voicemail;
mod run_function;
mod run_subflow;
mod say_play;
mod send_and_wait_for_reply;
mod send_message;
mod send_to_flex;
mod set_variables;
mod speech;
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
    say_play::TYPE,
    gather_input_on_call::TYPE,
    connect_call_to::TYPE,
    enqueue_call::TYPE,
    record_voicemail::TYPE,
    record_call::TYPE,
    make_outgoing_call::V1,
    make_outgoing_call::V2,
    add_twiml_redirect::TYPE,
    capture_payments::TYPE,
    fork_stream::TYPE,
    connect_virtual_agent::V1,
    connect_virtual_agent::V2,
];

#[cfg(test)]
pub(crate) mod testing;
