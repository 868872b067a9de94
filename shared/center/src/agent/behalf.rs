//! What a program does in a worker's place, by the same actions as the worker's own client.

use super::Session;
use super::actions::act;
use super::request::{Fields, Request};
use crate::center::Center;
use crate::frames::Fault;
use crate::token::Role;
use patchbay_model::{Timestamp, WorkerSid};
use serde_json::{Map, Value};

/// Does for a worker what its client would ask; whether whoever asks may do so is settled before. Why it was not done,
/// in the words that the client would hear.
///
/// Safe to repeat as the action is.
pub async fn act_for(
    center: &Center,
    worker: &WorkerSid,
    action: &str,
    fields: Map<String, Value>,
) -> Result<(), (Fault, String)> {
    let session = Session { worker_sid: worker.clone(), role: Role::Agent, expires_at: Timestamp(i64::MAX) };
    let request = Request { id: None, action: action.to_owned(), fields: Fields::new(fields) };
    match Box::pin(act(center, &session, "", &request)).await {
        Ok(_) => Ok(()),
        Err(refusal) => Err((refusal.fault, refusal.message)),
    }
}
