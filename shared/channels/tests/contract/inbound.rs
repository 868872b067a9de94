use crate::support::*;
use patchbay_channels::open_simulated;
use patchbay_channels::registry::examples;
use patchbay_channels::webhook::{RejectionReason, WebhookRequest};
use patchbay_model::limits::{TEXT_CHARS_MAX, WEBHOOK_BYTES_MAX};
use patchbay_model::{ChannelKind, Content, EventKind};
use std::collections::BTreeMap;

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
                assert_eq!(event.contact_address, customer(channel.kind()));
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
    for (channel, (kind, settings)) in channels().zip(examples()) {
        let request = said(&*channel, &Content::text("hello"), "1").expect("text is played");
        let other = open_simulated(kind, "default", &others(kind, &settings), PUBLIC_URL).expect("they open");
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

/// Another account's settings: every one is changed that can be, so that the account still opens.
fn others(kind: ChannelKind, settings: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let opens =
        |settings: &BTreeMap<String, String>| open_simulated(kind, "default", settings, PUBLIC_URL).is_ok();
    let mut others = settings.clone();
    for (key, value) in settings {
        let longer = std::iter::once(format!("{value}0"));
        let digits = "123456789abcdef".chars().map(|digit| format!("{digit}{}", &value[1..]));
        for changed in longer.chain(digits).filter(|changed| changed != value) {
            let before = others.insert(key.clone(), changed);
            if opens(&others) {
                break;
            }
            others.extend(before.map(|before| (key.clone(), before)));
        }
    }
    others
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
