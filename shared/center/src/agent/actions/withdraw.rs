//! `task.withdraw {task_sid}`: a colleague who has not come yet is not asked any more.

use super::about_task;
use super::transfer::{holder, stored};
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, Refusal};
use crate::center::Center;
use crate::frames::Fault;
use crate::router::{self, OpError};
use crate::token::Role;

/// Answers with the invitation's task, which is canceled. Whoever asked may do so, who has the conversation's task, and
/// every supervisor. Safe to repeat: a task that was canceled stays so.
pub(super) async fn withdraw(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let task = stored(center, &fields.sid("task_sid")?).await?;
    let me = &session.worker_sid;
    let Some(invitation) = task.invitation.as_ref() else {
        return Err(Refusal::new(Fault::Refused, "the task is no invitation"));
    };
    let may = session.role >= Role::Supervisor
        || invitation.by == *me
        || holder(&stored(center, &invitation.of).await?) == Some(me);
    if !may {
        return Err(OpError::NotYours.into());
    }
    about_task(center, &router::withdraw(center, &task.sid).await?).await
}
