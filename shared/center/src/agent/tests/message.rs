//! Saying something, typing, reading.

use super::*;
use crate::ports::World;
use crate::store::{Course, fix_course};
use crate::webchat;
use patchbay_channels::WebhookRequest;
use patchbay_model::{Consent, MessageKey, OutboundMessage};

fn send(id: &str, fields: Value) -> Value {
    let mut request = json!({ "action": "message.send", "id": id, "conversation_sid": conversation_sid() });
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

fn outbound(desk: &Desk) -> Vec<OutboundMessage> {
    let queued = desk.queue.take(QueueName::Outbound);
    queued.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
}

#[tokio::test]
async fn what_an_agent_says_is_stored_queued_and_shown_to_her_other_sockets() {
    let (desk, _) = Desk::with_agent(1).await;
    let ack = desk.check_repeats("ann", send("1", json!({ "text": "Hello" }))).await;
    let said = desk.messages().await.pop().unwrap();
    assert_eq!((&ack["message_sid"], &ack["seq"]), (&json!(said.sid), &json!(said.seq)));
    assert_eq!(said.author, Author::Agent { worker_sid: worker_sid("ann"), name: "ann".into() });
    assert_eq!(said.status, MessageStatus::Queued);
    let queued = outbound(&desk);
    assert_eq!(queued.len(), 1);
    assert_eq!(
        (&queued[0].key, &queued[0].to, queued[0].from.as_str()),
        (&said.key(), &sms(), "+15005550001")
    );
    assert_eq!(desk.heard("ann"), Vec::<String>::new());
    // Twice, as it was asked twice; clients know it by its sid.
    assert_eq!(desk.heard(OTHER), ["message.created", "message.created"]);
}

#[tokio::test]
async fn two_ids_are_two_messages_and_each_worker_has_ids_of_its_own() {
    let (desk, _) = Desk::with_agent(0).await;
    desk.change_conversation(|conversation| conversation.workers.push(worker_sid("bob"))).await;
    for (worker, id) in [("ann", "1"), ("ann", "2"), ("bob", "1")] {
        desk.world.advance_s(1);
        desk.ask(worker, send(id, json!({ "text": format!("{worker} {id}") }))).await;
    }
    assert_eq!(desk.texts().await, ["ann joined", "ann 1", "ann 2", "bob 1"]);
    assert_eq!(outbound(&desk).len(), 3);
}

#[tokio::test]
async fn the_first_words_under_an_id_count() {
    let (desk, _) = Desk::with_agent(0).await;
    let first = desk.ask("ann", send("1", json!({ "text": "first" }))).await;
    desk.world.advance_s(1);
    assert_eq!(desk.ask("ann", send("1", json!({ "text": "second" }))).await, first);
    assert_eq!(desk.texts().await, ["ann joined", "first"]);
    assert_eq!(outbound(&desk)[0].content, Content::text("first"));
}

#[tokio::test]
async fn a_repetition_is_answered_as_the_first_run_was_even_when_it_is_too_late_to_say_more() {
    let (desk, _) = Desk::with_agent(0).await;
    let first = desk.ask("ann", send("1", json!({ "text": "Goodbye" }))).await;
    desk.change_conversation(|conversation| {
        conversation.state = ConversationState::Closed;
        conversation.workers.clear();
    })
    .await;
    assert_eq!(desk.ask("ann", send("1", json!({ "text": "Goodbye" }))).await, first);
    desk.check_refused("ann", send("2", json!({ "text": "One more thing" })), "not_found").await;
}

#[tokio::test]
async fn a_repetition_hands_over_what_a_first_run_that_died_had_only_stored() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.ask("ann", send("1", json!({ "text": "On its way" }))).await;
    let stored = desk.messages().await.into_iter().find(|message| message.status == MessageStatus::Queued);
    let stored = stored.unwrap();
    // The same center, in which the first run died before the queue.
    let (desk, _) = Desk::with_agent(1).await;
    let table = desk.table.as_ref();
    let course =
        Course { conversation_sid: conversation_sid(), to: sms(), our_address: "+15005550001".into() };
    fix_course(table, &contact_sid(), &stored.sid, stored.seq.time(), course).await.unwrap();
    put_message(table, &stored).await.unwrap();
    desk.change_conversation(|conversation| conversation.state = ConversationState::Closed).await;
    let answer = desk.ask("ann", send("1", json!({ "text": "On its way" }))).await;
    assert_eq!(answer["message_sid"], json!(stored.sid));
    let sent = outbound(&desk).remove(0);
    assert_eq!((sent.key, sent.to), (stored.key(), sms()));
}

#[tokio::test]
async fn whoever_is_not_on_the_conversation_learns_nothing() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.online("bob").await;
    let conversation =
        |action: &str| json!({ "action": action, "id": "1", "conversation_sid": conversation_sid() });
    let mut read = conversation("conversation.read");
    read["seq"] = json!(1);
    let send = send("1", json!({ "text": "x" }));
    for request in [send, read, conversation("message.typing"), conversation("conversation.history")] {
        desk.check_refused("bob", request.clone(), "not_found").await;
        let mut other = request;
        other["conversation_sid"] = json!(ContactSid::random([9; 16]).conversation(1));
        desk.check_refused("ann", other, "not_found").await;
    }
    assert!(outbound(&desk).is_empty());
}

#[tokio::test]
async fn another_channel_of_the_contact_may_be_chosen() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.ask("ann", send("1", json!({ "text": "Look here", "channel": "webchat" }))).await;
    desk.ask("ann", send("2", json!({ "text": "x", "channel": "sms", "address": sms().id }))).await;
    let to: Vec<Address> = outbound(&desk).into_iter().map(|message| message.to).collect();
    assert_eq!(to, [webchat(), sms()]);
    let refused =
        desk.check_refused("ann", send("3", json!({ "text": "x", "channel": "line" })), "refused").await;
    assert_eq!(refused["possible"], json!([sms(), webchat()]));
    let elsewhere = send("4", json!({ "text": "x", "channel": "sms", "address": "+15005550099" }));
    desk.check_refused("ann", elsewhere, "refused").await;
    desk.check_refused("ann", send("5", json!({ "text": "x", "channel": "pigeon" })), "bad_field").await;
}

#[tokio::test]
async fn who_has_opted_out_is_not_written_to_and_the_refusal_says_what_is_possible() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.change_contact(|contact| {
        contact.consent.insert(ChannelKind::Sms, Consent::OptedOut);
    })
    .await;
    let refused = desk.check_refused("ann", send("1", json!({ "text": "x" })), "refused").await;
    assert_eq!(refused["possible"], json!([webchat()]));
    assert!(outbound(&desk).is_empty());
}

#[tokio::test]
async fn media_go_out_with_their_caption() {
    let (desk, _) = Desk::with_agent(1).await;
    let media = json!([{ "url": "https://example.com/a.png", "content_type": "image/png" }]);
    desk.ask("ann", send("1", json!({ "media": media, "text": "see" }))).await;
    let sent = outbound(&desk).pop().unwrap().content;
    assert_eq!((sent.attachments().len(), sent.plain_text()), (1, "see"));
}

#[tokio::test]
async fn a_message_that_the_channel_cannot_carry_is_refused_at_once() {
    let (desk, _) = Desk::with_agent(1).await;
    let refused = send("1", json!({ "text": "x".repeat(16_385), "channel": "webchat" }));
    desk.check_refused("ann", refused, "refused").await;
    desk.ask("ann", send("2", json!({ "text": "x".repeat(16_384), "channel": "webchat" }))).await;
    desk.check_refused("ann", json!({ "action": "message.send", "text": "no id" }), "bad_field").await;
}

/// The name by which an answer refers to a message.
fn name(message: &Message) -> Value {
    json!(message.key().to_string())
}

#[tokio::test]
async fn an_answer_goes_where_the_message_came_from_and_names_it() {
    let (desk, _) = Desk::with_agent(1).await;
    let asked = desk.customer_said("Which colour?", desk.world.now().plus_ms(-1)).await;
    let answer = |id: &str, reply_to: Value| send(id, json!({ "text": "Red", "reply_to": reply_to }));
    desk.change_conversation(|conversation| conversation.address = webchat()).await;
    let ack = desk.check_repeats("ann", answer("1", name(&asked))).await;
    let said = desk.messages().await.pop().unwrap();
    assert_eq!((&ack["message_sid"], &said.reply_to), (&json!(said.sid), &asked.provider_id));
    let queued = outbound(&desk);
    assert_eq!((queued.len(), &queued[0].to, &queued[0].reply_to), (1, &sms(), &asked.provider_id));
    let elsewhere = json!({ "text": "Red", "reply_to": name(&asked), "channel": "webchat" });
    desk.check_refused("ann", send("2", elsewhere), "bad_field").await;
    for (wrong, code) in [
        (json!("IM1"), "bad_field"),
        (json!(1), "bad_field"),
        (json!(MessageKey { seq: Seq(1), ..asked.key() }.to_string()), "not_found"),
        (json!(MessageKey { contact: ContactSid::random([9; 16]), ..asked.key() }.to_string()), "not_found"),
    ] {
        desk.check_refused("ann", answer("3", wrong), code).await;
    }
    // What has not gone out yet has no name there.
    desk.check_refused("ann", answer("4", name(&said)), "refused").await;
}

#[tokio::test]
async fn a_reaction_is_to_a_message_and_refused_where_the_channel_has_none() {
    let (desk, _) = Desk::with_agent(1).await;
    let asked = desk.customer_said("Which colour?", desk.world.now()).await;
    let thumb = json!({ "reaction": { "emoji": "👍" } });
    desk.check_refused("ann", send("1", thumb.clone()), "bad_field").await;
    let mut to_sms = thumb;
    to_sms["reply_to"] = name(&asked);
    desk.check_refused("ann", send("2", to_sms), "refused").await;
    assert!(outbound(&desk).is_empty());
}

#[tokio::test]
async fn answers_to_choose_from_go_out_and_a_subject_only_on_mails() {
    let (desk, _) = Desk::with_agent(1).await;
    let options = json!([{ "data": "r", "text": "Red" }, { "data": "b", "text": "Blue" }]);
    desk.ask("ann", send("1", json!({ "text": "Which colour?", "choices": options }))).await;
    let Content::Choices { options, .. } = outbound(&desk).remove(0).content else { panic!() };
    assert_eq!(options[1].text, "Blue");
    desk.check_refused("ann", send("2", json!({ "text": "x", "subject": "Your order" })), "bad_field").await;
}

#[tokio::test]
async fn typing_reaches_the_customer_where_the_channel_shows_it() {
    let (desk, _) = Desk::with_agent(1).await;
    let typing = json!({ "action": "message.typing", "id": "1", "conversation_sid": conversation_sid() });
    assert_eq!(desk.check_repeats("ann", typing.clone()).await["shown"], false);
    let origin = Some("https://shop.example");
    let visitor = webchat::create_session(&desk.center, "default", origin, Default::default()).unwrap();
    let mut request = WebhookRequest { method: "GET".into(), ..WebhookRequest::default() };
    request.headers.push("Authorization", format!("Bearer {}", visitor.token));
    request.headers.push("Origin", "https://shop.example");
    desk.push.open("visitor");
    webchat::connect(&desk.center, "default", &request, "visitor").await.unwrap();
    let address = Address::new(ChannelKind::Webchat, "default", visitor.visitor);
    desk.change_conversation(|conversation| conversation.address = address).await;
    assert_eq!(desk.ask("ann", typing.clone()).await["shown"], true);
    assert_eq!(desk.push.take("visitor").len(), 1);
    let mut wrong = typing;
    wrong["on"] = json!("yes");
    desk.check_refused("ann", wrong, "bad_field").await;
}

#[tokio::test]
async fn what_one_socket_has_read_the_others_hear() {
    let (desk, _) = Desk::with_agent(1).await;
    let request =
        json!({ "action": "conversation.read", "id": "1", "conversation_sid": conversation_sid(), "seq": 5 });
    desk.ask("ann", request.clone()).await;
    assert_eq!(desk.heard("ann"), Vec::<String>::new());
    assert_eq!(desk.heard(OTHER), ["conversation.read"]);
    desk.check_repeats("ann", request.clone()).await;
    let mut wrong = request;
    wrong["seq"] = json!(-1);
    desk.check_refused("ann", wrong, "bad_field").await;
}
