use crate::support::*;
use patchbay_channels::delivery::{DeliveryOutcome, ProviderResponse, RefusalCause, Undeliverable};
use patchbay_channels::simulate::{Answer, Receipt};
use patchbay_channels::text;
use patchbay_model::event::Reference;
use patchbay_model::{Attachment, ChannelKind, Content, EventKind, MessageStatus, OutboundMessage};
use proptest::prelude::*;

#[test]
fn what_is_not_ours_to_send_is_refused() {
    for channel in channels() {
        let refusal = |change: fn(&mut OutboundMessage)| {
            let mut message = outbound(channel.kind(), Content::text("hello"));
            change(&mut message);
            channel.render(&message, NOW).expect_err("it must be refused")
        };
        assert_eq!(refusal(|m| m.to.account = "other".into()), Undeliverable::WrongChannel);
        let other = |m: &mut OutboundMessage| {
            let is_sms = m.to.channel == ChannelKind::Sms;
            m.to.channel = if is_sms { ChannelKind::Line } else { ChannelKind::Sms };
        };
        assert_eq!(refusal(other), Undeliverable::WrongChannel);
        assert_eq!(refusal(|m| m.to.id.clear()), Undeliverable::NoAddress);
        assert_eq!(refusal(|m| m.content = Content::text(" \n")), Undeliverable::Empty);
        assert!(matches!(
            refusal(|m| m.content = Content::Unsupported { provider_kind: "x".into(), text: None }),
            Undeliverable::Kind("unsupported")
        ));
    }
}

#[test]
fn media_go_out_as_media_or_as_links_and_none_is_lost() {
    for channel in channels() {
        let attachment = |at: usize| Attachment {
            url: format!("https://media.example/{at}"),
            content_type: ["image/png", "audio/mpeg", "application/zip"][at % 3].into(),
            file_name: None,
            bytes: None,
        };
        for count in [1, 5, 10] {
            let attachments: Vec<Attachment> = (0..count).map(attachment).collect();
            let content = Content::Media { attachments: attachments.clone(), text: Some("look".into()) };
            let shown = shown(&*channel, &outbound(channel.kind(), content)).expect("it can be sent");
            let max = channel.capabilities().attachments_max;
            assert!(shown.iter().all(|delivery| delivery.media.len() <= max), "{}", channel.kind());
            let everything: String =
                shown.iter().map(|d| format!("{}\n{}\n", d.texts.join("\n"), d.media.join("\n"))).collect();
            for wanted in attachments.iter().map(|a| a.url.as_str()).chain(["look"]) {
                assert_eq!(
                    everything.lines().filter(|line| *line == wanted).count(),
                    1,
                    "{}",
                    channel.kind()
                );
            }
        }
    }
}

#[test]
fn every_answer_means_one_thing() {
    for channel in channels() {
        let request = first_request(&*channel, &outbound(channel.kind(), Content::text("hello")));
        let of = |answer| channel.outcome(&request, &channel.provider_answer(&request, &answer));
        assert!(matches!(of(Answer::Success { seed: "1".into() }), DeliveryOutcome::Sent { .. }));
        assert!(matches!(of(Answer::error(400)), DeliveryOutcome::Refused { .. }));
        assert!(matches!(of(Answer::error(302)), DeliveryOutcome::Refused { .. }));
        let unauthorised = of(Answer::error(401));
        assert!(matches!(unauthorised, DeliveryOutcome::Refused { cause: RefusalCause::Account, .. }));
        for status in [429, 500, 502, 503] {
            assert!(matches!(of(Answer::error(status)), DeliveryOutcome::Retry { .. }), "{status}");
        }
        let not_sent = channel.outcome(&request, &ProviderResponse::NotSent);
        assert!(matches!(not_sent, DeliveryOutcome::Retry { .. }));
        let timed_out = channel.outcome(&request, &ProviderResponse::TimedOut);
        match channel.capabilities().idempotent_send {
            true => assert!(matches!(timed_out, DeliveryOutcome::Retry { .. })),
            false => assert!(matches!(timed_out, DeliveryOutcome::Unknown { .. })),
        }
    }
}

#[test]
fn a_receipt_finds_its_message() {
    for channel in channels().filter(|channel| channel.capabilities().delivered_receipts) {
        let message = outbound(channel.kind(), Content::text("hello"));
        let request = first_request(&*channel, &message);
        let answer = channel.provider_answer(&request, &Answer::Success { seed: "1".into() });
        let DeliveryOutcome::Sent { provider_id } = channel.outcome(&request, &answer) else { panic!() };
        // Whoever names no id in the answer can only carry ours.
        let theirs = provider_id.clone().map(Reference::Provider);
        let id = provider_id.unwrap_or_default();
        let mut told_of = Vec::new();
        for status in [MessageStatus::Sent, MessageStatus::Delivered, MessageStatus::Failed] {
            let receipt = Receipt { provider_id: id.clone(), status, code: None, at: NOW };
            let Some(webhook) = channel.status_webhook(&request, &receipt) else { continue };
            told_of.push(status);
            let heard = hear(&*channel, &webhook);
            assert_eq!(heard.events[0].contact_address, message.to.id);
            let EventKind::Receipt { reference, status: told, reason } = &heard.events[0].kind else {
                panic!()
            };
            let found = match reference {
                Reference::Ours(key) => *key == message.key,
                Reference::Provider(_) => Some(reference) == theirs.as_ref(),
                // A moment may be said of what was read, not of what has arrived or failed.
                Reference::Until(_) => false,
            };
            assert!(found, "{}: {reference:?} of {id:?}", channel.kind());
            assert_eq!(*told, status);
            assert_eq!(reason.is_some(), status == MessageStatus::Failed);
        }
        assert!(told_of.contains(&MessageStatus::Delivered), "{}", channel.kind());
    }
}

#[test]
fn typing_is_shown_where_it_is_said_to_be() {
    for channel in channels() {
        let to = outbound(channel.kind(), Content::text("hello")).to;
        assert_eq!(channel.typing(&to, true, NOW).is_some(), channel.capabilities().typing_out);
    }
}

#[test]
fn media_of_others_are_fetched_without_our_credentials() {
    for channel in channels() {
        for url in [
            "https://evil.example/x",
            "https://api.twilio.com.evil.example/x",
            "https://api-data.line.me@evil.example/",
        ] {
            assert_eq!(channel.media_request(url), None);
        }
    }
}

proptest! {
    #[test]
    fn texts_go_out_whole_and_within_the_limit(piece in "[a-z é👩👧\n\u{200d}]{1,40}", times in 1_usize..400) {
        let whole = piece.repeat(times);
        for channel in channels() {
            let capabilities = channel.capabilities();
            let Ok(shown) = shown(&*channel, &outbound(channel.kind(), Content::text(whole.clone()))) else {
                prop_assert!(whole.trim().is_empty() || !capabilities.text_splits);
                continue;
            };
            let dense = |text: &str| text.split_whitespace().collect::<String>();
            let all: String = shown.iter().flat_map(|delivery| delivery.texts.iter().map(String::as_str)).collect();
            prop_assert_eq!(dense(&all), dense(&whole));
            for delivery in &shown {
                prop_assert_eq!(&delivery.to, customer(channel.kind()));
                for text in &delivery.texts {
                    prop_assert!(text::length(text, capabilities.text_unit) <= capabilities.text_max);
                }
            }
        }
    }
}
