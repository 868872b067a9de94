//! Every path of `/api`: one line each, with who may call it.

use crate::Shared;
use crate::access::{Access, authorise};
use crate::resources::{
    accounts, config, contacts, conversations, dead_letters, desk, floor, history, media, problems, search,
    tasks, token, voice, workers,
};
use crate::{error::ApiError, openapi};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, patch, post};
use patchbay_center::token::Role;

/// A path and what is known of it.
pub(crate) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    /// The operation's name for generated clients.
    pub operation: &'static str,
    pub summary: &'static str,
    /// Query parameters with their types.
    pub query: &'static [(&'static str, &'static str)],
    /// Schema of the body, where there is one.
    pub body: Option<&'static str>,
    /// Status and schema of the answer.
    pub answer: (u16, &'static str),
    pub serve: fn() -> MethodRouter<Shared>,
}

const AGENT: Access = Access::Token(Role::Agent);
const SUPERVISOR: Access = Access::Token(Role::Supervisor);
const ADMIN: Access = Access::Token(Role::Admin);

const PAGE: &[(&str, &str)] = &[("limit", "integer")];
const HISTORY: &[(&str, &str)] = &[("before", "integer"), ("after", "integer"), ("limit", "integer")];
const ADDRESS: &[(&str, &str)] =
    &[("channel", "string"), ("account", "string"), ("address", "string"), ("identity", "string")];
const DEAD_LETTERS: &[(&str, &str)] = &[("queue", "string"), ("limit", "integer")];
const AFTER: &[(&str, &str)] = &[("after", "string"), ("limit", "integer")];
const WORKERS: &[(&str, &str)] = &[("after", "string"), ("limit", "integer"), ("states", "boolean")];
const STATS: &[(&str, &str)] = &[
    ("from", "integer"),
    ("to", "integer"),
    ("interval_s", "integer"),
    ("by", "string"),
    ("queue", "string"),
    ("format", "string"),
];
const TASKS: &[(&str, &str)] = &[("queue", "string"), ("worker", "string"), ("limit", "integer")];
const QUESTION: &[(&str, &str)] = &[("q", "string"), ("limit", "integer")];
const WORDS: &[(&str, &str)] = &[("q", "string"), ("before", "integer")];
const OVER: &[(&str, &str)] = &[("over", "integer")];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route { method: "get", path: "/api/openapi.json", access: Access::Anybody, operation: "getOpenApi", summary: "This document", query: &[], body: None, answer: (200, "OpenApi"), serve: || get(openapi::serve) },
    Route { method: "post", path: "/api/token", access: Access::Anybody, operation: "signIn", summary: "A token for whom an ID token of the center's identity provider speaks of", query: &[], body: Some("IdToken"), answer: (200, "SignedIn"), serve: || post(token::exchange) },
    Route { method: "get", path: "/api/contacts", access: AGENT, operation: "findContacts", summary: "The contact with an address, if there is one", query: ADDRESS, body: None, answer: (200, "Contacts"), serve: || get(contacts::find) },
    Route { method: "get", path: "/api/contacts/{sid}", access: AGENT, operation: "getContact", summary: "A contact", query: &[], body: None, answer: (200, "Contact"), serve: || get(contacts::fetch) },
    Route { method: "patch", path: "/api/contacts/{sid}", access: AGENT, operation: "changeContact", summary: "Sets name, attributes, tags or notes of a contact; null removes", query: &[], body: Some("ContactChange"), answer: (200, "Contact"), serve: || patch(contacts::change) },
    Route { method: "delete", path: "/api/contacts/{sid}", access: ADMIN, operation: "eraseContact", summary: "Has everything about a contact erased", query: &[], body: None, answer: (202, "Erasure"), serve: || delete(contacts::erase) },
    Route { method: "get", path: "/api/erasures/{sid}", access: ADMIN, operation: "getErasure", summary: "How far the erasure of a contact has come", query: &[], body: None, answer: (200, "Erasure"), serve: || get(contacts::erasure) },
    Route { method: "post", path: "/api/contacts/{sid}/merge", access: AGENT, operation: "mergeContacts", summary: "Two contacts are one person: answers with the one that stays", query: &[], body: Some("Merge"), answer: (200, "Contact"), serve: || post(contacts::merge) },
    Route { method: "post", path: "/api/contacts/{sid}/unmerge", access: AGENT, operation: "unmergeContact", summary: "A contact that was merged into another is somebody else after all", query: &[], body: None, answer: (200, "Contacts"), serve: || post(contacts::unmerge) },
    Route { method: "get", path: "/api/contacts/{sid}/merges", access: AGENT, operation: "listMerges", summary: "Who was found to be this contact, by whom and when, oldest first", query: &[], body: None, answer: (200, "Merges"), serve: || get(contacts::merges) },
    Route { method: "get", path: "/api/contacts/{sid}/conversations", access: AGENT, operation: "listConversations", summary: "A contact's conversations, newest first", query: PAGE, body: None, answer: (200, "Conversations"), serve: || get(contacts::conversations) },
    Route { method: "get", path: "/api/contacts/{sid}/messages", access: AGENT, operation: "listContactMessages", summary: "A contact's messages, oldest first", query: HISTORY, body: None, answer: (200, "Messages"), serve: || get(contacts::messages) },
    Route { method: "get", path: "/api/contacts/{sid}/search", access: AGENT, operation: "searchMessages", summary: "A contact's messages in which all of these words occur, oldest first", query: WORDS, body: None, answer: (200, "FoundMessages"), serve: || get(search::messages) },
    Route { method: "get", path: "/api/search", access: AGENT, operation: "searchContacts", summary: "Contacts by the beginnings of their names' words, the end of a number, a mail's local part, company or tag, with their newest conversation", query: QUESTION, body: None, answer: (200, "FoundContacts"), serve: || get(search::contacts) },
    Route { method: "get", path: "/api/conversations/{sid}", access: AGENT, operation: "getConversation", summary: "A conversation", query: &[], body: None, answer: (200, "Conversation"), serve: || get(conversations::fetch) },
    Route { method: "get", path: "/api/conversations/{sid}/messages", access: AGENT, operation: "listMessages", summary: "A conversation's messages, oldest first", query: HISTORY, body: None, answer: (200, "Messages"), serve: || get(conversations::messages) },
    Route { method: "get", path: "/api/workers", access: AGENT, operation: "listWorkers", summary: "Workers, in the order of their ids; with states what each does, too", query: WORKERS, body: None, answer: (200, "Workers"), serve: || get(workers::list) },
    Route { method: "post", path: "/api/uploads", access: AGENT, operation: "createUpload", summary: "A form by which a browser uploads one file, and the reference that a message then has", query: &[], body: Some("NewUpload"), answer: (201, "Upload"), serve: || post(media::upload) },
    Route { method: "post", path: "/api/media/fetch", access: AGENT, operation: "fetchMedia", summary: "Fetches an attachment of a customer once more", query: &[], body: Some("MediaFetch"), answer: (202, "MediaFetch"), serve: || post(media::fetch_again) },
    Route { method: "get", path: "/api/workers/{sid}", access: SUPERVISOR, operation: "getWorker", summary: "A worker and its state", query: &[], body: None, answer: (200, "Worker"), serve: || get(workers::fetch) },
    Route { method: "get", path: "/api/desk", access: AGENT, operation: "getDesk", summary: "What an agent's desk needs to know of the configuration", query: &[], body: None, answer: (200, "Desk"), serve: || get(desk::fetch) },
    Route { method: "post", path: "/api/voice/token", access: AGENT, operation: "createVoiceToken", summary: "A token with which the agent's browser is their telephone", query: &[], body: None, answer: (200, "VoiceToken"), serve: || post(voice::token) },
    Route { method: "get", path: "/api/tasks/{sid}", access: AGENT, operation: "getTask", summary: "A task", query: &[], body: None, answer: (200, "Task"), serve: || get(tasks::fetch) },
    Route { method: "post", path: "/api/tasks/{sid}/cancel", access: SUPERVISOR, operation: "cancelTask", summary: "Asks for a task to be canceled", query: &[], body: Some("TaskCancel"), answer: (202, "Task"), serve: || post(tasks::cancel) },
    Route { method: "get", path: "/api/stats", access: SUPERVISOR, operation: "getStats", summary: "What became of tasks, by interval and queue, worker or channel; as CSV, too", query: STATS, body: None, answer: (200, "Stats"), serve: || get(history::stats) },
    Route { method: "get", path: "/api/floor/queues", access: SUPERVISOR, operation: "listFloorQueues", summary: "Task queues as they are now: who waits, and who could serve them", query: AFTER, body: None, answer: (200, "FloorQueues"), serve: || get(floor::queues) },
    Route { method: "get", path: "/api/floor/workers", access: SUPERVISOR, operation: "listFloorWorkers", summary: "Workers as they are now: activity, load, tasks", query: AFTER, body: None, answer: (200, "FloorWorkers"), serve: || get(floor::workers) },
    Route { method: "get", path: "/api/floor/tasks", access: SUPERVISOR, operation: "listFloorTasks", summary: "The tasks that wait in a queue, or that a worker holds", query: TASKS, body: None, answer: (200, "FloorTasks"), serve: || get(floor::list_tasks) },
    Route { method: "get", path: "/api/config", access: SUPERVISOR, operation: "getConfig", summary: "The configuration in force", query: &[], body: None, answer: (200, "Config"), serve: || get(config::fetch) },
    Route { method: "post", path: "/api/config", access: ADMIN, operation: "applyConfig", summary: "Puts a configuration in force, or says everything that is wrong with it", query: OVER, body: Some("ConfigDocuments"), answer: (200, "Applied"), serve: || post(config::apply) },
    Route { method: "post", path: "/api/config/check", access: ADMIN, operation: "checkConfig", summary: "Everything that is wrong with a configuration; nothing is put in force", query: &[], body: Some("ConfigDocuments"), answer: (200, "Faults"), serve: || post(config::check) },
    Route { method: "post", path: "/api/config/hours", access: ADMIN, operation: "previewHours", summary: "When a schedule of opening hours is open, or what is wrong with it; nothing is put in force", query: &[], body: Some("Schedule"), answer: (200, "HoursPreview"), serve: || post(config::preview_hours) },
    Route { method: "post", path: "/api/config/match", access: ADMIN, operation: "matchWorkers", summary: "Which workers a task would be offered to on its way through a workflow, and why; nothing is put in force", query: &[], body: Some("MatchQuestion"), answer: (200, "Matching"), serve: || post(config::match_workers) },
    Route { method: "get", path: "/api/config/versions", access: ADMIN, operation: "listConfigVersions", summary: "The newest versions of the configuration that are kept, the one in force first", query: &[], body: None, answer: (200, "ConfigVersions"), serve: || get(config::versions) },
    Route { method: "get", path: "/api/config/versions/{version}", access: ADMIN, operation: "getConfigVersion", summary: "The documents of a version, without the workers", query: &[], body: None, answer: (200, "Config"), serve: || get(config::version) },
    Route { method: "get", path: "/api/accounts", access: ADMIN, operation: "listAccounts", summary: "The channels' accounts", query: &[], body: None, answer: (200, "Accounts"), serve: || get(accounts::list) },
    Route { method: "post", path: "/api/accounts/check", access: ADMIN, operation: "checkAccount", summary: "Asks the provider who an account is", query: &[], body: Some("AccountName"), answer: (200, "AccountCheck"), serve: || post(accounts::check) },
    Route { method: "get", path: "/api/problems", access: SUPERVISOR, operation: "listProblems", summary: "What went wrong with something from outside, newest first", query: PAGE, body: None, answer: (200, "Problems"), serve: || get(problems::list) },
    Route { method: "get", path: "/api/dead-letters", access: ADMIN, operation: "listDeadLetters", summary: "Messages that a queue has given up, oldest first", query: DEAD_LETTERS, body: None, answer: (200, "DeadLetters"), serve: || get(dead_letters::list) },
    Route { method: "post", path: "/api/dead-letters/redrive", access: ADMIN, operation: "redriveDeadLetters", summary: "Sends messages that a queue has given up again, oldest first", query: &[], body: Some("Redrive"), answer: (200, "Redriven"), serve: || post(dead_letters::redrive) },
];

pub(crate) fn router(center: &Shared) -> Router<Shared> {
    let mut router = Router::new();
    for route in ROUTES {
        let check = from_fn_with_state((center.clone(), route.access), authorise);
        router = router.route(route.path, (route.serve)().layer(check));
    }
    router.route("/api/{*rest}", axum::routing::any(nothing))
}

async fn nothing() -> ApiError {
    ApiError::not_found("path")
}
