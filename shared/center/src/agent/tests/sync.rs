//! What a client hears that was away, and what it can ask of the past.

use super::*;
use crate::agent::snapshot::{MISSED_MAX, SHOWN_MAX};
use patchbay_model::limits::PUSH_BYTES_MAX;

fn sync(cursor: Option<Seq>) -> Value {
    match cursor {
        Some(seq) => {
            json!({ "action": "sync", "id": "s", "conversations": { conversation_sid().as_str(): seq } })
        }
        None => json!({ "action": "sync", "id": "s" }),
    }
}

fn texts(payload: &Value) -> Vec<String> {
    let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
    payload["messages"].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn a_client_that_was_away_hears_everything_it_needs() {
    let (desk, reservation) = Desk::with_agent(3).await;
    let ack = desk.check_repeats("ann", sync(None)).await;
    assert_eq!(ack["worker"]["sid"], json!(worker_sid("ann")));
    assert_eq!(ack["reservations"][0]["sid"], json!(reservation));
    assert_eq!(ack["reservations"][0]["reservation_status"], "accepted");
    assert_eq!(ack["conversations"][0]["sid"], json!(conversation_sid()));
    assert_eq!(ack["conversations"][0]["contact"]["name"], "Zoë");
    assert_eq!(ack["conversations"][0]["more"], false);
    assert_eq!(texts(&ack), ["message 0", "message 1", "message 2", "ann joined"]);
}

#[tokio::test]
async fn an_offer_is_shown_without_what_the_customer_said() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(3).await;
    let ack = desk.ask("ann", sync(None)).await;
    assert_eq!(ack["reservations"][0]["sid"], json!(reservation));
    assert_eq!((&ack["conversations"], &ack["messages"]), (&json!([]), &json!([])));
    let ack = desk.ask("bob", sync(None)).await;
    assert_eq!(ack["reservations"], json!([]));
}

#[tokio::test]
async fn an_acceptance_that_died_before_it_joined_is_repaired() {
    let desk = Desk::new().await;
    let reservation = desk.customer_waits(1).await;
    router::accept(&desk.center, &worker_sid("ann"), &reservation).await.unwrap();
    assert_eq!(desk.conversation().await.state, ConversationState::Waiting);
    let ack = desk.check_repeats("ann", sync(None)).await;
    assert_eq!(ack["conversations"][0]["workers"], json!([worker_sid("ann")]));
    assert_eq!(desk.conversation().await.state, ConversationState::WithAgent);
}

#[tokio::test]
async fn behind_a_cursor_all_is_sent_and_before_it_what_may_have_been_stored_late() {
    let (desk, _) = Desk::with_agent(0).await;
    let now = desk.center.now();
    let cursor = Seq::at(now);
    desk.customer_said("16 minutes before", now.plus_s(-960)).await;
    desk.customer_said("14 minutes before", now.plus_s(-840)).await;
    for at in 0..i64::try_from(SHOWN_MAX).unwrap() {
        desk.customer_said(&format!("after {at}"), now.plus_s(1 + at)).await;
    }
    let found = texts(&desk.ask("ann", sync(Some(cursor))).await);
    assert_eq!(found.len(), 1 + 1 + SHOWN_MAX);
    assert_eq!(found[0], "14 minutes before");
    // Without a cursor, the last 50.
    assert_eq!(texts(&desk.ask("ann", sync(None)).await).len(), SHOWN_MAX);
}

#[tokio::test]
async fn after_a_long_absence_the_newest_are_sent_and_the_rest_is_history() {
    let (desk, _) = Desk::with_agent(0).await;
    let now = desk.center.now();
    for at in 0..i64::try_from(MISSED_MAX).unwrap() + 1 {
        desk.customer_said(&format!("after {at}"), now.plus_s(1 + at)).await;
    }
    let frames = desk.ask_for_frames("ann", sync(Some(Seq::at(now)))).await;
    let found: Vec<String> = frames.iter().flat_map(|frame| texts(&frame["payload"])).collect();
    assert_eq!((found.len(), found[0].as_str()), (MISSED_MAX, "after 1"));
    let more: Vec<&Value> =
        frames.iter().flat_map(|frame| frame["payload"]["conversations"].as_array().unwrap()).collect();
    assert_eq!(more[0]["more"], true);
}

#[tokio::test]
async fn a_long_answer_comes_in_parts_that_a_socket_carries() {
    let (desk, _) = Desk::with_agent(0).await;
    let now = desk.center.now();
    for at in 0..30 {
        desk.customer_said(&"é".repeat(10_000), now.plus_s(1 + at)).await;
    }
    let answered = answer(&desk.center, &desk.session("ann"), "ann", &sync(None).to_string()).await;
    assert!(answered.len() > 4 && answered.iter().all(|frame| frame.len() <= PUSH_BYTES_MAX));
    let frames = desk.ask_for_frames("ann", sync(None)).await;
    let (ack, parts) = frames.split_last().unwrap();
    assert_eq!(ack["event_type"], "ack");
    assert!(parts.iter().all(|part| part["event_type"] == "sync"));
    let found: usize = frames.iter().map(|frame| texts(&frame["payload"]).len()).sum();
    assert_eq!(found, 31);
    assert!(frames.iter().all(|frame| frame["payload"].get("truncated").is_none()));
}

#[tokio::test]
async fn cursors_that_are_none_are_refused() {
    let desk = Desk::new().await;
    for conversations in [json!([]), json!({ "CH1": 1 }), json!({ conversation_sid().as_str(): "1" })] {
        let request = json!({ "action": "sync", "id": "s", "conversations": conversations });
        desk.check_refused("ann", request, "bad_field").await;
    }
    let many = |count: u32| {
        let sids = (0..count).map(|number| (contact_sid().conversation(number).to_string(), json!(1)));
        json!({ "action": "sync", "id": "s", "conversations": serde_json::Map::from_iter(sids) })
    };
    desk.ask("ann", many(200)).await;
    desk.check_refused("ann", many(201), "bad_field").await;
}

#[tokio::test]
async fn history_goes_back_page_by_page_and_loses_nothing() {
    let (desk, _) = Desk::with_agent(7).await;
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let request = json!({
            "action": "conversation.history", "id": "h", "conversation_sid": conversation_sid(),
            "before_seq": before, "limit": 3,
        });
        let ack = desk.check_repeats("ann", request).await;
        let page = ack["messages"].as_array().unwrap().clone();
        before = page.first().map(|message| message["seq"].clone());
        found.extend(page.into_iter().map(|message| message["sid"].as_str().unwrap().to_owned()));
        if ack["more"] == false {
            break;
        }
    }
    let all: std::collections::BTreeSet<String> =
        desk.messages().await.iter().map(|message| message.sid.to_string()).collect();
    assert_eq!(found.into_iter().collect::<std::collections::BTreeSet<_>>(), all);
    assert_eq!(all.len(), 8);
}

#[tokio::test]
async fn a_page_of_history_has_2_to_200_messages() {
    let (desk, _) = Desk::with_agent(1).await;
    let request = |limit: u32| {
        json!({
            "action": "conversation.history", "id": "h", "conversation_sid": conversation_sid(), "limit": limit,
        })
    };
    for limit in [2, 200] {
        desk.ask("ann", request(limit)).await;
    }
    for limit in [0, 1, 201] {
        desk.check_refused("ann", request(limit), "bad_field").await;
    }
}
