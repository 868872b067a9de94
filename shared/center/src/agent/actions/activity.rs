//! `worker.activity {activity, worker_sid?}`: a worker goes to an activity, named by SID or friendly name.

use crate::agent::Session;
use crate::agent::answer::Answer;
use crate::agent::request::{Fields, NAME_CHARS_MAX, Refusal};
use crate::center::Center;
use crate::frames::{Fault, worker_payload};
use crate::router::{self, OpError};
use crate::store::load_profile;
use crate::token::Role;

/// Answers with the worker: oneself, or whom a supervisor names. Safe to repeat: an activity that it is in already is
/// not entered again.
pub(super) async fn activity(center: &Center, session: &Session, fields: &Fields) -> Result<Answer, Refusal> {
    let name = fields.required_text("activity", NAME_CHARS_MAX)?;
    let sid = match fields.get("worker_sid") {
        Some(_) => fields.sid("worker_sid")?,
        None => session.worker_sid.clone(),
    };
    if sid != session.worker_sid && session.role < Role::Supervisor {
        return Err(Refusal::new(Fault::NotYours, "another worker's activity is for supervisors to change"));
    }
    let worker = router::set_activity(center, &sid, name).await?;
    if sid != session.worker_sid {
        tracing::info!(worker = %sid, by = %session.worker_sid, activity = %worker.activity_sid, "activity set");
    }
    let profile =
        load_profile(center.table.as_ref(), &worker.sid).await?.ok_or(OpError::NotFound("worker"))?;
    let config = center.config().await?;
    Ok(Answer::default().with("worker", worker_payload(&config, &worker, &profile)))
}
