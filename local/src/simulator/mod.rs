//! The other side of every channel, played at `/simulator`: customers who write, providers that answer, a chatbot.
//!
//! It speaks to the center over HTTP as the real ones do, so nothing in the center knows of it. What it keeps is in
//! memory, bounded, and gone with the process.

pub mod bot;
mod customer;
mod deliveries;
mod faults;
mod files;
mod listing;
pub(crate) mod page;
mod phone;
mod phone_faults;
mod provider;
mod tokens;
mod visitor;
mod written;

use crate::serve::{Sockets, local_only};
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{any, get, post};
use deliveries::Deliveries;
use faults::Faults;
use files::Files;
use patchbay_api::{ApiError, ErrorCode};
use patchbay_center::Center;
use patchbay_center::ports::{Http, World};
use patchbay_edge::Account;
use patchbay_model::ChannelKind;
use phone::Phones;
use std::sync::Arc;
use tokens::Remembered;

/// Bytes of a request to the simulator.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// The center whose other side is played.
#[derive(Clone)]
pub(crate) struct Played {
    /// Where its webhooks are, `http://127.0.0.1:8080`.
    pub url: String,
    pub accounts: Arc<Vec<Account>>,
    pub http: Arc<dyn Http>,
    pub world: Arc<dyn World>,
    /// The center itself with its sockets, where it runs in this process: visitors of web chat can be played then.
    pub beside: Option<(Arc<Center>, Sockets)>,
}

/// What the simulator knows. Clones share it.
#[derive(Clone)]
pub(crate) struct Simulator {
    played: Played,
    deliveries: Arc<Deliveries>,
    faults: Arc<Faults>,
    /// What customers have sent.
    files: Arc<Files>,
    /// Reply token → whose it is.
    reply_tokens: Arc<Remembered>,
    phones: Arc<Phones>,
    /// Idempotency key → the provider's id of the call that was made with it.
    calls: Arc<Remembered>,
    /// Visitors who are played.
    visitors: Arc<Remembered>,
}

impl Simulator {
    /// The account `name` of a channel.
    fn account(&self, channel: &str, name: &str) -> Result<Account, ApiError> {
        let unknown = || ApiError::new(ErrorCode::NotFound, "there is no such channel or account");
        let kind: ChannelKind = channel.parse().map_err(|_| unknown())?;
        let mut accounts = self.played.accounts.iter();
        accounts.find(|account| account.kind == kind && account.name == name).cloned().ok_or_else(unknown)
    }
}

/// The simulator. Its customers and its disorders are for this machine only; its providers and its chatbot are for
/// whoever may reach them.
pub(crate) fn router(played: Played) -> Router {
    let simulator = Simulator {
        played,
        deliveries: Arc::default(),
        faults: Arc::default(),
        files: Arc::default(),
        reply_tokens: Arc::default(),
        phones: Arc::default(),
        calls: Arc::default(),
        visitors: Arc::default(),
    };
    let customers = Router::new()
        .route("/api", get(listing::list))
        .route("/api/voice/calls", get(phone::all).post(phone::dial))
        .route("/api/voice/calls/{call}", get(phone::one))
        .route("/api/voice/phone/{act}", post(phone::act))
        .route("/api/voice/recordings", get(phone::recordings))
        .route("/api/voice/faults", get(phone_faults::ordered).post(phone_faults::order))
        .route("/api/{channel}/messages", post(customer::write))
        .route("/api/{channel}/deliveries", get(deliveries::list))
        .route("/api/{channel}/faults", post(faults::add))
        .layer(from_fn(local_only));
    Router::new()
        .merge(customers)
        .route("/provider/{channel}/{account}", any(provider::call))
        .route("/provider/{channel}/{account}/{*path}", any(provider::call))
        .route("/bot", post(bot::serve))
        .with_state(simulator)
}

fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, message)
}
