//! What a client can ask, one file per action.

mod accept;
mod activity;
mod call;
mod complete;
mod contact;
mod content;
mod hand_over;
mod history;
mod invite;
mod later;
mod note;
mod ping;
mod read;
mod recipient;
mod reject;
mod send;
mod start;
mod sync;
mod transfer;
mod typing;
mod withdraw;
mod wrap;

#[cfg(test)]
pub(super) use note::{NOTE_CHARS_MAX, OFFER_NOTE_CHARS_MAX};

use super::Session;
use super::answer::Answer;
use super::request::{Refusal, Request};
use crate::center::Center;
use crate::frames::{Fault, task_payload};
use patchbay_model::Task;

/// Does what a request asks.
pub(super) async fn act(
    center: &Center,
    session: &Session,
    connection: &str,
    request: &Request,
) -> Result<Answer, Refusal> {
    let fields = &request.fields;
    match request.action.as_str() {
        "sync" => sync::sync(center, session, fields).await,
        "worker.activity" => activity::activity(center, session, fields).await,
        "reservation.accept" => accept::accept(center, session, fields).await,
        "reservation.reject" => reject::reject(center, session, fields).await,
        "reservation.wrap" => wrap::wrap(center, session, fields).await,
        "reservation.complete" => complete::complete(center, session, fields).await,
        "message.send" => send::send(center, session, connection, request).await,
        "message.cancel" => later::cancel_later(center, session, connection, fields).await,
        "message.reschedule" => later::change_later(center, session, connection, fields).await,
        "message.typing" => typing::typing(center, session, fields).await,
        "conversation.read" => read::read(center, session, connection, fields).await,
        "conversation.history" => history::history(center, session, fields).await,
        "contact.update" => contact::update(center, session, fields).await,
        "contact.merge" => contact::merge(center, session, fields).await,
        "contact.unmerge" => contact::unmerge(center, session, fields).await,
        "note.add" => note::add(center, session, request).await,
        "task.transfer" => Box::pin(transfer::transfer(center, session, request)).await,
        "task.invite" => Box::pin(invite::invite(center, session, request)).await,
        "task.withdraw" => withdraw::withdraw(center, session, fields).await,
        "task.hand_over" => Box::pin(hand_over::hand_over(center, session, fields)).await,
        "call.start" => Box::pin(start::start(center, session, request)).await,
        "ping" => Ok(ping::ping(center)),
        action if action.starts_with("call.") => Box::pin(call::act(center, session, request)).await,
        _ => Err(Refusal::new(Fault::UnknownAction, "there is no such action")),
    }
}

/// The answer about a task.
async fn about_task(center: &Center, task: &Task) -> Result<Answer, Refusal> {
    let config = center.config().await?;
    Ok(Answer::default().with("task", task_payload(&config, task)))
}
