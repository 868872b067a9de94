//! Which call a worker is in as a supervisor: nothing else leads to the call from a worker who has no task of it.

use super::OpError;
use super::presence::change_worker;
use crate::center::Center;
use patchbay_model::WorkerSid;
use patchbay_model::worker::Watched;

/// Notes that a worker comes into a call. A phone is in one: the note takes the place of the one before.
///
/// Safe to repeat: it is a state.
pub(crate) async fn note_watched(center: &Center, sid: &WorkerSid, watched: &Watched) -> Result<(), OpError> {
    change_worker(center, sid, |_, worker, _| {
        let is_news = worker.watches.as_ref() != Some(watched);
        worker.watches = Some(watched.clone());
        is_news
    })
    .await?;
    Ok(())
}

/// Forgets a call in which the worker is not any more.
///
/// Safe to repeat, and late: another call is not meant, nor the same if the worker has come once more.
pub(crate) async fn forget_watched(
    center: &Center,
    sid: &WorkerSid,
    watched: &Watched,
) -> Result<(), OpError> {
    change_worker(center, sid, |_, worker, _| worker.watches.take_if(|known| known == watched).is_some())
        .await?;
    Ok(())
}
