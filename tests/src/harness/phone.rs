//! A telephone of the simulator: a caller's, an agent's, somebody's who is called.

use super::{Running, eventually};
use hyper::Method;
use serde_json::{Value, json};

pub struct Phone<'a> {
    center: &'a Running,
    pub call: String,
}

impl Phone<'_> {
    /// Somebody calls the center.
    pub async fn dial<'a>(center: &'a Running, from: &str) -> Phone<'a> {
        let dialled =
            center.simulator(Method::POST, "/api/voice/calls", Some(&json!({ "from": from }))).await;
        Phone { center, call: dialled["call"].as_str().unwrap().to_owned() }
    }

    /// Calls, chooses English, and waits for an agent.
    pub async fn waits<'a>(center: &'a Running, from: &str) -> Phone<'a> {
        let phone = Phone::dial(center, from).await;
        phone.hears("For English, press 1").await;
        phone.presses("1").await;
        phone.sits("queue").await;
        phone
    }

    /// The phone at a number that the center calls, once it rings.
    pub async fn rings<'a>(center: &'a Running, number: &str) -> Phone<'a> {
        let call = eventually(&format!("the phone at {number} rings"), || async {
            let calls = center.simulator(Method::GET, "/api/voice/calls", None).await;
            let rings = |call: &&Value| call["to"] == number && call["status"] == "ringing";
            calls.as_array().unwrap().iter().find(rings).map(|call| call["sid"].as_str().unwrap().to_owned())
        })
        .await;
        Phone { center, call }
    }

    /// The phone of an agent at this number: they pick up and press 1, as they are asked.
    pub async fn taken<'a>(center: &'a Running, number: &str) -> Phone<'a> {
        let phone = Phone::rings(center, number).await;
        phone.answers().await;
        phone.hears("Press 1").await;
        phone.presses("1").await;
        phone
    }

    pub async fn answers(&self) {
        self.does("answer", json!({})).await;
    }

    pub async fn declines(&self) {
        self.does("decline", json!({})).await;
    }

    pub async fn hangs_up(&self) {
        self.does("hangup", json!({})).await;
    }

    pub async fn presses(&self, digits: &str) {
        self.does("keys", json!({ "digits": digits })).await;
    }

    pub async fn says(&self, words: &str) {
        self.does("say", json!({ "text": words })).await;
    }

    /// Somebody else on the line hears what is said here.
    pub async fn is_heard_by(&self, other: &Phone<'_>, words: &str) {
        self.says(words).await;
        other.hears(words).await;
    }

    async fn does(&self, act: &str, mut with: Value) {
        with["call"] = json!(self.call);
        self.center.simulator(Method::POST, &format!("/api/voice/phone/{act}"), Some(&with)).await;
    }

    pub async fn is(&self) -> Value {
        self.center.simulator(Method::GET, &format!("/api/voice/calls/{}", self.call), None).await
    }

    pub async fn sits(&self, seat: &str) {
        eventually(seat, || async { (self.is().await["seat"] == seat).then_some(()) }).await;
    }

    pub async fn has_heard(&self, words: &str) -> bool {
        self.is().await["heard"].to_string().contains(words)
    }

    pub async fn hears(&self, words: &str) {
        eventually(words, || async { self.has_heard(words).await.then_some(()) }).await;
    }

    /// Both are in one conference, and hear each other or will when nobody is on hold.
    pub async fn is_in_room_with(&self, other: &Phone<'_>) {
        eventually("they are in one conference", || async {
            let (one, other) = (self.is().await, other.is().await);
            let is_same = one["seat"] == "room" && one["conference"] == other["conference"];
            is_same.then_some(())
        })
        .await;
    }

    /// A call that was answered ends.
    pub async fn ends(&self) {
        self.comes_to("completed").await;
    }

    /// A phone that has rung in vain stops.
    pub async fn stops_ringing(&self) {
        self.comes_to("canceled").await;
    }

    async fn comes_to(&self, status: &str) {
        eventually(status, || async { (self.is().await["status"] == status).then_some(()) }).await;
    }
}
