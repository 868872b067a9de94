//! `worker.activity {activity}`: the worker goes to an activity, named by SID or friendly name.

use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::Center;
use crate::frames::worker_payload;
use crate::router::{self, OpError};
use crate::store::load_profile;

/// Answers with the worker. Safe to repeat: an activity that it is in already is not entered again.
pub(super) async fn activity(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let name = fields.required_text("activity", NAME_CHARS_MAX)?;
    let worker = router::set_activity(center, &session.worker_sid, name).await?;
    let profile =
        load_profile(center.table.as_ref(), &worker.sid).await?.ok_or(OpError::NotFound("worker"))?;
    let config = center.config().await?;
    Ok(Answer::default().with("worker", worker_payload(&config, &worker, &profile)))
}
