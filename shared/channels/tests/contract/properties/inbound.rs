use super::every_channel;
use super::mutant::{Change, alter, arrays, changes, mutated, shallow_changes};
use crate::support::*;
use patchbay_channels::simulate::{Act, Answer, CustomerEvent, Receipt};
use patchbay_channels::webhook::{Normalised, WebhookRequest};
use patchbay_channels::{DeliveryOutcome, Simulated};
use patchbay_model::event::Reference;
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX, WEBHOOK_BYTES_MAX};
use patchbay_model::{Content, EventKind, InboundEvent, MessageStatus, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;

/// Webhooks that are nearly a channel's own, that are of any bytes, and batches of which one part is wrong.
const NEARLY_CASES: u32 = 12_000;
const BYTES_CASES: u32 = 2_000;
const BATCH_CASES: u32 = 2_000;
/// When a webhook comes again.
const LATER: Timestamp = Timestamp(NOW.0 + 90_000);

/// What the played provider sends, without its proof: messages of every kind, all that customers do, receipts.
fn played(channel: &dyn Simulated) -> Vec<WebhookRequest> {
    let mut webhooks: Vec<WebhookRequest> =
        contents().iter().filter_map(|content| said(channel, content, "1")).collect();
    let message = crate::events::spoken(channel);
    webhooks.extend(Act::all(&message).into_iter().filter_map(|act| {
        let from = customer(channel.kind()).into();
        channel.customer_event(&CustomerEvent { from, act, seed: "1".into(), at: NOW })
    }));
    let request = first_request(channel, &outbound(channel.kind(), Content::text("hello")));
    let answer = channel.provider_answer(&request, &Answer::Success { seed: "1".into() });
    if let DeliveryOutcome::Sent { provider_id } = channel.outcome(&request, &answer) {
        let provider_id = provider_id.unwrap_or_default();
        let statuses =
            [MessageStatus::Sent, MessageStatus::Delivered, MessageStatus::Read, MessageStatus::Failed];
        webhooks.extend(statuses.into_iter().filter_map(|status| {
            let receipt = Receipt { provider_id: provider_id.clone(), status, code: None, at: NOW };
            channel.status_webhook(&request, &receipt)
        }));
    }
    webhooks.iter().map(|webhook| without_proof(channel, webhook)).collect()
}

/// The request without the fields of the header that signing adds.
fn without_proof(channel: &dyn Simulated, request: &WebhookRequest) -> WebhookRequest {
    let mut proof = WebhookRequest::default();
    channel.sign(&mut proof, CUSTOMER, NOW);
    let is_proof = |name: &str| proof.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let headers = request.headers.iter().filter(|(name, _)| !is_proof(name)).collect();
    WebhookRequest { headers, ..request.clone() }
}

/// What is heard of a request after it is signed, and that this is whole.
fn heard(channel: &dyn Simulated, mut request: WebhookRequest) -> Result<Normalised, TestCaseError> {
    if request.body.len() > WEBHOOK_BYTES_MAX {
        return Err(TestCaseError::reject("larger than a webhook may be"));
    }
    channel.sign(&mut request, customer(channel.kind()), NOW);
    let verified = channel
        .verify(&request, NOW)
        .map_err(|rejection| TestCaseError::fail(format!("{rejection} of {}", shown(&request))))?;
    let heard = channel.normalise(&verified, NOW);
    prop_assert!((200..500).contains(&heard.reply.status), "{:?} to {}", heard.reply, shown(&request));
    for event in &heard.events {
        is_whole(channel, event)
            .map_err(|failure| TestCaseError::fail(format!("{failure}: {event:?} of {}", shown(&request))))?;
    }
    let ids = |heard: &Normalised| -> Vec<String> {
        heard.events.iter().map(|event| event.event_id.clone()).collect()
    };
    prop_assert_eq!(ids(&heard), ids(&channel.normalise(&verified, LATER)), "of {}", shown(&request));
    Ok(heard)
}

fn shown(request: &WebhookRequest) -> String {
    let body: String = String::from_utf8_lossy(&request.body).chars().take(4_000).collect();
    format!("{} {}?{} {body}", request.method, request.path, request.raw_query)
}

/// What everybody who reads an event relies on.
fn is_whole(channel: &dyn Simulated, event: &InboundEvent) -> TestCaseResult {
    prop_assert!(!event.event_id.is_empty(), "no id");
    prop_assert!(!event.contact_address.is_empty(), "nobody");
    prop_assert_eq!((event.channel, event.account.as_str()), (channel.kind(), channel.account()));
    prop_assert_eq!(event.received_at, NOW);
    match &event.kind {
        EventKind::Message { provider_id, content, params, reply_to, .. } => {
            prop_assert!(!provider_id.is_empty(), "a message without an id");
            prop_assert!(reply_to.as_ref().is_none_or(|id| !id.is_empty()), "an answer to nothing");
            for param in ["From", "To", "Body", "MessageSid", "NumMedia"] {
                prop_assert!(params.contains_key(param), "no {param}");
            }
            for value in params.values() {
                prop_assert!(value.chars().count() <= TEXT_CHARS_MAX, "a long parameter");
            }
            is_bounded(content)
        }
        EventKind::Edited { provider_id, content } => {
            prop_assert!(!provider_id.is_empty(), "an edit of nothing");
            is_bounded(content)
        }
        EventKind::Deleted { provider_id } | EventKind::Reaction { provider_id, .. } => {
            prop_assert!(!provider_id.is_empty(), "about nothing");
            Ok(())
        }
        EventKind::Receipt { reference, .. } => {
            prop_assert!(*reference != Reference::Provider(String::new()), "a receipt of nothing");
            Ok(())
        }
        EventKind::Consent { content, .. } => content.as_ref().map_or(Ok(()), is_bounded),
        EventKind::Note { name, text } => {
            prop_assert!(!name.is_empty(), "a note of nothing");
            prop_assert!(text.chars().count() <= TEXT_CHARS_MAX, "a long note");
            Ok(())
        }
        EventKind::Call(news) => {
            prop_assert!(!news.call_sid.is_empty(), "news of no call");
            Ok(())
        }
        EventKind::Typing { .. } => Ok(()),
    }
}

fn is_bounded(content: &Content) -> TestCaseResult {
    prop_assert!(content.plain_text().chars().count() <= TEXT_CHARS_MAX, "a long text");
    prop_assert!(content.attachments().len() <= ATTACHMENTS_MAX, "many attachments");
    match content {
        Content::Choice { data, .. } => prop_assert!(data.chars().count() <= TEXT_CHARS_MAX, "long data"),
        Content::Media { attachments, .. } => {
            prop_assert!(attachments.iter().all(|attachment| !attachment.url.is_empty()), "media nowhere");
        }
        Content::Location { latitude, longitude, .. } => {
            prop_assert!(latitude.is_finite() && longitude.is_finite(), "no place");
        }
        Content::Choices { .. } | Content::System { .. } => prop_assert!(false, "a customer says none"),
        _ => {}
    }
    Ok(())
}

/// The request with these changes to its body; now and then another method or query too.
fn changed(request: &WebhookRequest, changes: &[Change], aside: &Option<(String, String)>) -> WebhookRequest {
    let is_form = request.headers.get("content-type").is_some_and(|kind| kind.contains("urlencoded"));
    let body = mutated(&request.body, is_form, changes);
    match aside {
        Some((method, raw_query)) => {
            WebhookRequest { method: method.clone(), raw_query: raw_query.clone(), body, ..request.clone() }
        }
        None => WebhookRequest { body, ..request.clone() },
    }
}

#[test]
fn what_is_nearly_a_webhook_is_whole_or_told() {
    let aside = || proptest::option::weighted(0.1, ("GET|POST|[A-Z]{0,4}", "[a-z=&%.0-9+]{0,40}|.{0,40}"));
    every_channel(
        NEARLY_CASES,
        || (any::<prop::sample::Index>(), changes(), aside()),
        played,
        |channel, played, (which, changes, aside)| {
            heard(channel, changed(which.get(played), &changes, &aside)).map(|_| ())
        },
    );
}

#[test]
fn any_bytes_are_whole_or_told() {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..200);
    every_channel(
        BYTES_CASES,
        || (any::<prop::sample::Index>(), bytes()),
        played,
        |channel, played, (which, body)| {
            let request = WebhookRequest { body, ..which.get(played).clone() };
            prop_assert!(channel.verify(&request, NOW).is_err(), "nobody signed it");
            heard(channel, request).map(|_| ())
        },
    );
}

/// A place in a webhook where the provider lists what happened: if all that is there comes twice, so do the events.
struct Batch {
    webhook: WebhookRequest,
    document: Value,
    place: String,
    events: Vec<InboundEvent>,
}

fn batches(channel: &dyn Simulated) -> Vec<Batch> {
    let mut found = Vec::new();
    for webhook in played(channel) {
        let Ok(document) = serde_json::from_slice::<Value>(&webhook.body) else { continue };
        let events = heard(channel, webhook.clone()).expect("it is a webhook").events;
        for place in arrays(&document) {
            let mut doubled = document.clone();
            if let Some(Value::Array(list)) = doubled.pointer_mut(&place) {
                list.extend(list.clone());
            }
            let body = doubled.to_string().into_bytes();
            let twice = heard(channel, WebhookRequest { body, ..webhook.clone() }).expect("it is a webhook");
            if !events.is_empty() && twice.events == [events.clone(), events.clone()].concat() {
                let (webhook, document, events) = (webhook.clone(), document.clone(), events.clone());
                found.push(Batch { webhook, document, place, events });
            }
        }
    }
    found
}

#[test]
fn a_batch_keeps_what_is_right_in_it() {
    let found = std::sync::atomic::AtomicUsize::new(0);
    every_channel(
        BATCH_CASES,
        || (any::<prop::sample::Index>(), any::<prop::sample::Index>(), shallow_changes()),
        |channel| {
            let batches = batches(channel);
            found.fetch_add(batches.len(), std::sync::atomic::Ordering::Relaxed);
            batches
        },
        |channel, batches, (which, at, changes)| {
            // Where every webhook is one event there is nothing to keep.
            if batches.is_empty() {
                return Ok(());
            }
            let Batch { webhook, document, place, events } = which.get(batches);
            let mut document = document.clone();
            let Some(Value::Array(list)) = document.pointer_mut(place) else { unreachable!() };
            let mut wrong = Value::from(vec![at.get(list).clone()]);
            changes.iter().for_each(|change| alter(&mut wrong, change));
            let at = at.index(list.len() + 1);
            list.splice(at..at, wrong.as_array().cloned().unwrap_or_default());
            let body = document.to_string().into_bytes();
            let heard = heard(channel, WebhookRequest { body, ..webhook.clone() })?;
            let mut rest = heard.events.iter();
            let kept = events.iter().all(|event| rest.any(|other| other == event));
            prop_assert!(kept, "{:?} of {document}", heard.problems);
            Ok(())
        },
    );
    assert!(found.into_inner() > 0, "no channel lists anything");
}
