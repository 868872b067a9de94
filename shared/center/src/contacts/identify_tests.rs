//! Visitors whom their site vouches for.

use super::identify::EXTERNAL_ID;
use crate::ports::{Consistency, QueueName};
use crate::store::{load_contact, load_merges};
use crate::testing::{ANN, Room, ask_and_hand_over, now};
use crate::webchat::{NewSession, Session, WebChatError, history, start_session};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use patchbay_channels::WebhookRequest;
use patchbay_model::{Address, ChannelKind, Contact, ConversationState, Seq};
use serde_json::{Value, json};
use sha2::Sha256;

const KEY: &str = "an invented key of thirty-two by";
const ORIGIN: &str = "https://shop.example";

fn room() -> Room {
    let mut room = Room::new(ask_and_hand_over());
    room.open(ChannelKind::Webchat, "default", &[("identity_keys", &format!("k1={KEY}"))]);
    room
}

fn token(room: &Room, claims: Value) -> String {
    let mut claims = claims;
    claims["aud"] = json!("default");
    claims["exp"] = json!(room.center.now().seconds() + 60);
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({ "alg": "HS256", "typ": "JWT", "kid": "k1" })), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn starts(room: &mut Room, before: Option<&Session>, claims: Option<Value>) -> Session {
    let wanted = NewSession {
        token: before.map(|session| session.token.clone()),
        identity: claims.map(|claims| token(room, claims)),
        ..NewSession::default()
    };
    let session = now(start_session(&room.center, "default", Some(ORIGIN), wanted)).unwrap();
    room.settle();
    session
}

fn says(room: &mut Room, session: &Session, text: &str) {
    room.world.advance_ms(1_000);
    let mut request = WebhookRequest { method: "POST".into(), ..WebhookRequest::default() };
    request.headers.push("Authorization", format!("Bearer {}", session.token));
    request.headers.push("Origin", ORIGIN);
    let document = json!({ "client_msg_id": text.replace(' ', "-"), "kind": "text", "text": text });
    request.body = document.to_string().into_bytes();
    assert_eq!(now(crate::webchat::receive(&room.center, "default", request)).status, 202);
    room.settle();
}

fn contact(room: &Room, kind: ChannelKind, address: &str) -> Contact {
    let sid = room.contact(kind, address);
    now(load_contact(&room.ports.table, &sid, Consistency::Strong)).unwrap().unwrap()
}

fn seen(room: &Room, session: &Session) -> Vec<String> {
    let mut request = WebhookRequest { method: "GET".into(), ..WebhookRequest::default() };
    request.headers.push("Authorization", format!("Bearer {}", session.token));
    request.headers.push("Origin", ORIGIN);
    let claims = crate::webchat::authenticate(&room.center, "default", &request).unwrap();
    let page = now(history(&room.center, &claims, Seq(0), 100)).unwrap();
    let theirs = page.messages.iter().filter(|message| message["direction"] == "inbound");
    theirs.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_visitor_is_the_customer_who_wrote_by_phone() {
    let mut room = room();
    assert_eq!(room.writes(ChannelKind::Sms, ANN, "by sms", "1"), 200);
    room.settle();
    let known = contact(&room, ChannelKind::Sms, ANN);
    let claims = json!({ "sub": "c7", "phone": ANN, "email": "ann@shop.example", "name": "Ann" });
    let session = starts(&mut room, None, Some(claims.clone()));
    let now_known = contact(&room, ChannelKind::Webchat, &session.visitor);
    assert_eq!((&now_known.sid, now_known.name.as_deref()), (&known.sid, Some("Ann")));
    assert_eq!(now_known.attributes[EXTERNAL_ID], "c7");
    assert_eq!(now_known.attribute_sources[EXTERNAL_ID].source, "webchat:default");
    assert_eq!(contact(&room, ChannelKind::Email, "ann@shop.example").sid, known.sid);
    says(&mut room, &session, "by web");
    assert!(room.messages(&known.sid).iter().filter(|m| m.provider_id.is_some()).count() >= 2);
    // The same person on another device, and the same token again: nothing changes.
    let before = room.ports.table.items();
    assert_eq!(starts(&mut room, None, Some(claims)).visitor, session.visitor);
    assert_eq!(room.ports.table.items(), before);
}

#[test]
fn what_was_said_before_the_visitor_was_known_joins_and_answers_find_the_new_session() {
    let mut room = room();
    let anonymous = starts(&mut room, None, None);
    says(&mut room, &anonymous, "who am I?");
    let stranger = contact(&room, ChannelKind::Webchat, &anonymous.visitor);
    room.assign(&stranger.sid);
    let known = starts(&mut room, None, Some(json!({ "sub": "c7", "name": "Ann" })));
    let older = contact(&room, ChannelKind::Webchat, &known.visitor);
    let session = starts(&mut room, Some(&anonymous), Some(json!({ "sub": "c7" })));
    assert_eq!(session.visitor, known.visitor);
    let joined = contact(&room, ChannelKind::Webchat, &session.visitor);
    assert_eq!((&joined.sid, &joined.merged), (&stranger.sid, &vec![older.sid]), "it has an agent");
    let conversation = room.conversation(&joined.sid);
    assert_eq!(conversation.address, Address::new(ChannelKind::Webchat, "default", session.visitor.as_str()));
    assert_eq!(conversation.state, ConversationState::WithAgent);
    assert_eq!(seen(&room, &session), ["who am I?"]);
    let records = now(load_merges(&room.ports.table, &joined.sid)).unwrap();
    assert_eq!((records.len(), records[0].by.as_str()), (1, "webchat:default"));
}

#[test]
fn two_people_at_one_browser_stay_two() {
    let mut room = room();
    let first = starts(&mut room, None, Some(json!({ "sub": "c7", "email": "family@shop.example" })));
    says(&mut room, &first, "mine");
    let second =
        starts(&mut room, Some(&first), Some(json!({ "sub": "c8", "email": "family@shop.example" })));
    says(&mut room, &second, "also mine");
    let (one, other) = (
        contact(&room, ChannelKind::Webchat, &first.visitor),
        contact(&room, ChannelKind::Webchat, &second.visitor),
    );
    assert_ne!(one.sid, other.sid);
    assert_eq!((one.merged, other.merged), (vec![], vec![]));
    assert_eq!(seen(&room, &second), ["also mine"]);
    assert_eq!(contact(&room, ChannelKind::Email, "family@shop.example").sid, one.sid);
}

#[test]
fn a_wrong_identity_makes_no_session() {
    let room = room();
    let wanted = NewSession { identity: Some("a.b.c".into()), ..NewSession::default() };
    let refused = now(start_session(&room.center, "default", Some(ORIGIN), wanted)).unwrap_err();
    assert!(matches!(refused, WebChatError::Identity(_)));
    assert_eq!(refused.status(), 401);
    assert!(room.ports.queue.take(QueueName::Inbound).is_empty());
}
