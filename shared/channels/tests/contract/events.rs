use crate::support::*;
use patchbay_channels::simulate::{Act, Answer, CustomerEvent};
use patchbay_channels::{DeliveryOutcome, Simulated, WebhookRequest};
use patchbay_model::{Content, EventKind, InboundEvent, Tokens};

/// The id of a text that the customer said before.
pub(crate) fn spoken(channel: &dyn Simulated) -> String {
    spoken_with_tokens(channel).0
}

/// The same, with what the provider wants to be told instead where that is to be quoted or marked as read.
pub(crate) fn spoken_with_tokens(channel: &dyn Simulated) -> (String, Tokens) {
    let request = said(channel, &Content::text("before"), "0").expect("text is played");
    match hear(channel, &request).events.remove(0).kind {
        EventKind::Message { provider_id, tokens, .. } => (provider_id, tokens),
        other => panic!("{other:?}"),
    }
}

/// The id of a text that we said before: the provider's, or where that has none, ours.
fn sent(channel: &dyn Simulated) -> String {
    let message = outbound(channel.kind(), Content::text("before"));
    let request = first_request(channel, &message);
    let answer = channel.provider_answer(&request, &Answer::Success { seed: "0".into() });
    match channel.outcome(&request, &answer) {
        DeliveryOutcome::Sent { provider_id: Some(id) } => id,
        _ => message.key.sid.to_string(),
    }
}

fn done(channel: &dyn Simulated, act: &Act, seed: &str) -> Option<WebhookRequest> {
    let event =
        CustomerEvent { from: customer(channel.kind()).into(), act: act.clone(), seed: seed.into(), at: NOW };
    channel.customer_event(&event)
}

/// Whether an act came as what it is.
fn is_told(act: &Act, kind: &EventKind) -> bool {
    match (act, kind) {
        (Act::Edit { message, text }, EventKind::Edited { provider_id, content }) => {
            provider_id == message && content.plain_text() == text
        }
        (Act::Unsend { message }, EventKind::Deleted { provider_id }) => provider_id == message,
        (Act::React { message, emoji }, EventKind::Reaction { provider_id, emoji: told }) => {
            provider_id == message && told == emoji
        }
        (Act::Typing { on }, EventKind::Typing { on: told }) => told == on,
        (Act::OptIn, EventKind::Consent { opted_in, .. }) => *opted_in,
        (Act::OptOut, EventKind::Consent { opted_in, .. }) => !opted_in,
        (Act::Echo { text }, EventKind::Message { content, echo, .. }) => {
            *echo && content.plain_text() == text
        }
        (Act::Referral { reference, .. }, EventKind::Message { params, .. }) => {
            params.iter().any(|(name, value)| name.starts_with("Referral") && value == reference)
        }
        (Act::Form { data }, EventKind::Message { content: Content::Choice { data: told, .. }, .. }) => {
            told == data
        }
        (Act::StoryReply { text, .. }, EventKind::Message { content, .. }) => content.plain_text() == text,
        (Act::StoryMention { story_url }, EventKind::Message { content, .. }) => {
            content.attachments().iter().any(|attachment| attachment.url == *story_url)
        }
        (Act::Note { name }, EventKind::Note { name: told, .. }) => told == name,
        _ => false,
    }
}

#[test]
fn what_a_customer_does_arrives_as_what_it_is() {
    for channel in channels() {
        let message = spoken(&*channel);
        for act in Act::all(&message) {
            let Some(request) = done(&*channel, &act, "1") else { continue };
            let heard = hear(&*channel, &request);
            assert_eq!(heard.problems, [], "{}: {act:?}", channel.kind());
            let [InboundEvent { contact_address, kind, event_id, .. }] = heard.events.as_slice() else {
                panic!("{}: {act:?} came as {:?}", channel.kind(), heard.events)
            };
            assert_eq!(contact_address, customer(channel.kind()), "{}: {act:?}", channel.kind());
            assert!(is_told(&act, kind), "{}: {act:?} came as {kind:?}", channel.kind());
            let again = hear(&*channel, &done(&*channel, &act, "1").expect("it was played"));
            assert_eq!(again.events[0].event_id, *event_id, "{}: {act:?}", channel.kind());
        }
    }
}

#[test]
fn typing_is_told_where_it_is_said_to_be() {
    for channel in channels() {
        let typing = done(&*channel, &Act::Typing { on: true }, "1");
        assert_eq!(typing.is_some(), channel.capabilities().typing_in, "{}", channel.kind());
    }
}

#[test]
fn an_answer_names_the_message_that_it_answers() {
    for channel in channels() {
        let message = sent(&*channel);
        let Some(request) = answered(&*channel, &Content::text("yes"), Some(&message)) else { continue };
        let heard = hear(&*channel, &request);
        let EventKind::Message { reply_to, .. } = &heard.events[0].kind else { panic!("{heard:?}") };
        assert_eq!(reply_to.as_deref(), Some(message.as_str()), "{}", channel.kind());
    }
}
