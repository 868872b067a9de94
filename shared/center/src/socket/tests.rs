use super::*;
use crate::ports::{QueueName, Units};
use crate::store::load_worker;
use crate::testing::{NOW, Room, ask_and_hand_over, now};
use crate::token::{Claims, Role, SigningKeys};
use crate::webchat::NewSession;
use patchbay_channels::Headers;

const KEY: &[u8] = b"an invented key of thirty-two by";
const ORIGIN: &str = "https://shop.example";

fn room() -> Room {
    let mut room = Room::new(ask_and_hand_over());
    room.center.signing_keys = SigningKeys::new(KEY, None).unwrap();
    room
}

fn agent_token(room: &Room) -> String {
    let claims = Claims::new(room.worker(), Role::Agent, NOW.plus_s(3_600));
    room.center.signing_keys.sign(&claims).unwrap()
}

fn visitor_token(room: &Room) -> String {
    webchat::create_session(&room.center, "default", Some(ORIGIN), NewSession::default()).unwrap().token
}

fn handshake(raw_query: &str, headers: &[(&str, &str)]) -> WebhookRequest {
    let headers = headers.iter().copied().collect::<Headers>();
    WebhookRequest { method: "GET".into(), raw_query: raw_query.into(), headers, ..WebhookRequest::default() }
}

/// Opens the socket `s`.
fn connects(room: &Room, query: &str, headers: &[(&str, &str)]) -> Result<Option<String>, u16> {
    room.push.open("s");
    now(connect(&room.center, &handshake(query, headers), "s")).map_err(|error| error.status())
}

fn says(room: &Room, text: &str) -> Vec<String> {
    now(frame(&room.center, "s", text)).unwrap();
    room.events("s")
}

fn sockets_of_worker(room: &Room) -> usize {
    let worker = now(load_worker(&room.ports.table, &room.worker(), Consistency::Strong)).unwrap();
    worker.unwrap().connections.len()
}

/// Delivers what the routing queue holds: the socket's first frame.
fn welcomed(room: &mut Room) {
    let records = room.take(QueueName::Routing);
    assert_eq!(now(crate::router::handle(&room.center, records)), Vec::<String>::new());
    assert_eq!(room.events("s"), ["init"]);
}

#[test]
fn an_agent_comes_and_goes() {
    let mut room = room();
    assert_eq!(connects(&room, &format!("token={}", agent_token(&room)), &[]), Ok(None));
    welcomed(&mut room);
    assert_eq!(sockets_of_worker(&room), 1);
    assert_eq!(says(&room, r#"{"action":"ping","id":"1"}"#), ["ack"]);
    now(disconnect(&room.center, "s")).unwrap();
    assert_eq!(sockets_of_worker(&room), 0);
    assert_eq!(room.items("Y#"), serde_json::json!([]));
    now(disconnect(&room.center, "s")).unwrap();
}

#[test]
fn a_visitor_comes_writes_and_goes() {
    let room = room();
    let query = format!("token={}", visitor_token(&room));
    assert_eq!(connects(&room, &query, &[("origin", ORIGIN)]), Ok(None));
    let message = r#"{"action":"message","client_msg_id":"m1","kind":"text","text":"Hi"}"#;
    assert_eq!(says(&room, message), ["ack"]);
    assert_eq!(room.ports.queue.take(QueueName::Inbound).len(), 1);
    now(disconnect(&room.center, "s")).unwrap();
    assert_eq!(room.items("Y#"), serde_json::json!([]));
}

#[test]
fn the_sub_protocol_that_carries_the_token_is_named_in_the_answer() {
    let room = room();
    let protocol = format!("patchbay.{}", agent_token(&room));
    let offered = format!("json, {protocol}");
    assert_eq!(connects(&room, "", &[("Sec-WebSocket-Protocol", &offered)]), Ok(Some(protocol)));
}

#[test]
fn whoever_is_not_believed_is_refused() {
    let room = room();
    let check = |query: &str, expect: u16| {
        assert_eq!(connects(&room, query, &[("origin", ORIGIN)]), Err(expect), "{query}");
        assert_eq!(room.items("Y#"), serde_json::json!([]));
    };
    check("", 401);
    check("token=nonsense", 401);
    check(&format!("token={}x", agent_token(&room)), 401);
    // A center without this web chat has agents only.
    check(&format!("token={}&account=other", visitor_token(&room)), 401);
    room.world.advance_s(3_600);
    check(&format!("token={}", agent_token(&room)), 401);
}

#[test]
fn a_token_of_a_worker_that_is_not_there_is_refused() {
    let room = room();
    let nobody = Claims::new(patchbay_model::WorkerSid::derive(&["x"]), Role::Agent, NOW.plus_s(60));
    let token = room.center.signing_keys.sign(&nobody).unwrap();
    assert_eq!(connects(&room, &format!("token={token}"), &[]), Err(401));
}

#[test]
fn a_frame_costs_half_a_read_unit_and_a_heartbeat_nothing() {
    let room = room();
    connects(&room, &format!("token={}", agent_token(&room)), &[]).unwrap();
    room.ports.table.take_spent();
    says(&room, " ");
    assert_eq!(room.ports.table.take_spent(), Units::default());
    says(&room, r#"{"action":"ping"}"#);
    assert_eq!(room.ports.table.take_spent(), Units { write_tenths: 0, read_tenths: 5 });
}

#[test]
fn a_frame_of_nothing_is_a_heartbeat_up_to_a_frames_limit() {
    let room = room();
    connects(&room, &format!("token={}", agent_token(&room)), &[]).unwrap();
    assert_eq!(says(&room, &" ".repeat(FRAME_BYTES_MAX)), Vec::<String>::new());
    assert_eq!(says(&room, &" ".repeat(FRAME_BYTES_MAX + 1)), ["error"]);
}

#[test]
fn a_socket_of_nobody_is_closed() {
    let room = room();
    room.push.open("s");
    assert!(says(&room, r#"{"action":"ping"}"#).is_empty());
    assert!(!room.push.is_open("s"));
}
