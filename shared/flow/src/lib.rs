//! Studio flows: a bounded interpreter of Twilio Studio's flow definitions (REST v2), as exported by Studio.
//!
//! [`Flow::parse`] reads a definition and refuses it with everything that is wrong; [`step`] takes an execution
//! from one event to the next thing to wait for. What is to be done outside comes back as [`Effect`]s.
//!
//! Architecture invariant: this crate decides and does nothing: no clock, no randomness, no I/O. Whatever the
//! definition, the state or the input, a step ends within the sizes and counts of [`limits`] and does not panic.

mod bound;
mod call;
mod condition;
mod context;
mod definition;
mod delivery;
mod effect;
mod input;
pub mod limits;
mod problem;
mod properties;
mod run;
#[cfg(test)]
mod shapes;
mod state;
mod step;
mod template;
mod widgets;

pub use context::{ChannelAddress, ContactContext, Context, FlowContext};
pub use definition::{Flow, FlowErrors, FlowIssue};
pub use effect::{
    ContentTemplate, CreateTask, Effect, EffectId, EndReason, HttpMethod, HttpRequest, InstructCall,
    PlaceCall, RecordCall, RunFunction, SendMessage,
};
pub use input::{FlowInput, StartContext, TaskEvent, Trigger};
pub use problem::{Problem, ProblemKind};
pub use state::{FlowState, Status, Waiting};
pub use step::{FlowLibrary, FlowStep, NoFlows, step};
