//! Opening hours: is somebody there at a moment, and when does that change?
//!
//! The clock on the wall of the schedule's time zone decides, and nothing else: where it is put forward, the hour that
//! does not exist is not open; where it is put back, an hour is open as often as it comes. A time zone is constant from
//! one change of its clocks to the next, so that every question is one of whole days within such a piece.
//!
//! Architecture invariant: this crate knows no clock and reads no file. Its time zones are those that it was built with.

mod fault;
mod moment;
mod schedule;
mod span;

#[cfg(test)]
mod laws;

pub use fault::ScheduleFault;
pub use moment::Moment;
pub use schedule::{
    EXCEPTION_DAYS_MAX, EXCEPTIONS_MAX, NAME_CHARS_MAX, REASON_CHARS_MAX, SPANS_MAX, Schedule, is_name,
};
pub use span::Opening;
