//! `reservation.wrap {reservation_sid}`: the talking is done, the agent still writes it up.

use super::about_task;
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::call::{call_of, end_outward, end_own};
use crate::agent::request::{Fields, Refusal};
use crate::center::Center;
use crate::frames::Fault;
use crate::router::{self, OpError};
use patchbay_model::{Task, TaskStatus};

/// Answers with the task; its conversation ends, or its flow goes on. Safe to repeat: a wrapping reservation is
/// wrapping.
pub(super) async fn wrap(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let task = router::wrap(center, &session.worker_sid, &fields.sid("reservation_sid")?).await?;
    end_conversation(center, session, &task).await?;
    about_task(center, &task).await
}

/// Lets the task's conversation know that the task is done. The message has the task's id: the queue drops a
/// second one, and a conversation that is not at this task any more is left alone. Of a call that was handed on only the
/// agent's own end is over.
pub(super) async fn end_conversation(center: &Center, session: &Session, task: &Task) -> Result<(), Refusal> {
    let ended = matches!(task.status, TaskStatus::Wrapping | TaskStatus::Completed);
    if ended && task.transferred_to.is_some() && call_of(task).is_some() {
        return end_own(center, &session.worker_sid, task).await;
    }
    if !ended || task.transferred_to.is_some() {
        // The worker had the reservation once, and did not accept it; or the conversation goes on with another task.
        return Err(Refusal::new(Fault::Refused, "the reservation is over"));
    }
    end_outward(center, task).await?;
    router::tell(center, task).await.map_err(OpError::into)
}
