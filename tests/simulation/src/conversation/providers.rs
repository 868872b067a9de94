//! The servers that are called: LINE, Telegram, Twilio, and the flow's bot. They may be too busy, lose the call or the answer,
//! and they remember what they took.

use super::setup::{Accounts, BOT};
use super::webhooks::Post;
use crate::faults::Fault;
use crate::world::{SimWorld, lock, yield_point};
use async_trait::async_trait;
use patchbay_center::ports::{Http, HttpError, HttpRequest, HttpResponse, World};
use patchbay_channels::simulate::{Answer, Delivery, Receipt};
use patchbay_channels::{Headers, ProviderRequest, ProviderResponse, Simulated};
use patchbay_model::{ChannelKind, MessageStatus};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Milliseconds until a receipt is posted, more than a minute of which is also ahead of the call's own answer.
const RECEIPT_MS: std::ops::Range<i64> = 0..120_000;

/// A message that a provider took.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Taken {
    pub kind: ChannelKind,
    pub to: String,
    pub text: String,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    /// LINE: who may be answered for free, once.
    tokens: BTreeMap<String, String>,
    /// LINE: the calls that would be recognised.
    keys: BTreeSet<String>,
    receipts: Vec<Post>,
    calls: usize,
}

pub(super) struct Providers {
    world: Arc<SimWorld>,
    accounts: Accounts,
    state: Mutex<State>,
}

impl Providers {
    pub fn new(world: Arc<SimWorld>, accounts: Accounts) -> Providers {
        Providers { world, accounts, state: Mutex::default() }
    }

    /// A customer has written by this webhook: LINE lets us answer.
    pub fn customer_wrote(&self, body: &[u8], from: &str) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        for event in body["events"].as_array().into_iter().flatten() {
            if let Some(token) = event["replyToken"].as_str() {
                lock(&self.state).tokens.insert(token.to_owned(), from.to_owned());
            }
        }
    }

    /// Webhooks that tell what became of messages, not yet posted.
    pub fn take_receipts(&self) -> Vec<Post> {
        std::mem::take(&mut lock(&self.state).receipts)
    }

    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.state).taken.clone()
    }

    /// Carries a call out.
    fn carry_out(&self, kind: ChannelKind, request: &ProviderRequest) -> ProviderResponse {
        let account = self.accounts[&kind].as_ref();
        let state = &mut *lock(&self.state);
        state.calls += 1;
        let seed = format!("call {}", state.calls);
        let refused = |status| account.provider_answer(request, &Answer::error(status));
        let delivery = if let Some(token) = account.reply_token(request) {
            let lapsed = self.world.chance(|faults| faults.busy);
            match state.tokens.remove(&token).filter(|_| !lapsed) {
                Some(to) => account.read_reply(request, &to),
                None => return refused(400),
            }
        } else {
            match account.idempotency_key(request) {
                Some(key) if !state.keys.insert(key.clone()) => return refused(409),
                _ => account.read_delivery(request),
            }
        };
        let Some(Delivery { to, texts, .. }) = delivery else { return refused(400) };
        let text = texts.concat();
        self.world.tell(|| format!("{kind} takes {text:?} to {to}"));
        state.taken.push(Taken { kind, to: to.clone(), text });
        let answer = account.provider_answer(request, &Answer::Success { seed });
        state.receipts.extend(self.receipts(account, request, &answer, &to));
        answer
    }

    /// What the provider will tell of a message, where it tells anything: in no order, and some of it twice.
    fn receipts(
        &self,
        account: &dyn Simulated,
        request: &ProviderRequest,
        answer: &ProviderResponse,
        to: &str,
    ) -> Vec<Post> {
        let ProviderResponse::Http { body, .. } = answer else { return Vec::new() };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let id = body["sid"].as_str().unwrap_or_default();
        let fails = self.world.dice(|rng| rng.u32(0..8) == 0);
        let end = if fails { MessageStatus::Failed } else { MessageStatus::Delivered };
        let tells = |status| {
            let wait = self.world.dice(|rng| rng.i64(RECEIPT_MS));
            let at = self.world.now().plus_ms(wait);
            let receipt = Receipt { provider_id: id.to_owned(), status, code: None, at };
            let webhook = account.status_webhook(request, &receipt)?;
            Some(Post::new(account.kind(), to.to_owned(), webhook, at))
        };
        [MessageStatus::Sent, end].into_iter().filter_map(tells).collect()
    }
}

#[async_trait]
impl Http for Providers {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        yield_point().await;
        let fault = self.world.fault();
        let busy = self.world.chance(|faults| faults.busy);
        self.world.tell(|| format!("call {} fault {fault:?} busy {busy}", request.url));
        if fault == Some(Fault::Before) {
            let why = "the simulation says so".to_owned();
            let dice = self.world.dice(|rng| rng.bool());
            return Err(if dice { HttpError::NotSent(why) } else { HttpError::NoAnswer(why) });
        }
        let response = if request.url == BOT {
            let headers = Headers::from_iter([("content-type", "application/json")]);
            let body = json!({"topic": "billing"}).to_string().into_bytes();
            ProviderResponse::Http { status: if busy { 503 } else { 200 }, headers, body }
        } else {
            let named = [("line", ChannelKind::Line), ("telegram", ChannelKind::Telegram)];
            let of_url = named.iter().find(|(name, _)| request.url.contains(name));
            let kind = of_url.map_or(ChannelKind::Sms, |(_, kind)| *kind);
            let request = as_rendered(request);
            if busy {
                let status = if self.world.dice(|rng| rng.bool()) { 429 } else { 500 };
                self.accounts[&kind].provider_answer(&request, &Answer::error(status))
            } else {
                self.carry_out(kind, &request)
            }
        };
        if fault == Some(Fault::After) {
            return Err(HttpError::NoAnswer("the simulation says so".into()));
        }
        yield_point().await;
        match response {
            ProviderResponse::Http { status, headers, body } => {
                let headers = headers.iter().map(|(name, value)| (name.to_lowercase(), value.to_owned()));
                Ok(HttpResponse { status, headers: headers.collect(), body })
            }
            ProviderResponse::NotSent | ProviderResponse::TimedOut => {
                Err(HttpError::NoAnswer("the provider hung up".into()))
            }
        }
    }
}

fn as_rendered(request: HttpRequest) -> ProviderRequest {
    ProviderRequest {
        method: request.method,
        url: request.url,
        headers: Headers::from_iter(request.headers),
        body: request.body,
        idempotent: false,
        on_refused: None,
    }
}
