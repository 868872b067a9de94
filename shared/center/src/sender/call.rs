//! Calls of a provider, one after another.

use super::{Outcome, SenderError};
use crate::budget::calls_left_ms;
use crate::center::Center;
use crate::command::OutboundBody;
use crate::outbound;
use crate::ports::{HttpError, HttpRequest};
use crate::store::{Progress, begin_part, end_part, load_progress};
use patchbay_channels::{Channel, DeliveryOutcome, Headers, ProviderRequest, ProviderResponse, RefusalCause};
use patchbay_model::{ReplyContext, Timestamp};

/// Milliseconds until a provider's answer is given up.
const TIMEOUT_MS: u32 = 15_000;
/// Bytes of a provider's answer that are read.
const RESPONSE_BYTES_MAX: usize = 64 * 1024;

/// Makes the calls of a message that have not been made yet, each after the one before has been sent.
/// `again`: somebody may have begun before.
pub(super) async fn in_order(
    center: &Center,
    channel: &dyn Channel,
    entry: &OutboundBody,
    requests: Vec<ProviderRequest>,
    again: bool,
) -> Result<Outcome, SenderError> {
    let (table, message) = (center.table.as_ref(), &entry.message);
    // Only where a part must not be repeated is it worth writes to know how far it has come.
    let counted = requests.iter().any(|request| !request.idempotent);
    let mut part = 0;
    // A reply to LINE becomes a push when its token has lapsed, and nobody would take the two for one. A message that
    // was queued a second time, after the queue had forgotten the first, says nothing of its first delivery.
    let was_reply = matches!(message.reply_context, Some(ReplyContext::Token(_))) && !counted;
    // Nothing else stores a message before a call that may be repeated, and news of one that is not stored are lost: a
    // provider may tell them before whoever has queued the message comes to store it.
    let may_be_told_of = !counted && channel.capabilities().delivered_receipts;
    if again || was_reply || may_be_told_of {
        match next_part(center, entry, load_progress(table, &message.key).await?).await? {
            Ok(parts) => part = parts,
            Err(outcome) => return Ok(outcome),
        }
    }
    let mut provider_id = None;
    let began = center.now();
    while let Some(request) = requests.get(part) {
        if !request.idempotent
            && let Some(progress) = begin_part(table, &message.key, part).await?
        {
            match next_part(center, entry, progress).await? {
                Ok(parts) => part = parts,
                Err(outcome) => return Ok(outcome),
            }
            continue;
        }
        let of = || {
            if requests.len() > 1 {
                format!("part {} of {}: ", part + 1, requests.len())
            } else {
                String::new()
            }
        };
        match call(center, channel, request, began).await {
            DeliveryOutcome::Sent { provider_id: id } => {
                provider_id = provider_id.or(id);
                part += 1;
                if counted && part < requests.len() {
                    end_part(table, &message.key, part).await?;
                }
            }
            DeliveryOutcome::Retry { after_s: _, why } => {
                if !request.idempotent {
                    end_part(table, &message.key, part).await?;
                }
                return Ok(Outcome::Retry { why: of() + &why });
            }
            DeliveryOutcome::Refused { code, why, cause } => {
                return Ok(Outcome::Refused { code, why: of() + &why, cause: Some(cause) });
            }
            DeliveryOutcome::Unknown { why } => return Ok(Outcome::Unknown { why: of() + &why }),
            // `call` follows it to its end.
            DeliveryOutcome::Instead(_) => return Ok(Outcome::Unknown { why: of() + "no call was left" }),
        }
    }
    Ok(Outcome::Sent { provider_id })
}

/// The part that is to be called next, or what there is to say instead. A message that is not stored yet is stored,
/// and begins.
pub(super) async fn next_part(
    center: &Center,
    entry: &OutboundBody,
    progress: Progress,
) -> Result<Result<usize, Outcome>, SenderError> {
    Ok(Err(match progress {
        Progress::At(parts) => return Ok(Ok(parts)),
        Progress::InFlight => {
            let why = "a call was begun and its outcome was never noted".to_owned();
            Outcome::Unknown { why }
        }
        Progress::Decided(_) => Outcome::Decided,
        Progress::Missing if outbound::store(center, entry).await?.is_some() => return Ok(Ok(0)),
        Progress::Missing => Outcome::Refused {
            code: "missing".into(),
            why: "the message is not stored".into(),
            cause: Some(RefusalCause::Content),
        },
    }))
}

/// One call, or the one that stands in for it when it is refused. None is begun that might outlast what is left of
/// the message's time since `began`: a call that is cut off may have been carried out.
pub(super) async fn call(
    center: &Center,
    channel: &dyn Channel,
    request: &ProviderRequest,
    began: Timestamp,
) -> DeliveryOutcome {
    let mut request = request.clone();
    loop {
        if calls_left_ms(center.now().since_ms(began)) < TIMEOUT_MS {
            return DeliveryOutcome::Retry { after_s: 0, why: "the calls before it took too long".into() };
        }
        let response = match answer_to(center, &request).await {
            Ok(response) => response,
            Err(Refused(why)) => {
                let cause = RefusalCause::Account;
                return DeliveryOutcome::Refused { code: "forbidden".into(), why, cause };
            }
        };
        match channel.outcome(&request, &response) {
            DeliveryOutcome::Instead(other) => request = *other,
            outcome => return outcome,
        }
    }
}

/// Our own rules forbid a call, and why.
pub(crate) struct Refused(pub(crate) String);

/// One call of a provider, however it ends.
pub(crate) async fn answer_to(
    center: &Center,
    request: &ProviderRequest,
) -> Result<ProviderResponse, Refused> {
    match center.http.call(http_request(request)).await {
        Ok(response) => Ok(ProviderResponse::Http {
            status: response.status,
            headers: Headers::from_iter(response.headers),
            body: response.body,
        }),
        Err(HttpError::NotSent(_)) => Ok(ProviderResponse::NotSent),
        Err(HttpError::NoAnswer(_)) => Ok(ProviderResponse::TimedOut),
        Err(HttpError::Forbidden(why)) => Err(Refused(why)),
    }
}

/// A provider's base URL is the operator's own setting, so the request may go wherever it leads.
pub(crate) fn http_request(request: &ProviderRequest) -> HttpRequest {
    HttpRequest {
        method: request.method.clone(),
        url: request.url.clone(),
        headers: request.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: request.body.clone(),
        timeout_ms: TIMEOUT_MS,
        response_bytes_max: RESPONSE_BYTES_MAX,
        redirects_max: 0,
        trusted: true,
    }
}
