//! `task.transfer {task_sid, to}`: the task, and with it the conversation, goes to somebody else.

use super::about_task;
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::membership::hand_over;
use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::Center;
use crate::config::Config;
use crate::frames::Fault;
use crate::router::{self, TransferTarget};
use patchbay_model::WorkerSid;

/// Answers with the new task. Safe to repeat: the new task's id comes from the old one's, and a conversation that
/// has moved on is left alone.
pub(super) async fn transfer(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let task_sid = fields.sid("task_sid")?;
    let to = target(&*center.config().await?, fields.required_text("to", NAME_CHARS_MAX)?)?;
    let new = router::transfer(center, &session.worker_sid, &task_sid, to).await?;
    hand_over(center, &session.worker_sid, &task_sid, &new).await?;
    about_task(center, &new).await
}

/// A worker by SID, a task queue by SID or friendly name, or `workflow`: through the task's workflow again.
fn target(config: &Config, to: &str) -> Result<TransferTarget, Refusal> {
    if to == "workflow" {
        return Ok(TransferTarget::Workflow);
    }
    if let Ok(worker) = WorkerSid::parse(to) {
        return Ok(TransferTarget::Worker(worker));
    }
    match config.queue(to) {
        Some(queue) => Ok(TransferTarget::Queue(queue.sid.clone())),
        None => Err(Refusal::new(Fault::NotFound, "there is no such worker or task queue")),
    }
}
