//! Softphones: who is given a token, and as whom.

use super::{Api, documents};
use patchbay_center::ChannelAccount;
use patchbay_center::config::apply;
use patchbay_center::token::Role;
use patchbay_channels::open;
use patchbay_channels::registry::example_settings;
use patchbay_model::{ChannelKind, WorkerSid};
use serde_json::{Value, json};
use std::sync::Arc;

const PATH: &str = "/api/voice/token";

/// Accounts `a` without a key and `b` with one, and Ann with this attribute.
async fn with_softphones(contact_uri: Option<&str>) -> Api {
    let mut api = Api::new().await;
    let center = Arc::get_mut(&mut api.0).unwrap();
    for (name, has_key) in [("a", false), ("b", true)] {
        let mut settings = example_settings(ChannelKind::Voice).unwrap();
        if has_key {
            settings.insert("api_key_sid".into(), "SK0123456789abcdef0123456789abcdef".into());
            settings.insert("api_key_secret".into(), "an-invented-key-secret".into());
        }
        let channel = open(ChannelKind::Voice, name, &settings, "https://center.example").unwrap();
        let account = ChannelAccount { channel, flow: "calls".into() };
        center.channels.insert((ChannelKind::Voice, name.into()), account);
    }
    let attributes = contact_uri.map_or(json!({}), |uri| json!({ "contact_uri": uri }));
    let ann = json!({ "friendly_name": "Ann", "attributes": attributes });
    apply(center, &documents(json!({ "workers": [ann] }))).await.unwrap();
    api
}

async fn ask(api: &Api) -> (u16, Value) {
    api.ask("POST", PATH, Some(Role::Agent), "").await
}

#[tokio::test]
async fn an_agent_is_a_softphone_under_their_own_name_only() {
    let check = async |contact_uri: Option<&str>, expect: Result<&str, &str>| {
        let (status, answer) = ask(&with_softphones(contact_uri).await).await;
        match expect {
            Ok(identity) => {
                assert_eq!((status, &answer["identity"]), (200, &json!(identity)), "{answer}");
                assert_eq!(answer["account"], "b");
                assert_eq!(answer["expires_at"], 1_800_003_600_000_i64);
                assert_eq!(answer["token"].as_str().unwrap().split('.').count(), 3);
            }
            Err(why) => {
                assert_eq!((status, &answer["code"]), (409, &json!("conflict")), "{answer}");
                assert!(answer["message"].as_str().unwrap().contains(why), "{answer}");
            }
        }
    };
    let ann = WorkerSid::derive(&["worker", "Ann"]);
    check(None, Ok(ann.as_str())).await;
    check(Some("client:ann"), Ok("ann")).await;
    check(Some("+15005550101"), Err("you are called at a phone")).await;
    check(Some("sip:ann@shop.example"), Err("you are called at a phone")).await;
    check(Some("client:Ann B"), Err("is no identity")).await;
}

#[tokio::test]
async fn each_token_is_another_and_without_a_key_there_is_none() {
    let api = with_softphones(None).await;
    let (one, other) = (ask(&api).await.1, ask(&api).await.1);
    assert_ne!(one["token"], other["token"]);
    let (status, answer) = ask(&Api::new().await).await;
    assert_eq!((status, &answer["code"]), (409, &json!("conflict")));
    assert!(answer["message"].as_str().unwrap().contains("api_key_sid"), "{answer}");
}
