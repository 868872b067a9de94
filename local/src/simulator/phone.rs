//! Phones: `/simulator/api/voice/…`. The network is pure (`patchbay_channels::voice::network`); here its questions are
//! posted to the center and its time passes.

use super::{Simulator, bad_request, customer};
use axum::Json;
use axum::extract::{Path, Query, State};
use patchbay_api::{ApiError, ErrorCode};
use patchbay_channels::voice::Voice;
use patchbay_channels::voice::network::{Act, ActError, Asked, Effect, Network, RecordingStatus, Seen};
use patchbay_channels::{ProviderRequest, ProviderResponse};
use patchbay_edge::Account;
use patchbay_model::id::hex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Twilio's code of a URL that does not answer, or not with a document.
const NO_DOCUMENT: u32 = 11200;

/// The networks around the accounts' numbers, by account.
#[derive(Default)]
pub(super) struct Phones(Mutex<BTreeMap<String, Network>>);

impl Phones {
    fn with<T>(
        &self,
        account: &str,
        voice: &Voice,
        seed: impl Fn() -> String,
        what: impl FnOnce(&mut Network) -> T,
    ) -> T {
        let mut networks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        what(networks.entry(account.to_owned()).or_insert_with(|| voice.network(&seed())))
    }
}

/// Does something in the network of an account.
pub(super) fn within<T>(
    simulator: &Simulator,
    account: &Account,
    what: impl FnOnce(&mut Network, &Voice) -> T,
) -> Result<T, ApiError> {
    let voice = account.channel.voice().ok_or_else(|| bad_request("this channel has no phones"))?;
    let seed = || hex(&simulator.played.world.id());
    Ok(simulator.phones.with(&account.name, voice, seed, |network| what(network, voice)))
}

/// Carries out what the network asks for, without waiting for it. What is told is told in its order, unless it is late.
fn perform(simulator: &Simulator, account: &Account, effects: Vec<Effect>) {
    let (told, others): (Vec<Effect>, Vec<Effect>) =
        effects.into_iter().partition(|effect| matches!(effect, Effect::Tell { after_ms: 0, .. }));
    for work in others.into_iter().map(|effect| vec![effect]).chain([told]) {
        let (simulator, account) = (simulator.clone(), account.clone());
        tokio::spawn(boxed(async move {
            for effect in work {
                let follows = carry_out(&simulator, &account, effect).await;
                perform(&simulator, &account, follows);
            }
        }));
    }
}

/// What is done may lead to more of the same: a future that holds itself needs a box.
fn boxed(work: impl Future<Output = ()> + Send + 'static) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(work)
}

async fn carry_out(simulator: &Simulator, account: &Account, effect: Effect) -> Vec<Effect> {
    let follows = match effect {
        Effect::Tell { request, after_ms } => {
            if after_ms > 0 {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
            }
            // Nobody reads the answer; that there was none is logged where it is noticed.
            let _ = post(simulator, account, &request).await;
            return Vec::new();
        }
        Effect::Ask { call, turn, request } => {
            let answer = post(simulator, account, &request).await;
            let now = simulator.played.world.now();
            let document = answer.as_deref().map_err(|code| *code);
            within(simulator, account, |network, _| network.answered(&call, turn, document, now))
        }
        Effect::Timer { call, turn, after_ms } => {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            let now = simulator.played.world.now();
            within(simulator, account, |network, _| network.elapsed(&call, turn, now))
        }
    };
    follows.unwrap_or_default()
}

/// What the center answers: its document, or the provider's code of what is wrong with it.
async fn post(simulator: &Simulator, account: &Account, asked: &Asked) -> Result<String, u32> {
    let voice = account.channel.voice().ok_or(NO_DOCUMENT)?;
    let request = voice.sign_call(asked).ok_or(NO_DOCUMENT)?;
    let answer = customer::post(simulator, &request).await.map_err(|_| NO_DOCUMENT)?;
    match answer.status {
        200..=299 => Ok(String::from_utf8_lossy(&answer.body).into_owned()),
        _ => Err(NO_DOCUMENT),
    }
}

/// Twilio's answer to a call of its API; `None` for one that is about no call.
pub(super) fn answer_api(
    simulator: &Simulator,
    account: &Account,
    request: &ProviderRequest,
) -> Option<ProviderResponse> {
    account.channel.voice()?;
    let now = simulator.played.world.now();
    let answered = within(simulator, account, |network, voice| voice.play_api(network, request, now));
    let (response, effects) = answered.ok().flatten()?;
    perform(simulator, account, effects);
    Some(response)
}

/// Somebody calls.
#[derive(Deserialize)]
pub(super) struct Dialled {
    from: String,
    account: Option<String>,
}

pub(super) async fn dial(
    State(simulator): State<Simulator>,
    Json(dialled): Json<Dialled>,
) -> Result<Json<Value>, ApiError> {
    let account = account(&simulator, dialled.account.as_deref())?;
    if dialled.from.trim().is_empty() {
        return Err(bad_request("from is empty"));
    }
    let now = simulator.played.world.now();
    let (call, effects) = within(&simulator, &account, |network, _| network.dial(&dialled.from, now))?;
    perform(&simulator, &account, effects);
    Ok(Json(json!({ "call": call })))
}

pub(super) fn account(simulator: &Simulator, name: Option<&str>) -> Result<Account, ApiError> {
    simulator.account("voice", name.unwrap_or("default"))
}

/// Somebody at a phone does something: `keys` with `digits`, `say` with `text`, `hangup`, `answer`, `decline`; or a
/// machine does (`machine`), or what has the call ends (`finish` with its `result`).
#[derive(Deserialize)]
pub(super) struct Done {
    call: String,
    #[serde(default)]
    digits: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    result: BTreeMap<String, String>,
    account: Option<String>,
}

pub(super) async fn act(
    State(simulator): State<Simulator>,
    Path(act): Path<String>,
    Json(done): Json<Done>,
) -> Result<Json<Value>, ApiError> {
    let account = account(&simulator, done.account.as_deref())?;
    let act = match act.as_str() {
        "keys" => Act::Keys(keys(&done.digits)?),
        "say" => Act::Say(done.text),
        "hangup" => Act::HangUp,
        "answer" => Act::Answer,
        "decline" => Act::Decline,
        "machine" => Act::Machine,
        "finish" => Act::Finish(done.result.into_iter().collect()),
        _ => return Err(ApiError::new(ErrorCode::NotFound, "nobody at a phone does that")),
    };
    let now = simulator.played.world.now();
    let effects = within(&simulator, &account, |network, _| network.act(&done.call, &act, now))?;
    let effects = effects.map_err(|error| match error {
        ActError::NoCall => ApiError::new(ErrorCode::NotFound, error.to_string()),
        ActError::Over | ActError::NotRinging | ActError::NotAnswered | ActError::NothingToEnd => {
            ApiError::new(ErrorCode::Conflict, error.to_string())
        }
    })?;
    perform(&simulator, &account, effects);
    Ok(Json(json!({ "call": done.call })))
}

/// Keys as a phone has them.
fn keys(digits: &str) -> Result<String, ApiError> {
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    match !digits.is_empty() && digits.chars().all(is_key) {
        true => Ok(digits.to_owned()),
        false => Err(bad_request("digits are of 0 to 9, * and #")),
    }
}

#[derive(Deserialize)]
pub(super) struct Which {
    pub account: Option<String>,
}

pub(super) async fn one(
    State(simulator): State<Simulator>,
    Path(call): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Seen>, ApiError> {
    let account = account(&simulator, which.account.as_deref())?;
    let found = within(&simulator, &account, |network, _| network.seen(&call))?;
    found.map(Json).ok_or_else(|| ApiError::new(ErrorCode::NotFound, "there is no such call"))
}

/// Oldest first.
pub(super) async fn all(
    State(simulator): State<Simulator>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<Seen>>, ApiError> {
    let account = account(&simulator, which.account.as_deref())?;
    let mut calls: Vec<Seen> = within(&simulator, &account, |network, _| {
        network.calls().filter_map(|call| network.seen(&call.sid)).collect()
    })?;
    calls.sort_by(|a, b| (a.call.began_at, &a.call.sid).cmp(&(b.call.began_at, &b.call.sid)));
    Ok(Json(calls))
}

/// A recording, as it would be heard.
#[derive(Serialize)]
pub(super) struct Recorded {
    sid: String,
    status: RecordingStatus,
    text: String,
}

pub(super) async fn recordings(
    State(simulator): State<Simulator>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<Recorded>>, ApiError> {
    let account = account(&simulator, which.account.as_deref())?;
    let recorded = within(&simulator, &account, |network, _| {
        let all = network.recordings();
        all.map(|of| Recorded { sid: of.sid.clone(), status: of.status, text: of.text.clone() }).collect()
    })?;
    Ok(Json(recorded))
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn a_phone_has_twelve_keys() {
        let check = |digits: &str, ok: bool| assert_eq!(keys(digits).is_ok(), ok, "{digits:?}");
        check("0123456789*#", true);
        check("", false);
        check("a", false);
        check("+1", false);
    }
}
