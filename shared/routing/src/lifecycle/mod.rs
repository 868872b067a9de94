//! Life cycles of tasks and reservations, and what one does to the other.
//!
//! Source: TaskRouter docs, "Lifecycle of a task", "Tasks resource" and "Task reservations".

mod reservation;
mod task;

pub use reservation::{Effects, ReservationError, begin, follow, is_open, reservation_can_become, resolve};
pub use task::{ApiUpdateError, check_api_update, is_terminal, takes_capacity, task_can_become};

/// Offers of a task to workers before it is canceled (TaskRouter docs, "Limits").
pub const ASSIGNMENT_ATTEMPTS_MAX: u32 = 1_000;
