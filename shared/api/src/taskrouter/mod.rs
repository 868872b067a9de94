//! TaskRouter's REST API, version 1, as its official SDKs call it: a file per resource.

mod activities;
mod reservations;
mod task_channels;
mod task_queues;
mod tasks;
mod worker_channels;
mod workers;
mod workflows;
mod workspaces;

#[cfg(test)]
mod tests;

use crate::Shared;
use crate::twilio::{self, TwilioError, TwilioRoute};
use axum::Router;
use axum::routing::{delete, get, post};
use patchbay_center::token::Role::{Admin, Agent, Supervisor};

#[rustfmt::skip]
pub(crate) const ROUTES: &[TwilioRoute] = &[
    TwilioRoute { method: "get", path: "/v1/Workspaces", least: Supervisor, serve: || get(workspaces::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces", least: Admin, serve: || post(workspaces::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}", least: Supervisor, serve: || get(workspaces::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}", least: Admin, serve: || post(workspaces::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}", least: Admin, serve: || delete(workspaces::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Activities", least: Supervisor, serve: || get(activities::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Activities", least: Admin, serve: || post(activities::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Activities/{sid}", least: Supervisor, serve: || get(activities::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Activities/{sid}", least: Admin, serve: || post(activities::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}/Activities/{sid}", least: Admin, serve: || delete(activities::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/TaskChannels", least: Supervisor, serve: || get(task_channels::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/TaskChannels", least: Admin, serve: || post(task_channels::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/TaskChannels/{sid}", least: Supervisor, serve: || get(task_channels::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/TaskChannels/{sid}", least: Admin, serve: || post(task_channels::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}/TaskChannels/{sid}", least: Admin, serve: || delete(task_channels::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/TaskQueues", least: Supervisor, serve: || get(task_queues::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/TaskQueues", least: Admin, serve: || post(task_queues::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/TaskQueues/{sid}", least: Supervisor, serve: || get(task_queues::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/TaskQueues/{sid}", least: Admin, serve: || post(task_queues::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}/TaskQueues/{sid}", least: Admin, serve: || delete(task_queues::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workflows", least: Supervisor, serve: || get(workflows::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Workflows", least: Admin, serve: || post(workflows::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workflows/{sid}", least: Supervisor, serve: || get(workflows::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Workflows/{sid}", least: Admin, serve: || post(workflows::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}/Workflows/{sid}", least: Admin, serve: || delete(workflows::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workers", least: Supervisor, serve: || get(workers::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Workers", least: Admin, serve: || post(workers::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workers/{sid}", least: Supervisor, serve: || get(workers::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Workers/{sid}", least: Supervisor, serve: || post(workers::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}/Workers/{sid}", least: Admin, serve: || delete(workers::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workers/{sid}/Channels", least: Supervisor, serve: || get(worker_channels::list) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workers/{sid}/Channels/{channel}", least: Supervisor, serve: || get(worker_channels::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Workers/{sid}/Channels/{channel}", least: Admin, serve: || post(worker_channels::update) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workers/{sid}/Reservations", least: Supervisor, serve: || get(reservations::list_of_worker) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Workers/{sid}/Reservations/{reservation}", least: Supervisor, serve: || get(reservations::fetch_of_worker) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Workers/{sid}/Reservations/{reservation}", least: Supervisor, serve: || post(reservations::update_of_worker) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Tasks", least: Supervisor, serve: || get(tasks::list) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Tasks", least: Agent, serve: || post(tasks::create) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Tasks/{sid}", least: Supervisor, serve: || get(tasks::fetch) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Tasks/{sid}", least: Supervisor, serve: || post(tasks::update) },
    TwilioRoute { method: "delete", path: "/v1/Workspaces/{workspace}/Tasks/{sid}", least: Admin, serve: || delete(tasks::remove) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Tasks/{sid}/Reservations", least: Supervisor, serve: || get(reservations::list_of_task) },
    TwilioRoute { method: "get", path: "/v1/Workspaces/{workspace}/Tasks/{sid}/Reservations/{reservation}", least: Supervisor, serve: || get(reservations::fetch_of_task) },
    TwilioRoute { method: "post", path: "/v1/Workspaces/{workspace}/Tasks/{sid}/Reservations/{reservation}", least: Supervisor, serve: || post(reservations::update_of_task) },
];

pub(crate) fn router(center: &Shared) -> Router<Shared> {
    twilio::router(center, ROUTES, "/v1/{*rest}")
}

/// The place of a document with this id.
fn position<T: patchbay_center::config::Named>(
    documents: &[T],
    sid: &T::Sid,
    what: &str,
) -> Result<usize, TwilioError>
where
    T::Sid: PartialEq,
{
    documents.iter().position(|document| document.id() == *sid).ok_or_else(|| TwilioError::not_found(what))
}

/// Refuses a name that another document has: documents may refer by it.
fn check_free<T: patchbay_center::config::Named>(
    documents: &[T],
    name: &str,
    own: Option<usize>,
) -> Result<(), TwilioError> {
    let taken =
        |(at, document): (usize, &T)| Some(at) != own && document.friendly_name().eq_ignore_ascii_case(name);
    match documents.iter().enumerate().any(taken) {
        true => Err(TwilioError::conflict(format!("the name {name:?} is taken"))),
        false => Ok(()),
    }
}

/// Refuses a setting that is not had here, unless it is to be empty.
fn not_had(call: &twilio::Call, names: &[&str]) -> Result<(), TwilioError> {
    match names.iter().find(|name| call.form.get(name).is_some_and(|value| !value.is_empty())) {
        Some(name) => {
            Err(TwilioError::bad_request(format!("{name} cannot be had here: leave it out or empty")))
        }
        None => Ok(()),
    }
}
