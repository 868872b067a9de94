//! What customers and agents live through, against the real program or a deployed center.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hyper::Method;
use patchbay_tests::harness::{Agent, Running, Visitor, customer, eventually};
use serde_json::{Value, json};

async fn end(agent: &mut Agent, offer: &Value) {
    agent.act(json!({ "action": "reservation.wrap", "reservation_sid": offer["sid"] })).await;
    agent.act(json!({ "action": "reservation.complete", "reservation_sid": offer["sid"] })).await;
}

#[tokio::test]
async fn a_visitor_is_led_from_the_robot_to_the_right_agent() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let mut bruno = Agent::connect(&center, "Bruno").await;
    // Neither speaks English to sales customers: one is of another department, one speaks no English.
    let mut emi = Agent::connect(&center, "Emi").await;
    let mut vera = Visitor::come(&center).await;
    vera.say("hello").await;
    vera.sees("I am a robot").await;
    vera.say("When do you open?").await;
    vera.sees("9:00").await;
    vera.say("Live agent, please").await;
    vera.sees("Which language").await;
    vera.say("English").await;
    vera.sees("One moment").await;
    let contact = center.contact("webchat", &vera.id).await;
    assert_eq!(contact["attributes"]["language"], "en");

    // The one who has waited longest is asked first; when they decline, the next.
    let (mut first, mut second, offer) = tokio::select! {
        offer = ann.offered() => (ann, bruno, offer),
        offer = bruno.offered() => (bruno, ann, offer),
    };
    first.act(json!({ "action": "worker.activity", "activity": "Break" })).await;
    first.act(json!({ "action": "reservation.reject", "reservation_sid": offer["sid"] })).await;
    let offer = second.offered().await;
    let accepted = second.accept(&offer).await;
    let with_vera = second.conversation(&accepted).await;

    second.say(&with_vera, "Good morning, this is a person.").await;
    vera.sees("this is a person").await;
    vera.say("At last!").await;
    let heard = second.hears("At last!").await;
    assert_eq!(heard["conversation_sid"], with_vera.as_str());

    // The same agent, at the same time, on two other channels.
    let mut answered = Vec::new();
    let (sms, line) = (customer("sms"), customer("line"));
    for (channel, address) in [("sms", &sms), ("line", &line)] {
        for (words, answer) in [("live agent", "Which language"), ("english", "One moment")] {
            assert_eq!(center.customer_writes(channel, address, words).await, 200);
            center.sees(channel, address, answer).await;
        }
        let offer = second.offered().await;
        let accepted = second.accept(&offer).await;
        let sid = second.conversation(&accepted).await;
        second.say(&sid, &format!("Hello on {channel}")).await;
        center.sees(channel, address, &format!("Hello on {channel}")).await;
        assert_eq!(center.customer_writes(channel, address, &format!("thanks by {channel}")).await, 200);
        second.hears(&format!("thanks by {channel}")).await;
        answered.push(offer);
    }
    assert!(!center.shown("sms", &sms).await.iter().any(|text| text.contains("Hello on line")));

    end(&mut second, &offer).await;
    vera.sees("Goodbye").await;
    for offer in &answered {
        end(&mut second, offer).await;
    }
    center.sees("sms", &sms, "Goodbye").await;
    center.sees("line", &line, "Goodbye").await;

    // Who comes back is known: nothing is asked again, and the agent sees what was said before.
    let before = center.contact("sms", &sms).await;
    assert_eq!(center.customer_writes("sms", &sms, "live agent").await, 200);
    let offer = second.offered().await;
    let accepted = second.accept(&offer).await;
    let after = center.contact("sms", &sms).await;
    assert_eq!(before["sid"], after["sid"]);
    let questions = center.shown("sms", &sms).await;
    assert_eq!(questions.iter().filter(|text| text.contains("Which language")).count(), 1);
    let history = accepted["messages"].as_array().unwrap();
    assert!(history.iter().any(|message| message["text"] == "thanks by sms"), "{accepted}");
    end(&mut second, &offer).await;

    let said = center.history(before["sid"].as_str().unwrap()).await;
    let expect = ("contact".to_owned(), "sms".to_owned(), "thanks by sms".to_owned());
    assert_eq!(said.iter().filter(|line| **line == expect).count(), 1, "{said:?}");
    first.act(json!({ "action": "worker.activity", "activity": "Available" })).await;
    // Emi was asked nothing: the agent that did hear something would have more than `pong` to read.
    let pong = emi.ask(json!({ "action": "ping" })).await;
    assert_eq!(pong["event_type"], "ack");
    assert_eq!(emi.unread("reservation.created"), 0);
}

#[tokio::test]
async fn receipts_of_the_provider_become_the_messages_status() {
    let center = Running::start();
    let sms = customer("sms");
    center.customer_writes("sms", &sms, "hello").await;
    center.sees("sms", &sms, "I am a robot").await;
    let contact = center.contact("sms", &sms).await;
    let path = format!("/api/contacts/{}/messages", contact["sid"].as_str().unwrap());
    eventually("the answer is delivered", || async {
        let page = center.api(&path).await;
        let last = page["messages"].as_array()?.last()?.clone();
        (last["direction"] == "outbound" && last["status"] == "delivered").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_fails_is_called_again() {
    let center = Running::start();
    let line = customer("line");
    let order = json!({ "next": 2, "status": 500 });
    center.simulator(Method::POST, "/api/line/faults", Some(&order)).await;
    center.customer_writes("line", &line, "hello").await;
    center.sees("line", &line, "I am a robot").await;
    assert_eq!(center.shown("line", &line).await.len(), 1);
}

#[tokio::test]
async fn what_is_said_arrives_in_its_order() {
    let center = Running::start();
    let mut chiyo = Agent::connect(&center, "Chiyo").await;
    let line = customer("line");
    for (words, answer) in [("live agent", "Which language"), ("日本語", "One moment")] {
        center.customer_writes("line", &line, words).await;
        center.sees("line", &line, answer).await;
    }
    let offer = chiyo.offered().await;
    let accepted = chiyo.accept(&offer).await;
    let with_line = chiyo.conversation(&accepted).await;
    let said: Vec<String> = (1..=12).map(|number| format!("answer {number}")).collect();
    for words in &said {
        chiyo.say(&with_line, words).await;
        let asks = words.replace("answer", "question");
        assert_eq!(center.customer_writes("line", &line, &asks).await, 200);
    }
    center.sees("line", &line, said.last().unwrap()).await;
    let seen: Vec<String> =
        center.shown("line", &line).await.into_iter().filter(|text| text.starts_with("answer")).collect();
    assert_eq!(seen, said);
    let mut heard = Vec::new();
    while heard.len() < said.len() {
        let frame = chiyo.expect("message.created").await;
        if frame["author"]["type"] == "contact" {
            heard.push(frame["text"].as_str().unwrap().replace("question", "answer"));
        }
    }
    assert_eq!(heard, said);
    end(&mut chiyo, &offer).await;
    center.sees("line", &line, "Goodbye").await;
}

#[tokio::test]
async fn who_goes_without_a_word_is_not_waited_for() {
    let center = Running::start();
    let ann = Agent::connect(&center, "Ann").await;
    let workers = center.api("/api/workers").await;
    let ann_sid =
        workers["workers"].as_array().unwrap().iter().find(|worker| worker["friendly_name"] == "Ann");
    let path = format!("/api/workers/{}", ann_sid.unwrap()["sid"].as_str().unwrap());
    let becomes = async |connected: bool| {
        let what = format!("the worker is connected: {connected}");
        eventually(&what, || async { (center.api(&path).await["connected"] == connected).then_some(()) })
            .await;
    };
    // A socket is its worker's a moment after it has heard `init`.
    becomes(true).await;
    drop(ann);
    becomes(false).await;
}

#[tokio::test]
async fn a_language_decides_who_is_asked() {
    let center = Running::start();
    let mut ann = Agent::connect(&center, "Ann").await;
    let mut chiyo = Agent::connect(&center, "Chiyo").await;
    let line = customer("line");
    center.customer_writes("line", &line, "live agent").await;
    center.sees("line", &line, "Which language").await;
    center.customer_writes("line", &line, "日本語").await;
    let offer = chiyo.offered().await;
    chiyo.accept(&offer).await;
    ann.ask(json!({ "action": "ping" })).await;
    assert_eq!(ann.unread("reservation.created"), 0);
    end(&mut chiyo, &offer).await;
    center.sees("line", &line, "Goodbye").await;
}
