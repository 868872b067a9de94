use super::session::with_token;
use super::*;
use crate::config::{ConfigDocuments, apply, stored_documents};
use crate::ports::QueueName;
use crate::testing::{Room, ask_and_hand_over, now};
use patchbay_channels::Channel;
use patchbay_hours::Opening;
use patchbay_model::limits::FRAME_BYTES_MAX;
use patchbay_model::{MessageStatus, Seq};

const ORIGIN: Option<&str> = Some("https://shop.example");

fn session(room: &Room, wanted: NewSession) -> Result<Session, u16> {
    create_session(&room.center, "default", ORIGIN, wanted).map_err(|error| error.status())
}

fn visitor() -> (Room, Session, Claims) {
    let room = Room::new(ask_and_hand_over());
    let session = session(&room, NewSession { name: Some("Vi".into()), ..NewSession::default() }).unwrap();
    let claims = authenticate(&room.center, "default", &with_token(&session.token, ORIGIN)).unwrap();
    (room, session, claims)
}

fn connects(room: &Room, session: &Session, connection: &str) -> Result<(), u16> {
    room.push.open(connection);
    let request = with_token(&session.token, ORIGIN);
    now(connect(&room.center, "default", &request, connection)).map_err(|error| error.status())
}

/// What a frame is answered.
fn frame(room: &Room, connection: &str, frame: &str) -> Value {
    room.push.take(connection);
    now(receive_frame(&room.center, connection, frame)).unwrap();
    room.frames(connection).pop().unwrap_or_default()
}

fn page(room: &Room, claims: &Claims, after: Seq, limit: usize) -> (Vec<String>, Seq) {
    let page = now(history(&room.center, claims, after, limit)).unwrap();
    let text = |message: &Value| {
        format!("{} {}", message["direction"].as_str().unwrap(), message["text"].as_str().unwrap_or("-"))
    };
    (page.messages.iter().map(text).collect(), page.last_seq)
}

#[test]
fn a_session_is_a_token_of_a_new_visitor_or_of_the_one_before() {
    let (room, first, claims) = visitor();
    assert_eq!((claims.sub.len(), claims.name.as_deref()), (32, Some("Vi")));
    let other = session(&room, NewSession::default()).unwrap();
    assert_ne!(first.visitor, other.visitor);
    let again = NewSession { token: Some(first.token.clone()), ..NewSession::default() };
    let resumes = |room: &Room| session(room, again.clone()).map(|session| session.visitor);
    room.world.advance_s(patchbay_channels::webchat::SESSION_TOKEN_S + RESUMED_S_MAX - 1);
    assert_eq!(
        authenticate(&room.center, "default", &with_token(&first.token, ORIGIN)).unwrap_err().status(),
        401
    );
    assert_eq!(resumes(&room), Ok(first.visitor.clone()));
    room.world.advance_s(1);
    assert_eq!(resumes(&room), Err(401));
}

#[test]
fn who_may_not_have_a_session_gets_none() {
    let room = Room::new(ask_and_hand_over());
    let status = |account: &str, origin: Option<&str>, wanted: NewSession| {
        create_session(&room.center, account, origin, wanted).unwrap_err().status()
    };
    assert_eq!(status("other", ORIGIN, NewSession::default()), 404);
    assert_eq!(status("default", Some("https://evil.example"), NewSession::default()), 403);
    assert_eq!(
        status("default", ORIGIN, NewSession { token: Some("forged".into()), ..NewSession::default() }),
        401
    );
    let name = |chars: usize| NewSession { name: Some("字".repeat(chars)), ..NewSession::default() };
    assert_eq!(status("default", ORIGIN, name(129)), 400);
    session(&room, name(128)).unwrap();
}

#[test]
fn the_socket_and_http_take_the_same_document_once() {
    let (mut room, session, claims) = visitor();
    connects(&room, &session, "s1").unwrap();
    let ack = frame(
        &room,
        "s1",
        r#"{"action": "message", "client_msg_id": "c1", "kind": "text", "text": "Hello"}"#,
    );
    assert_eq!((&ack["event_type"], &ack["payload"]["client_msg_id"]), (&json!("ack"), &json!("c1")));
    let body = br#"{"client_msg_id": "c1", "kind": "text", "text": "Hello"}"#.to_vec();
    let request = WebhookRequest { body, ..with_token(&session.token, ORIGIN) };
    let reply = now(receive(&room.center, "default", request));
    let receipt: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!((reply.status, &receipt["sid"]), (202, &ack["payload"]["sid"]));
    assert_eq!(room.ports.queue.sent(QueueName::Inbound).len(), 1);
    room.settle();
    assert_eq!(page(&room, &claims, Seq(0), 10).0, ["inbound Hello", "outbound Your name?"]);
    let contact = room.contact(ChannelKind::Webchat, &claims.sub);
    let message = &room.messages(&contact)[0];
    assert_eq!(json!(message.sid), ack["payload"]["sid"]);
}

#[test]
fn a_message_is_delivered_when_a_socket_takes_it_and_sent_when_none_does() {
    let (mut room, session, claims) = visitor();
    connects(&room, &session, "s1").unwrap();
    let says = |room: &mut Room, id: &str| {
        frame(
            room,
            "s1",
            &format!(r#"{{"action": "message", "client_msg_id": "{id}", "kind": "text", "text": "Hi"}}"#),
        );
        room.settle();
    };
    says(&mut room, "c1");
    let contact = room.contact(ChannelKind::Webchat, &claims.sub);
    let question = room.messages(&contact).pop().unwrap();
    assert_eq!(question.status, MessageStatus::Delivered);
    let frames = room.frames("s1");
    assert_eq!(
        (&frames[0]["event_type"], &frames[0]["payload"]["text"]),
        (&json!("message.created"), &json!("Your name?"))
    );
    insta::assert_json_snapshot!("items_of_a_visitors_socket", json!([room.items("S#"), room.items("Y#")]));
    // The visitor has seen it.
    let read = json!({ "action": "read", "client_msg_id": "c2", "receipt": frames[0]["payload"]["receipt"] });
    assert_eq!(frame(&room, "s1", &read.to_string())["event_type"], "ack");
    room.settle();
    assert_eq!(room.messages(&contact).pop().unwrap().status, MessageStatus::Read);
    // The socket goes without a word; the next message finds it gone.
    let (mut room, session, claims) = visitor();
    connects(&room, &session, "s1").unwrap();
    frame(&room, "s1", r#"{"action": "message", "client_msg_id": "c1", "kind": "text", "text": "Hi"}"#);
    now(room.center.push.close("s1")).unwrap();
    room.settle();
    let contact = room.contact(ChannelKind::Webchat, &claims.sub);
    assert_eq!(room.messages(&contact).pop().unwrap().status, MessageStatus::Sent);
    assert_eq!(room.items("S#")[0]["attributes"]["d"]["connections"], json!([]));
}

#[test]
fn the_oldest_socket_gives_way_to_one_more_than_the_limit() {
    let (room, session, _) = visitor();
    for at in 0..CONNECTIONS_PER_VISITOR_MAX {
        connects(&room, &session, &format!("s{at}")).unwrap();
    }
    connects(&room, &session, "s0").unwrap();
    assert!(room.push.is_open("s0"));
    connects(&room, &session, "one more").unwrap();
    assert!(!room.push.is_open("s0") && room.push.is_open("s1"));
    let stored = room.items("S#")[0]["attributes"]["d"]["connections"].as_array().unwrap().len();
    assert_eq!(stored, CONNECTIONS_PER_VISITOR_MAX);
    for _ in 0..2 {
        now(disconnect(&room.center, "s1")).unwrap();
    }
    let stored = room.items("S#")[0]["attributes"]["d"]["connections"].as_array().unwrap().len();
    assert_eq!(stored, CONNECTIONS_PER_VISITOR_MAX - 1);
}

#[test]
fn a_handshake_without_a_good_token_is_refused() {
    let (room, session, _) = visitor();
    let forged = Session { token: session.token.replace('.', "x"), ..session.clone() };
    assert_eq!(connects(&room, &forged, "s1"), Err(401));
    room.world.advance_s(patchbay_channels::webchat::SESSION_TOKEN_S);
    assert_eq!(connects(&room, &session, "s1"), Err(401));
    assert!(room.items("S#").as_array().unwrap().is_empty());
}

#[test]
fn frames_are_answered_whatever_they_are() {
    let (room, session, _) = visitor();
    connects(&room, &session, "s1").unwrap();
    let check = |text: &str, event: &str, code: Value| {
        let answer = frame(&room, "s1", text);
        assert_eq!((&answer["event_type"], &answer["payload"]["code"]), (&json!(event), &code), "{text:.80}");
    };
    check(r#"{"action": "ping"}"#, "pong", Value::Null);
    check(r#"{"action": "typing", "client_msg_id": "t1", "on": true}"#, "ack", Value::Null);
    check("not json", "error", json!(400));
    check("[]", "error", json!(400));
    check(r#"{"action": "dance"}"#, "error", json!(400));
    check(r#"{"action": "message", "client_msg_id": "c1"}"#, "error", json!(400));
    check(r#"{"action": "read", "client_msg_id": "r1", "receipt": "forged"}"#, "error", json!(400));
    let sized = |bytes: usize| {
        let around = r#"{"action": "message", "client_msg_id": "c9", "kind": "text", "text": ""}"#;
        around.replace(r#""text": ""}"#, &format!(r#""text": "{}"}}"#, "x".repeat(bytes - around.len())))
    };
    check(&sized(FRAME_BYTES_MAX), "ack", Value::Null);
    check(&sized(FRAME_BYTES_MAX + 1), "error", json!(400));
    room.push.open("stranger");
    let answer = frame(
        &room,
        "stranger",
        r#"{"action": "message", "client_msg_id": "c1", "kind": "text", "text": "x"}"#,
    );
    assert_eq!(answer["payload"]["code"], 401);
    assert_eq!(frame(&room, "s1", "  "), Value::Null);
    room.fail(0, false);
    check(
        r#"{"action": "message", "client_msg_id": "c2", "kind": "text", "text": "x"}"#,
        "error",
        json!(503),
    );
}

#[test]
fn a_socket_outlives_its_token() {
    let (room, session, _) = visitor();
    connects(&room, &session, "s1").unwrap();
    room.world.advance_s(3_600);
    let ack =
        frame(&room, "s1", r#"{"action": "message", "client_msg_id": "c1", "kind": "text", "text": "x"}"#);
    assert_eq!(ack["event_type"], "ack");
}

#[test]
fn history_is_what_lies_behind_a_position_and_only_the_visitors_own() {
    let (mut room, session, claims) = visitor();
    connects(&room, &session, "s1").unwrap();
    assert_eq!(page(&room, &claims, Seq(7), 10), (Vec::new(), Seq(7)));
    for text in ["one", "two", "three"] {
        room.world.advance_ms(1_000);
        frame(
            &room,
            "s1",
            &format!(
                r#"{{"action": "message", "client_msg_id": "{text}", "kind": "text", "text": "{text}"}}"#
            ),
        );
        room.settle();
    }
    let all = ["inbound one", "outbound Your name?", "inbound two", "inbound three"];
    assert_eq!(page(&room, &claims, Seq(0), 10).0, all);
    // Page by page, nothing twice and nothing missed.
    let (mut seen, mut after) = (Vec::new(), Seq(0));
    loop {
        let (page, last) = page(&room, &claims, after, 1);
        if page.is_empty() {
            break;
        }
        assert_eq!(page.len(), 1);
        seen.extend(page);
        after = last;
    }
    assert_eq!(seen, all);
    let other = session_claims(&room);
    assert!(page(&room, &other, Seq(0), 10).0.is_empty());
    let whole = now(history(&room.center, &claims, Seq(0), 10)).unwrap();
    assert_eq!(whole.messages[0]["client_msg_id"], "one");
    insta::assert_json_snapshot!("history", whole);
}

fn session_claims(room: &Room) -> Claims {
    let other = session(room, NewSession::default()).unwrap();
    authenticate(&room.center, "default", &with_token(&other.token, ORIGIN)).unwrap()
}

#[test]
fn only_a_web_chat_has_sessions() {
    let room = Room::new(ask_and_hand_over());
    let sms: &dyn Channel = room.account(ChannelKind::Sms);
    assert!(sms.webchat().is_none());
    assert!(room.account(ChannelKind::Webchat).webchat().is_some());
}

#[test]
fn the_newest_messages_are_where_a_client_begins() {
    let (mut room, session, claims) = visitor();
    connects(&room, &session, "s1").unwrap();
    let begin = |room: &Room, limit| {
        let page = now(newest(&room.center, &claims, limit)).unwrap();
        (page.messages.iter().map(|message| message["text"].clone()).collect::<Vec<_>>(), page.last_seq)
    };
    assert_eq!(begin(&room, 10), (Vec::new(), Seq(0)));
    for text in ["one", "two", "three"] {
        room.world.advance_ms(1_000);
        let document = json!({ "action": "message", "client_msg_id": text, "kind": "text", "text": text });
        frame(&room, "s1", &document.to_string());
        room.settle();
    }
    let (texts, last) = begin(&room, 2);
    assert_eq!(texts, ["two", "three"]);
    assert_eq!(page(&room, &claims, last, 10), (Vec::new(), last));
    assert_eq!(begin(&room, 100).0.len(), 4);
}

#[test]
fn a_visitor_is_told_where_the_conversation_stands() {
    let (mut room, session, claims) = visitor();
    connects(&room, &session, "s1").unwrap();
    let stands = |room: &Room| json!(now(standing(&room.center, &claims)).unwrap());
    let told = |room: &Room| -> Vec<Value> {
        let frames = room.frames("s1").into_iter();
        frames
            .filter(|frame| frame["event_type"] == "conversation")
            .map(|frame| frame["payload"].clone())
            .collect()
    };
    let says = |room: &mut Room, text: &str| {
        let document = json!({ "action": "message", "client_msg_id": text, "kind": "text", "text": text });
        frame(room, "s1", &document.to_string());
        room.settle();
    };
    assert_eq!(stands(&room), json!({ "agents": [] }));
    says(&mut room, "Hello");
    assert_eq!(stands(&room), json!({ "state": "flow", "agents": [] }));
    assert!(told(&room).is_empty());
    says(&mut room, "Vi");
    // The router has not seen the task yet: there is no place to tell.
    assert_eq!(stands(&room), json!({ "state": "waiting", "agents": [] }));
    assert_eq!(told(&room), [json!({ "state": "waiting", "agents": [] })]);
}

#[test]
fn what_a_widget_looks_like_is_for_pages_of_allowed_origins() {
    let room = Room::new(ask_and_hand_over());
    let status = |account: &str, origin: Option<&str>| {
        let look = now(look(&room.center, account, origin));
        look.map(|look| (look.appearance.rating, look.openings)).map_err(|error| error.status())
    };
    assert_eq!(status("default", ORIGIN), Ok((true, None)));
    assert_eq!(status("default", Some("https://evil.example")), Err(403));
    assert_eq!(status("other", ORIGIN), Err(404));
}

#[test]
fn visitors_are_told_when_somebody_is_there() {
    let mut room = Room::new(ask_and_hand_over());
    let openings = |room: &Room| now(look(&room.center, "default", ORIGIN)).unwrap().openings;
    let always = |room: &Room| {
        let from = room.world_now();
        Some(vec![Opening { from, to: from.plus_s(OPENINGS_DAYS * 86_400) }])
    };
    let own = [("hours", "mon-sun 00:00-24:00"), ("time_zone", "UTC")];
    room.open(ChannelKind::Webchat, "default", &own);
    assert_eq!(openings(&room), always(&room));
    // Nobody is turned away by a schedule that there is not.
    room.open(ChannelKind::Webchat, "default", &[("hours", "@shop")]);
    assert_eq!(openings(&room), None);
    let (_, mut documents) = now(stored_documents(&room.center)).unwrap();
    let week = json!([{ "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00" }]);
    let apply_shop = |documents: &mut ConfigDocuments, over: Value| {
        let shop = json!([{ "name": "shop", "time_zone": "UTC", "weekly": week, "override": over }]);
        documents.workspace.hours = serde_json::from_value(shop).unwrap();
        now(apply(&room.center, documents)).unwrap();
    };
    apply_shop(&mut documents, Value::Null);
    assert_eq!(openings(&room), always(&room));
    apply_shop(&mut documents, json!({ "open": false }));
    assert_eq!(openings(&room), Some(Vec::new()));
}
