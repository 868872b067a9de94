//! `reservation.complete {reservation_sid, reason?}`: the task is done and the worker has room again.

use super::about_task;
use super::wrap::end_conversation;
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, Refusal};
use crate::center::Center;
use crate::router;

/// Characters of the reason that an agent gives (TaskRouter: of a task's `reason`).
const REASON_CHARS_MAX: usize = 256;

/// Answers with the task. Safe to repeat: a completed reservation is completed.
pub(super) async fn complete(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let reservation = fields.sid("reservation_sid")?;
    let reason = fields.text("reason", REASON_CHARS_MAX)?;
    let task = router::complete(center, &session.worker_sid, &reservation, reason).await?;
    end_conversation(center, session, &task).await?;
    about_task(center, &task).await
}
