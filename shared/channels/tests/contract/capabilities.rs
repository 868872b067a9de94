//! What a channel says that it can do, it does; what it cannot, is said in another way or refused.

use crate::events::{spoken, spoken_with_tokens};
use crate::support::*;
use patchbay_channels::simulate::Signal;
use patchbay_channels::{Rendered, Simulated, Undeliverable};
use patchbay_model::{Address, ChannelKind, ChoiceOption, ContactCard, Content, OutboundMessage};

fn options(count: usize) -> Vec<ChoiceOption> {
    (1..=count).map(|n| ChoiceOption { data: format!("d{n}"), text: format!("Answer {n}") }).collect()
}

/// What is shown that is no message.
fn signals(channel: &dyn Simulated, rendered: &Rendered) -> Vec<Signal> {
    match rendered {
        Rendered::Requests(requests) => {
            let shown = requests.iter().filter_map(|request| channel.read_signal(&settled(channel, request)));
            shown.map(|(_, signal)| signal).collect()
        }
        Rendered::Session(frame) => channel.read_frame_signal(frame).into_iter().collect(),
        Rendered::Smtp(_) => Vec::new(),
    }
}

#[test]
fn answers_are_offered_as_buttons_or_as_numbered_lines() {
    for channel in channels() {
        let max = channel.capabilities().choices_max;
        let offered = |count: usize| {
            let content = Content::Choices { text: "Which?".into(), options: options(count) };
            shown(&*channel, &outbound(channel.kind(), content)).expect("it can be sent")
        };
        for count in [1, 2, max, max + 1].into_iter().filter(|count| *count > 0) {
            let shown = offered(count);
            let choices: Vec<ChoiceOption> =
                shown.iter().flat_map(|delivery| delivery.choices.clone()).collect();
            let texts: Vec<String> = shown.iter().flat_map(|delivery| delivery.texts.clone()).collect();
            let text = texts.concat();
            assert!(text.contains("Which?"), "{}: {text:?}", channel.kind());
            if count <= max {
                assert_eq!(choices, options(count), "{}", channel.kind());
            } else {
                assert_eq!(choices, [], "{}", channel.kind());
                assert!(text.contains(&format!("{count}. Answer {count}")), "{}: {text:?}", channel.kind());
            }
        }
    }
}

#[test]
fn an_answer_quotes_what_it_answers_where_the_channel_can() {
    // A mail goes into its thread instead, which its own tests hold it to.
    for channel in channels().filter(|channel| channel.kind() != ChannelKind::Email) {
        let (about, tokens) = spoken_with_tokens(&*channel);
        let message = OutboundMessage {
            reply_to: Some(tokens.quote.unwrap_or_else(|| about.clone())),
            ..outbound(channel.kind(), Content::text("yes"))
        };
        let shown = shown(&*channel, &message).expect("it can be sent");
        let quoted = channel.capabilities().replies.then_some(about);
        assert_eq!(shown[0].reply_to, quoted, "{}", channel.kind());
    }
}

#[test]
fn a_reaction_is_shown_or_refused() {
    for channel in channels() {
        let about = spoken(&*channel);
        // The heart is the only one that Instagram takes.
        for emoji in [Some("❤️".to_owned()), None] {
            let content = Content::Reaction { emoji: emoji.clone() };
            let message =
                OutboundMessage { reply_to: Some(about.clone()), ..outbound(channel.kind(), content) };
            match channel.render(&message, NOW) {
                Ok(rendered) => {
                    assert!(channel.capabilities().reactions, "{}", channel.kind());
                    let signals = signals(&*channel, &rendered);
                    let [Signal::Reaction { message, emoji: shown }] = signals.as_slice() else {
                        panic!("{}: {signals:?}", channel.kind())
                    };
                    assert_eq!((message, shown.is_some()), (&about, emoji.is_some()), "{}", channel.kind());
                }
                Err(refusal) => {
                    // To take one back Discord must be told which it was, and nobody remembers.
                    let cannot = emoji.is_none() && channel.kind() == ChannelKind::Discord;
                    assert!(cannot || !channel.capabilities().reactions, "{}: {refusal}", channel.kind());
                    assert_eq!(refusal, Undeliverable::Kind("reaction"));
                }
            }
        }
    }
}

#[test]
fn typing_and_reading_are_shown_as_such() {
    for channel in channels() {
        let to = Address::new(channel.kind(), "default", customer(channel.kind()));
        if let Some(rendered) = channel.typing(&to, true, NOW) {
            assert_eq!(signals(&*channel, &rendered), [Signal::Typing { on: true }], "{}", channel.kind());
        }
        let (about, tokens) = spoken_with_tokens(&*channel);
        if let Some(rendered) = channel.mark_read(&to, tokens.read.as_ref().unwrap_or(&about), NOW) {
            let signals = signals(&*channel, &rendered);
            assert!(matches!(signals.as_slice(), [Signal::Read { .. }]), "{}: {signals:?}", channel.kind());
        } else {
            assert_eq!(tokens.read, None, "{}: a token for nothing", channel.kind());
        }
    }
}

#[test]
fn what_has_no_form_on_a_channel_is_said_in_words() {
    for channel in channels() {
        let place =
            Content::Location { latitude: 35.5, longitude: 139.25, name: Some("Here".into()), address: None };
        let person = ContactCard { name: "Bob".into(), phones: vec!["+15005550009".into()], emails: vec![] };
        for (content, has_form, words) in [
            (place, channel.capabilities().locations, "35.5"),
            (Content::Contacts { contacts: vec![person] }, channel.capabilities().contacts, "+15005550009"),
        ] {
            let shown = shown(&*channel, &outbound(channel.kind(), content)).expect("it can be sent");
            let text: String = shown.iter().flat_map(|delivery| delivery.texts.clone()).collect();
            assert!(has_form || text.contains(words), "{}: {text:?}", channel.kind());
        }
    }
}
