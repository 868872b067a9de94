//! What is to be said later.

use super::*;
use crate::agent::scheduled::{AHEAD_S_MAX, AHEAD_S_MIN, SCHEDULED_MAX};
use crate::ports::{Queue, Table, World};
use crate::store::{Fate, load_due, load_scheduled};
use crate::{contacts, inbound};
use patchbay_model::{Consent, OutboundMessage};

/// Seconds after which the messages of these tests are to be said.
const LATER_S: i64 = 1_000;

fn later(desk: &Desk, id: &str, fields: Value) -> Value {
    let send_at = desk.world.now().plus_s(LATER_S);
    let mut request = json!({
        "action": "message.send", "id": id, "conversation_sid": conversation_sid(), "text": "Did it arrive?",
        "send_at": send_at,
    });
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

fn about(action: &str, sid: &Value, fields: Value) -> Value {
    let mut request = json!({
        "action": action, "id": format!("{action} {fields}"), "conversation_sid": conversation_sid(),
        "message_sid": sid,
    });
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

/// Has the flow function say what was handed to it.
async fn say(desk: &Desk) {
    let due = desk.queue.take(QueueName::Inbound);
    let records = due.into_iter().enumerate().map(|(number, message)| Record {
        message_id: number.to_string(),
        group: message.group,
        body: message.body,
        receive_count: 1,
    });
    assert_eq!(inbound::handle(&desk.center, records.collect()).await, Vec::<String>::new());
}

/// What was asked for under the id "1", as it is stored.
async fn fate(desk: &Desk, sid: &Value) -> Fate {
    let sid = serde_json::from_value(sid.clone()).unwrap();
    load_scheduled(desk.table.as_ref(), &contact_sid(), &sid).await.unwrap().unwrap().fate
}

/// The commands that look at scheduled messages, as they wait.
fn looks(desk: &Desk) -> Vec<Outgoing> {
    let routing = desk.queue.take(QueueName::Routing);
    routing.into_iter().filter(|message| message.body.contains("\"scheduled\"")).collect()
}

/// Lets the time pass, delivering the looks when their delays are over.
async fn wait(desk: &Desk, s: i64) {
    let end = desk.world.now().plus_s(s);
    let mut waiting = looks(desk);
    while let Some(at) = waiting.iter().map(|message| message.delay_s).min() {
        if desk.world.now().plus_s(i64::from(at)) > end {
            break;
        }
        desk.world.advance_s(i64::from(at));
        for message in std::mem::take(&mut waiting) {
            match message.delay_s - at {
                0 => {
                    desk.deliver(message.body).await;
                    say(desk).await;
                }
                left => waiting.push(Outgoing { delay_s: left, ..message }),
            }
        }
        waiting.extend(looks(desk));
    }
    let rest_ms = end.since_ms(desk.world.now());
    desk.world.advance_ms(rest_ms);
    let s = u32::try_from(rest_ms / 1000).unwrap();
    let left = waiting.into_iter().map(|message| Outgoing { delay_s: message.delay_s - s, ..message });
    desk.queue.send(QueueName::Routing, left.collect()).await.unwrap();
}

fn outbound(desk: &Desk) -> Vec<OutboundMessage> {
    let queued = desk.queue.take(QueueName::Outbound);
    queued.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
}

async fn is_listed(desk: &Desk) -> bool {
    let far = desk.world.now().plus_s(2 * AHEAD_S_MAX);
    !load_due(desk.table.as_ref(), far, 10).await.unwrap().is_empty()
}

/// What `sync` says is to be said.
async fn listed(desk: &Desk) -> Vec<String> {
    let answer = desk.ask("ann", json!({ "action": "sync", "id": "s" })).await;
    let lists = answer["conversations"].as_array().unwrap();
    let of = |entry: &Value| entry["scheduled"].as_array().unwrap().clone();
    lists.iter().flat_map(of).map(|entry| entry["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn it_is_kept_shown_and_said_when_it_is_due() {
    let (desk, _) = Desk::with_agent(1).await;
    let ack = desk.check_repeats("ann", later(&desk, "1", json!({}))).await;
    assert_eq!(ack["scheduled"]["state"], "scheduled");
    assert_eq!(desk.heard(OTHER), ["message.scheduled"]);
    assert_eq!((desk.texts().await.len(), outbound(&desk).len()), (2, 0));
    assert_eq!(listed(&desk).await, ["Did it arrive?"]);
    // A second has passed between asking and asking again.
    wait(&desk, LATER_S - 2).await;
    assert_eq!(fate(&desk, &ack["message_sid"]).await, Fate::Scheduled);
    wait(&desk, 1).await;
    let said = desk.messages().await.pop().unwrap();
    assert_eq!((json!(said.sid), said.status), (ack["message_sid"].clone(), MessageStatus::Queued));
    assert_eq!(said.author, Author::Agent { worker_sid: worker_sid("ann"), name: "ann".into() });
    assert_eq!(outbound(&desk).len(), 1);
    assert_eq!(desk.heard("ann"), ["message.created", "message.scheduled"]);
    assert!(matches!(fate(&desk, &ack["message_sid"]).await, Fate::Sent { .. }));
    assert!(!is_listed(&desk).await && listed(&desk).await.is_empty());
    // Whoever asks again hears what became of it.
    let again = desk.ask("ann", later(&desk, "1", json!({ "send_at": 1 }))).await;
    assert_eq!(again["scheduled"]["state"], "sent");
    assert_eq!(outbound(&desk).len(), 0);
}

#[tokio::test]
async fn the_time_has_bounds_and_so_has_their_number() {
    let (desk, _) = Desk::with_agent(0).await;
    let at = |s: i64, ms: i64| json!({ "send_at": desk.world.now().plus_s(s).plus_ms(ms) });
    for (id, time) in [("1", at(AHEAD_S_MIN, 0)), ("2", at(AHEAD_S_MAX, 0))] {
        desk.ask("ann", later(&desk, id, time)).await;
    }
    for time in [at(AHEAD_S_MIN, -1), at(AHEAD_S_MAX, 1), json!({ "send_at": "soon" })] {
        desk.check_refused("ann", later(&desk, "3", time), "bad_field").await;
    }
    let reaction = json!({ "text": null, "reaction": { "emoji": "👍" } });
    desk.check_refused("ann", later(&desk, "3", reaction), "bad_field").await;
    for id in 3..=SCHEDULED_MAX {
        desk.ask("ann", later(&desk, &id.to_string(), json!({}))).await;
    }
    desk.check_refused("ann", later(&desk, "more", json!({})), "refused").await;
}

#[tokio::test]
async fn whoever_is_not_on_the_conversation_schedules_and_cancels_nothing() {
    let (desk, _) = Desk::with_agent(0).await;
    desk.online("bob").await;
    desk.check_refused("bob", later(&desk, "1", json!({})), "not_found").await;
    let ack = desk.ask("ann", later(&desk, "1", json!({}))).await;
    let cancel = about("message.cancel", &ack["message_sid"], json!({}));
    desk.check_refused("bob", cancel.clone(), "not_found").await;
    assert_eq!(desk.ask(SUPERVISOR, cancel).await["scheduled"]["state"], "canceled");
}

#[tokio::test]
async fn a_canceled_one_is_never_said() {
    let (desk, _) = Desk::with_agent(0).await;
    let ack = desk.ask("ann", later(&desk, "1", json!({}))).await;
    let canceled = desk.check_repeats("ann", about("message.cancel", &ack["message_sid"], json!({}))).await;
    assert_eq!(
        (&canceled["scheduled"]["state"], &canceled["scheduled"]["reason"]),
        (&json!("canceled"), &json!("by ann"))
    );
    assert!(!is_listed(&desk).await);
    wait(&desk, LATER_S + 1).await;
    assert_eq!((desk.texts().await, outbound(&desk).len()), (vec!["ann joined".to_owned()], 0));
    let late = about("message.reschedule", &ack["message_sid"], json!({ "text": "x" }));
    desk.check_refused("ann", late, "refused").await;
    // Nor when the first request is repeated.
    assert_eq!(desk.ask("ann", later(&desk, "1", json!({}))).await["scheduled"]["state"], "canceled");
}

#[tokio::test]
async fn it_may_be_said_at_another_time_in_other_words_or_now() {
    let (desk, _) = Desk::with_agent(0).await;
    let ack = desk.ask("ann", later(&desk, "1", json!({}))).await;
    let sid = &ack["message_sid"];
    let at = desk.world.now().plus_s(2 * LATER_S);
    let changed = json!({ "send_at": at, "text": "Is it there?", "unless_answered": true });
    let changed = desk.ask("ann", about("message.reschedule", sid, changed)).await;
    assert_eq!(changed["scheduled"]["text"], "Is it there?");
    wait(&desk, LATER_S + 60).await;
    assert_eq!(fate(&desk, sid).await, Fate::Scheduled);
    wait(&desk, LATER_S).await;
    assert_eq!(outbound(&desk)[0].content, Content::text("Is it there?"));
    let late = about("message.cancel", sid, json!({}));
    desk.check_refused("ann", late, "refused").await;

    let ack = desk.ask("ann", later(&desk, "2", json!({}))).await;
    let at_once = about("message.reschedule", &ack["message_sid"], json!({}));
    desk.ask("ann", at_once.clone()).await;
    say(&desk).await;
    wait(&desk, 10).await;
    assert_eq!(outbound(&desk).len(), 1);
    assert_eq!(desk.ask("ann", at_once).await["scheduled"]["state"], "sent");
}

async fn opt_out(desk: &Desk) {
    desk.change_contact(|contact| {
        contact.consent.insert(ChannelKind::Sms, Consent::OptedOut);
    })
    .await;
}

/// What came of a message when something has changed before it was due.
async fn refused(change: impl AsyncFnOnce(&Desk)) -> (String, Vec<OutboundMessage>) {
    let (desk, _) = Desk::with_agent(0).await;
    let ack = desk.ask("ann", later(&desk, "1", json!({}))).await;
    change(&desk).await;
    desk.push.take("ann");
    wait(&desk, LATER_S + 1).await;
    let reason = match fate(&desk, &ack["message_sid"]).await {
        Fate::Refused { reason, .. } => reason,
        fate => format!("{fate:?}"),
    };
    let last = desk.messages().await.pop().unwrap();
    assert_eq!((last.status, last.reason.as_deref()), (MessageStatus::Failed, Some(reason.as_str())));
    let heard = desk.heard_frames("ann");
    assert!(heard.iter().any(|frame| frame["payload"]["state"] == "refused"), "{heard:?}");
    (reason, outbound(&desk))
}

#[tokio::test]
async fn what_may_not_be_said_any_more_is_refused_to_the_agents_and_in_the_timeline() {
    let opted_out = async |desk: &Desk| {
        opt_out(desk).await;
    };
    assert_eq!(refused(opted_out).await, (contacts::OPTED_OUT.to_owned(), vec![]));
    let moved = async |desk: &Desk| {
        desk.change_contact(|contact| contact.identities.retain(|own| *own != sms())).await;
    };
    let gone = "address: the contact does not have this address any more".to_owned();
    assert_eq!(refused(moved).await, (gone, vec![]));
    // Whoever wrote it hears of it, though the conversation is over.
    let closed_and_out = async |desk: &Desk| {
        opt_out(desk).await;
        desk.change_conversation(|conversation| {
            conversation.state = ConversationState::Closed;
            conversation.workers.clear();
        })
        .await;
    };
    assert_eq!(refused(closed_and_out).await.0, contacts::OPTED_OUT);
}

#[tokio::test]
async fn it_goes_to_the_customer_though_the_conversation_has_closed_or_another_is_open() {
    for number in [1, 2] {
        let (desk, _) = Desk::with_agent(0).await;
        desk.ask("ann", later(&desk, "1", json!({}))).await;
        desk.change_conversation(|conversation| {
            conversation.sid = contact_sid().conversation(number);
            conversation.workers.clear();
            conversation.state =
                if number == 1 { ConversationState::Closed } else { ConversationState::Flow };
        })
        .await;
        wait(&desk, LATER_S + 1).await;
        let said = desk.messages().await.pop().unwrap();
        assert_eq!(said.conversation_sid, contact_sid().conversation(number));
        assert_eq!(outbound(&desk)[0].to, sms());
    }
}

#[tokio::test]
async fn it_is_not_said_to_whoever_has_answered_where_that_was_asked_for() {
    for (asked, when_s, said) in [(true, 60, 0), (false, 60, 1), (true, -60, 1)] {
        let (desk, _) = Desk::with_agent(0).await;
        let ack = desk.ask("ann", later(&desk, "1", json!({ "unless_answered": asked }))).await;
        desk.customer_said("I have it", desk.world.now().plus_s(when_s)).await;
        wait(&desk, LATER_S + 1).await;
        assert_eq!(outbound(&desk).len(), said, "{asked} {when_s}");
        let canceled = matches!(fate(&desk, &ack["message_sid"]).await, Fate::Canceled { .. });
        assert_eq!(canceled, said == 0);
        let line = "A message that ann had scheduled was not sent: the customer has written before";
        assert_eq!(desk.texts().await.iter().any(|text| text == line), canceled);
    }
}

#[tokio::test]
async fn the_sweep_says_what_a_lost_look_left_and_what_a_crash_had_begun() {
    let (desk, _) = Desk::with_agent(0).await;
    let ack = desk.ask("ann", later(&desk, "1", json!({}))).await;
    let sid = &ack["message_sid"];
    looks(&desk);
    let sweep = async || {
        desk.deliver(body(&RoutingBody::Sweep)).await;
        say(&desk).await;
    };
    desk.world.advance_s(LATER_S + 120);
    sweep().await;
    assert_eq!(fate(&desk, sid).await, Fate::Scheduled, "the look may still come");
    desk.world.advance_s(1);
    // Somebody has decided, and died.
    let loaded = serde_json::from_value(sid.clone()).unwrap();
    let mut decided = load_scheduled(desk.table.as_ref(), &contact_sid(), &loaded).await.unwrap().unwrap();
    let seq = Seq::of(desk.world.now(), &loaded);
    decided.fate = Fate::Sending { conversation_sid: conversation_sid(), seq, refused: None };
    desk.table.write(vec![put_next(&mut decided)]).await.unwrap();
    desk.check_refused("ann", about("message.cancel", sid, json!({})), "refused").await;
    // What has changed since does not count any more.
    opt_out(&desk).await;
    sweep().await;
    let said = desk.messages().await.pop().unwrap();
    assert_eq!((json!(said.sid), said.seq), (sid.clone(), seq));
    assert_eq!(outbound(&desk).len(), 1);
    sweep().await;
    assert_eq!((outbound(&desk).len(), is_listed(&desk).await), (0, false));
}

#[tokio::test]
async fn an_erasure_takes_what_was_to_be_said_along() {
    let (desk, _) = Desk::with_agent(0).await;
    desk.ask("ann", later(&desk, "1", json!({}))).await;
    desk.change_conversation(|conversation| {
        conversation.state = ConversationState::Closed;
        conversation.workers.clear();
    })
    .await;
    contacts::erase(&desk.center, &contact_sid(), "api").await.unwrap();
    let (look, rest): (Vec<Outgoing>, Vec<Outgoing>) = desk
        .queue
        .take(QueueName::Routing)
        .into_iter()
        .partition(|message| message.body.contains("\"scheduled\""));
    for message in rest.into_iter().filter(|message| message.delay_s == 0) {
        desk.deliver(message.body).await;
    }
    assert!(!is_listed(&desk).await);
    desk.world.advance_s(LATER_S + 1);
    for message in look {
        desk.deliver(message.body).await;
        say(&desk).await;
    }
    assert_eq!((desk.messages().await.len(), outbound(&desk).len()), (0, 0));
}
