//! `reservation.reject {reservation_sid, activity?}`: the task goes to somebody else.

use super::about_task;
use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::Center;
use crate::router;

/// Answers with the task; `activity` (SID or friendly name) is where the worker goes. Safe to repeat: a
/// reservation that was given back is not given back again.
pub(super) async fn reject(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let reservation = fields.sid("reservation_sid")?;
    let activity = fields.text("activity", NAME_CHARS_MAX)?;
    let task = router::reject(center, &session.worker_sid, &reservation, activity).await?;
    about_task(center, &task).await
}
