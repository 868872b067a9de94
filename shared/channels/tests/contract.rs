//! What every channel keeps: run over whatever `registry` lists, with each channel's own simulation.

mod support;

use patchbay_channels::delivery::{DeliveryOutcome, ProviderResponse, RefusalCause, Rendered, Undeliverable};
use patchbay_channels::registry::{example_settings, open, supported};
use patchbay_channels::simulate::Answer;
use patchbay_channels::webhook::{RejectionReason, WebhookRequest};
use patchbay_channels::{SettingsError, Simulated, open_simulated, text};
use patchbay_model::event::Reference;
use patchbay_model::limits::{TEXT_CHARS_MAX, WEBHOOK_BYTES_MAX};
use patchbay_model::{Attachment, ChannelKind, Content, EventKind, MessageStatus};
use proptest::prelude::*;
use support::*;

#[test]
fn what_a_customer_says_arrives_as_it_was_said() {
    for channel in channels() {
        let mut played = 0;
        for content in contents() {
            let Some(request) = said(&*channel, &content, "1") else { continue };
            played += 1;
            let heard = hear(&*channel, &request);
            assert_eq!(heard.problems, [], "{}", channel.kind());
            assert!((200..300).contains(&heard.reply.status));
            let (mut texts, mut media) = (Vec::new(), Vec::new());
            for event in &heard.events {
                assert_eq!((event.channel, event.account.as_str()), (channel.kind(), channel.account()));
                assert_eq!(event.contact_address, CUSTOMER);
                assert_eq!(event.received_at, NOW);
                let EventKind::Message { content, params, .. } = &event.kind else {
                    panic!("{}: {:?} came as {:?}", channel.kind(), content, event.kind)
                };
                for param in ["From", "To", "Body", "MessageSid", "NumMedia"] {
                    assert!(params.contains_key(param), "{}: no {param}", channel.kind());
                }
                texts.push(content.plain_text().to_owned());
                media.extend(content.attachments().iter().map(|attachment| attachment.url.clone()));
            }
            assert_eq!(texts.concat(), content.plain_text(), "{}", channel.kind());
            let urls: Vec<String> = content.attachments().iter().map(|a| a.url.clone()).collect();
            assert_eq!(media, urls, "{}", channel.kind());
        }
        assert!(played > 0, "{} plays nothing", channel.kind());
    }
}

#[test]
fn the_same_message_again_has_the_same_event_ids() {
    for channel in channels() {
        let ids = |seed| -> Vec<String> {
            let request = said(&*channel, &Content::text("hello"), seed).expect("text is played");
            hear(&*channel, &request).events.into_iter().map(|event| event.event_id).collect()
        };
        assert_eq!(ids("1"), ids("1"));
        assert_ne!(ids("1"), ids("2"));
    }
}

#[test]
fn nobody_else_is_believed() {
    for channel in channels() {
        let request = said(&*channel, &Content::text("hello"), "1").expect("text is played");
        let others = example_settings(channel.kind()).expect("it is supported");
        let others = others.into_iter().map(|(key, value)| (key, value + "0")).collect();
        let other = open_simulated(channel.kind(), "default", &others, PUBLIC_URL).expect("valid settings");
        assert!(other.verify(&request, NOW).is_err(), "{}: another account's secret", channel.kind());

        let unsigned = WebhookRequest { headers: Default::default(), ..request.clone() };
        let rejection = channel.verify(&unsigned, NOW).expect_err("no signature");
        assert!(matches!(rejection.status, 401 | 403));

        let mut twice = request.clone();
        for (name, value) in request.headers.iter() {
            twice.headers.push(name, value);
        }
        let rejection = channel.verify(&twice, NOW).expect_err("two signatures");
        assert_eq!(rejection.reason, RejectionReason::Repeated);
    }
}

#[test]
fn a_flipped_bit_is_refused_or_changes_nothing() {
    for channel in channels() {
        let request = said(&*channel, &Content::text("hello, world"), "1").expect("text is played");
        let truth = hear(&*channel, &request);
        let mut refused = 0;
        for changed in flipped(&request, channel.capabilities().signs_body) {
            match channel.verify(&changed, NOW) {
                Err(_) => refused += 1,
                Ok(verified) => assert_eq!(channel.normalise(&verified, NOW), truth, "{}", channel.kind()),
            }
        }
        assert!(refused > 0);
    }
}

#[test]
fn a_body_is_bounded() {
    for channel in channels() {
        let reason = |bytes| {
            let mut request =
                WebhookRequest { method: "POST".into(), body: vec![b'a'; bytes], ..Default::default() };
            channel.sign(&mut request, CUSTOMER, NOW);
            channel.verify(&request, NOW).err().map(|rejection| rejection.reason)
        };
        assert_eq!(reason(WEBHOOK_BYTES_MAX), None);
        assert_eq!(reason(WEBHOOK_BYTES_MAX + 1), Some(RejectionReason::TooLarge));
    }
}

#[test]
fn a_text_beyond_the_limit_is_cut_and_told() {
    for channel in channels() {
        for (length, problems) in [(TEXT_CHARS_MAX, 0), (TEXT_CHARS_MAX + 1, 1)] {
            let content = Content::text("é".repeat(length));
            let heard = hear(&*channel, &said(&*channel, &content, "1").expect("text is played"));
            assert_eq!(heard.problems.len(), problems, "{}", channel.kind());
            let EventKind::Message { content, params, .. } = &heard.events[0].kind else { panic!() };
            assert_eq!(content.plain_text().chars().count(), TEXT_CHARS_MAX);
            assert_eq!(params["Body"].chars().count(), TEXT_CHARS_MAX);
        }
    }
}

#[test]
fn what_is_not_ours_to_send_is_refused() {
    for channel in channels() {
        let refusal = |change: fn(&mut patchbay_model::OutboundMessage)| {
            let mut message = outbound(channel.kind(), Content::text("hello"));
            change(&mut message);
            channel.render(&message, NOW).expect_err("it must be refused")
        };
        assert_eq!(refusal(|m| m.to.account = "other".into()), Undeliverable::WrongChannel);
        assert_eq!(refusal(|m| m.to.channel = ChannelKind::Custom), Undeliverable::WrongChannel);
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
        assert!(matches!(of(Answer::Error { status: 400 }), DeliveryOutcome::Refused { .. }));
        assert!(matches!(of(Answer::Error { status: 302 }), DeliveryOutcome::Refused { .. }));
        let unauthorised = of(Answer::Error { status: 401 });
        assert!(matches!(unauthorised, DeliveryOutcome::Refused { cause: RefusalCause::Account, .. }));
        for status in [429, 500, 502, 503] {
            assert!(matches!(of(Answer::Error { status }), DeliveryOutcome::Retry { .. }), "{status}");
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
        for status in [MessageStatus::Sent, MessageStatus::Delivered, MessageStatus::Failed] {
            let webhook = channel.status_webhook(&request, "SM1", status).expect("the provider tells");
            let heard = hear(&*channel, &webhook);
            assert_eq!(heard.events[0].contact_address, message.to.id);
            let EventKind::Receipt { reference, status: told, reason } = &heard.events[0].kind else {
                panic!()
            };
            assert_eq!((reference, *told), (&Reference::Ours(message.key.clone()), status));
            assert_eq!(reason.is_some(), status == MessageStatus::Failed);
        }
    }
}

#[test]
fn typing_is_shown_where_it_is_said_to_be() {
    for channel in channels() {
        let to = outbound(channel.kind(), Content::text("hello")).to;
        assert_eq!(channel.typing(&to, true).is_some(), channel.capabilities().typing_out);
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

#[test]
fn settings_are_checked_as_a_whole() {
    for kind in supported() {
        let settings = example_settings(kind).expect("it is supported");
        for key in settings.keys() {
            let mut wrong = settings.clone();
            wrong.remove(key);
            wrong.insert("colour".into(), "red".into());
            let Err(SettingsError::Invalid { problems, .. }) = open(kind, "default", &wrong, "ftp://x")
            else {
                panic!("{kind} opened without {key}")
            };
            let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
            for expected in [key.as_str(), "colour", "public_url"] {
                assert!(keys.contains(&expected), "{kind}: {keys:?} lacks {expected}");
            }
        }
        let mut common = settings.clone();
        common.insert("flow".into(), "welcome".into());
        common.insert("api_base".into(), "http://127.0.0.1:1".into());
        assert!(open(kind, "default", &common, PUBLIC_URL).is_ok());
        assert!(open(kind, "a/b", &settings, PUBLIC_URL).is_err());
    }
    let unbuilt = open(ChannelKind::Custom, "default", &Default::default(), PUBLIC_URL).err();
    assert_eq!(unbuilt, Some(SettingsError::NotSupported(ChannelKind::Custom)));
}

proptest! {
    #[test]
    fn no_bytes_panic(
        method in "GET|POST|[A-Z]{0,4}",
        query in ".{0,40}",
        body in prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), json_like().prop_map(String::into_bytes)],
    ) {
        for channel in channels() {
            let mut request = WebhookRequest {
                method: method.clone(), path: "/".into(), raw_query: query.clone(), body: body.clone(),
                headers: Default::default(),
            };
            prop_assert!(channel.verify(&request, NOW).is_err());
            channel.sign(&mut request, CUSTOMER, NOW);
            let heard = hear(&*channel, &request);
            prop_assert!(heard.reply.status >= 200 && heard.reply.status < 500);
        }
    }

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
                prop_assert_eq!(&delivery.to, CUSTOMER);
                for text in &delivery.texts {
                    prop_assert!(text::length(text, capabilities.text_unit) <= capabilities.text_max);
                }
            }
        }
    }
}

/// Documents with the fields that channels look for, not always where they look.
fn json_like() -> impl Strategy<Value = String> {
    let words = "(type|kind|events|text|message|source|userId|client_msg_id|id)";
    proptest::collection::vec((words, "[a-z0-9]{0,4}"), 0..6).prop_map(|fields| {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        format!("{{\"events\":[{{{}}}],{}}}", fields.join(","), fields.join(",")).replace(",}", "}")
    })
}

/// The first call of a message; where we are the provider, the post to a socket that carries it.
fn first_request(
    channel: &dyn Simulated,
    message: &patchbay_model::OutboundMessage,
) -> patchbay_channels::ProviderRequest {
    match channel.render(message, NOW).expect("it can be sent") {
        Rendered::Requests(requests) => requests.into_iter().next().expect("at least one"),
        Rendered::Session(frame) => patchbay_channels::ProviderRequest {
            method: "POST".into(),
            url: "https://sockets.example/@connections/1".into(),
            headers: Default::default(),
            body: frame.frame.into_bytes(),
            idempotent: true,
            on_refused: None,
        },
    }
}
