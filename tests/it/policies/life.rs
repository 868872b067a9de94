//! Everything that the rights are for, once.

use super::functions::{API, Cloud, REFUSED, WEBHOOK, worker};
use patchbay_center::ports::QueueName;
use patchbay_center::token::Role;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{Attachment, ChannelKind, Content, MessageKey, Seq};
use serde_json::{Value, json};

const ANN: &str = "+15005550001";
const BOB: &str = "+15005550002";
/// Longer than any copy of the configuration lives.
const CACHED_S: i64 = 6;

pub async fn live() -> Cloud {
    let cloud = Cloud::new();
    configured(&cloud).await;
    signed_in(&cloud).await;
    served_by_sms(&cloud).await;
    erased(&cloud).await;
    chatted(&cloud).await;
    looked_after(&cloud).await;
    edited(&cloud).await;
    left(&cloud).await;
    failed(&cloud).await;
    cloud
}

fn documents(capacity: u32) -> Value {
    let described = |name: &str| json!({"friendly_name": name, "channels": {"chat": {"capacity": capacity}}});
    let widget = |name: &str, kind: &str, properties: Value, transitions: Value| json!({"name": name, "type": kind, "properties": properties, "transitions": transitions});
    json!({
        "workspace": {
            "workers": [described("wendy"), described("otto")],
            "task_queues": [{"friendly_name": "all"}],
            "workflows": [{
                "friendly_name": "anyone",
                "configuration": {"task_routing": {"default_filter": {"queue": "all"}}},
            }],
        },
        "flows": {"main": {"description": "", "initial_state": "Trigger", "flags": {}, "states": [
            widget("Trigger", "trigger", json!({}), json!([{"event": "incomingMessage", "next": "ask"}])),
            widget("ask", "send-and-wait-for-reply", json!({"body": "Your name?", "timeout": "3600"}),
                json!([{"event": "incomingMessage", "next": "hand"}, {"event": "timeout"}, {"event": "deliveryFailure"}])),
            widget("hand", "send-to-flex", json!({"workflow": "anyone", "channel": "chat", "timeout": "600"}),
                json!([{"event": "callComplete", "next": "bye"}, {"event": "failedToEnqueue"}, {"event": "callFailure"}])),
            widget("bye", "send-message", json!({"body": "Bye"}), json!([{"event": "sent"}, {"event": "failed"}])),
        ]}},
    })
}

async fn api(cloud: &Cloud, method: &str, path: &str, body: Value) -> Value {
    let token = cloud.token("wendy", Role::Admin);
    cloud.asks(API, method, path, &token, &body).await
}

async fn configured(cloud: &Cloud) {
    api(cloud, "POST", "/api/config", documents(1)).await;
    // More capacity later, of workers who are there already, and a name that nobody has any more.
    let mut changed = documents(3);
    changed["workspace"]["workers"][1] = json!({
        "sid": worker("otto"), "friendly_name": "Otto the second", "channels": {"chat": {"capacity": 3}},
    });
    api(cloud, "POST", "/api/config", changed).await;
    cloud.pass_s(CACHED_S).await;
}

async fn signed_in(cloud: &Cloud) {
    for worker in ["wendy", "otto"] {
        cloud.connects(worker, &json!({"token": cloud.token(worker, Role::Agent)})).await;
    }
    act(cloud, "wendy", json!({"action": "worker.activity", "activity": "Available"})).await;
}

/// An agent's request, which is not refused.
async fn act(cloud: &Cloud, connection: &str, mut frame: Value) -> Vec<Value> {
    frame["id"] = json!(hex(&digest16(&[connection, &frame.to_string()])));
    cloud.says(connection, &frame).await;
    let frames = cloud.aws.frames(connection);
    assert!(frames.iter().any(|answer| answer["event_type"] == "ack"), "{frame}: {frames:?}");
    frames
}

/// Somebody who sent pictures.
async fn erased(cloud: &Cloud) {
    let found = api(cloud, "GET", "/api/contacts?channel=sms&address=%2B15005550001", Value::Null).await;
    let contact = found["contacts"][0]["sid"].as_str().unwrap().to_owned();
    api(cloud, "DELETE", &format!("/api/contacts/{contact}"), Value::Null).await;
    cloud.settle().await;
}

/// What an agent was offered last.
fn offered(frames: &[Value]) -> Value {
    let mut offers = frames.iter().filter(|frame| frame["event_type"] == "reservation.created");
    offers.next_back().unwrap_or_else(|| panic!("no offer in {frames:?}"))["payload"].clone()
}

/// A customer writes twice, which makes a task.
async fn asks_for_an_agent(cloud: &Cloud, kind: ChannelKind, from: &str, what: &str) {
    cloud.customer_writes(kind, from, &format!("Hello, {what}")).await;
    cloud.customer_writes(kind, from, &format!("It is about {what}")).await;
}

async fn served_by_sms(cloud: &Cloud) {
    cloud.aws.frames("wendy");
    asks_for_an_agent(cloud, ChannelKind::Sms, ANN, "shoes").await;
    let offer = offered(&cloud.aws.frames("wendy"));
    act(
        cloud,
        "wendy",
        json!({"action": "reservation.reject", "reservation_sid": offer["sid"], "activity": "Offline"}),
    )
    .await;
    // Nobody else is there: the task waits for whoever comes.
    cloud.aws.frames("otto");
    let mut frames = act(cloud, "otto", json!({"action": "worker.activity", "activity": "Available"})).await;
    frames.extend(cloud.aws.frames("otto"));
    let offer = offered(&frames);
    let accepted =
        act(cloud, "otto", json!({"action": "reservation.accept", "reservation_sid": offer["sid"]})).await;
    let conversation =
        accepted.iter().find_map(|frame| frame["payload"]["conversation"]["sid"].as_str()).unwrap();
    for action in [
        json!({"action": "sync"}),
        json!({"action": "message.send", "conversation_sid": conversation, "text": "Good morning"}),
        json!({"action": "message.send", "conversation_sid": conversation, "text": REFUSED}),
        json!({"action": "message.typing", "conversation_sid": conversation}),
        json!({"action": "conversation.history", "conversation_sid": conversation}),
    ] {
        act(cloud, "otto", action).await;
    }
    cloud.customer_writes(ChannelKind::Sms, ANN, "And boots?").await;
    pictures(cloud, conversation).await;
    let contact = accepted.iter().find_map(|frame| frame["payload"]["contact"]["sid"].as_str()).unwrap();
    api(cloud, "PATCH", &format!("/api/contacts/{contact}"), json!({"attributes": {"vip": true}})).await;
    act(cloud, "wendy", json!({"action": "worker.activity", "activity": "Available"})).await;
    cloud.pass_s(CACHED_S).await;
    cloud.aws.frames("wendy");
    act(
        cloud,
        "otto",
        json!({"action": "task.transfer", "task_sid": offer["task"]["sid"], "to": worker("wendy")}),
    )
    .await;
    let offer = offered(&cloud.aws.frames("wendy"));
    for action in ["accept", "wrap", "complete"] {
        act(
            cloud,
            "wendy",
            json!({"action": format!("reservation.{action}"), "reservation_sid": offer["sid"]}),
        )
        .await;
    }
    cloud.pass_s(CACHED_S).await;
}

/// An attachment of a customer or an agent.
fn picture(url: &str, text: &str) -> Content {
    let (content_type, file_name) = ("image/png".to_owned(), None);
    let attachment = Attachment { url: url.into(), content_type, file_name, bytes: None };
    Content::Media { attachments: vec![attachment], text: Some(text.into()) }
}

/// What an agent uploads, sent to a conversation.
async fn sends_picture(cloud: &Cloud, worker: &str, conversation: &str, text: &str) {
    let wanted = json!({"content_type": "image/png", "bytes": 9});
    let ticket = cloud.asks(API, "POST", "/api/uploads", &cloud.token(worker, Role::Agent), &wanted).await;
    let media = json!([{"url": ticket["url"], "content_type": "image/png"}]);
    let frame =
        json!({"action": "message.send", "conversation_sid": conversation, "media": media, "text": text});
    act(cloud, worker, frame).await;
}

/// Otto has the conversation.
async fn pictures(cloud: &Cloud, conversation: &str) {
    cloud.customer_says(ChannelKind::Sms, ANN, picture("https://media.example/1", "These"), "picture").await;
    let frames = cloud.aws.frames("otto");
    let shown = &frames.last().unwrap()["payload"];
    assert_ne!(shown["attachments"][0]["url"], "", "{shown}");
    let key = format!(
        "{}.{}.{}",
        shown["contact_sid"].as_str().unwrap(),
        shown["seq"],
        shown["sid"].as_str().unwrap()
    );
    sends_picture(cloud, "otto", conversation, "Those?").await;
    sends_picture(cloud, "otto", conversation, REFUSED).await;
    act(cloud, "otto", json!({"action": "conversation.history", "conversation_sid": conversation})).await;
    cloud.connects("otto again", &json!({"token": cloud.token("otto", Role::Agent)})).await;
    cloud.disconnects("otto again").await;
    let contact = shown["contact_sid"].as_str().unwrap();
    api(cloud, "GET", &format!("/api/contacts/{contact}/messages"), Value::Null).await;
    api(cloud, "POST", "/api/media/fetch", json!({"message": key, "attachment": 0})).await;
    // A message that was erased before its attachment came.
    let gone = MessageKey { seq: Seq(1), ..MessageKey::parse(&key).unwrap() };
    let job = json!({
        "do": "fetch_media", "key": gone, "channel": "sms", "account": "default", "index": 0,
        "attachment": {"url": "https://media.example/2", "content_type": "image/png"},
    });
    cloud.aws.put(QueueName::Outbound, &job.to_string());
    cloud.settle().await;
}

async fn chatted(cloud: &Cloud) {
    let session = cloud.asks(WEBHOOK, "POST", "/webchat/sessions", "", &json!({"name": "Vera"})).await;
    let token = session["token"].as_str().unwrap();
    cloud.connects("vera", &json!({"token": token})).await;
    for (id, text) in [("1", "Hello"), ("2", "An agent, please")] {
        cloud
            .says("vera", &json!({"action": "message", "client_msg_id": id, "kind": "text", "text": text}))
            .await;
    }
    let seen = cloud.aws.frames("vera");
    let receipt = seen.iter().find_map(|frame| frame["payload"]["receipt"].as_str()).unwrap();
    cloud.says("vera", &json!({"action": "read", "client_msg_id": "3", "receipt": receipt})).await;
    for (id, comes) in [("4", true), ("5", false)] {
        let wanted = json!({"content_type": "image/png", "bytes": 9});
        let ticket = cloud.asks(WEBHOOK, "POST", "/webchat/uploads", token, &wanted).await;
        let reference = ticket["url"].as_str().unwrap();
        if comes {
            cloud.aws.put_object(reference.strip_prefix("blob:").unwrap(), b"a picture".to_vec());
        }
        let attachments = json!([{"url": reference, "content_type": "image/png"}]);
        let document =
            json!({"action": "message", "client_msg_id": id, "kind": "media", "attachments": attachments});
        cloud.says("vera", &document).await;
    }
    // The flow says good-bye to a visitor who is gone.
    cloud.aws.vanish("vera");
    for worker in ["wendy", "otto"] {
        let frames = cloud.aws.frames(worker);
        if frames.iter().any(|frame| frame["event_type"] == "reservation.created") {
            let offer = offered(&frames);
            let reservation = &offer["sid"];
            act(cloud, worker, json!({"action": "reservation.accept", "reservation_sid": reservation})).await;
            sends_picture(cloud, worker, offer["task"]["conversation_sid"].as_str().unwrap(), "This?").await;
            cloud.asks(WEBHOOK, "GET", "/webchat/messages?after=0&limit=10", token, &Value::Null).await;
            act(cloud, worker, json!({"action": "reservation.complete", "reservation_sid": reservation}))
                .await;
        }
    }
    cloud.disconnects("vera").await;
}

/// What operators and programs look at and change.
async fn looked_after(cloud: &Cloud) {
    cloud.provider_says(ChannelKind::Line, &json!({"destination": "U1", "events": [{"type": 7}]})).await;
    asks_for_an_agent(cloud, ChannelKind::Sms, BOB, "a hat").await;
    let address =
        format!("/api/contacts?channel=sms&account=default&address=%2B{}", BOB.trim_start_matches('+'));
    let found = api(cloud, "GET", &address, Value::Null).await;
    let sid = found["contacts"][0]["sid"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
    for path in ["", "/conversations", "/messages"] {
        api(cloud, "GET", &format!("/api/contacts/{sid}{path}"), Value::Null).await;
    }
    for path in ["/api/workers", "/api/config", "/api/problems"] {
        api(cloud, "GET", path, Value::Null).await;
    }
    let frames = [cloud.aws.frames("wendy"), cloud.aws.frames("otto")].concat();
    let offer = offered(&frames);
    let task = offer["task"]["sid"].as_str().unwrap();
    api(cloud, "POST", &format!("/api/tasks/{task}/cancel"), json!({"reason": "a test"})).await;
}

/// What programs do by Twilio's REST APIs needs no right that the rest does not.
async fn edited(cloud: &Cloud) {
    let workspaces = api(cloud, "GET", "/v1/Workspaces", Value::Null).await;
    let base = format!("/v1/Workspaces/{}", workspaces["workspaces"][0]["sid"].as_str().unwrap());
    for path in ["/Workers", "/Tasks", "/TaskQueues", "/Workflows"] {
        api(cloud, "GET", &format!("{base}{path}"), Value::Null).await;
    }
    for path in ["/v2/Flows", "/v2/Flows/main/Revisions"] {
        api(cloud, "GET", path, Value::Null).await;
    }
    let form = |path: &str| format!("{base}{path}");
    let task = cloud.posts_form(&form("/Tasks"), "TaskChannel=voice").await;
    let task = form(&format!("/Tasks/{}", task["sid"].as_str().unwrap()));
    cloud.posts_form(&task, "AssignmentStatus=canceled").await;
    let made = cloud.posts_form(&form("/Workers"), "FriendlyName=Cy").await;
    let made = form(&format!("/Workers/{}", made["sid"].as_str().unwrap()));
    cloud.posts_form(&made, "Attributes=%7B%22a%22%3A1%7D").await;
    for path in [task, made] {
        api(cloud, "DELETE", &path, Value::Null).await;
    }
    // Offers that are over by now.
    for worker in ["wendy", "otto"] {
        cloud.aws.frames(worker);
    }
}

/// Sockets that go without a word are found by whoever pushes to them.
async fn left(cloud: &Cloud) {
    asks_for_an_agent(cloud, ChannelKind::Line, "U0123456789abcdef0123456789abcdef", "gloves").await;
    for worker in ["wendy", "otto"] {
        let frames = cloud.aws.frames(worker);
        if frames.iter().any(|frame| frame["event_type"] == "reservation.created") {
            act(
                cloud,
                worker,
                json!({"action": "reservation.accept", "reservation_sid": offered(&frames)["sid"]}),
            )
            .await;
        }
        cloud.aws.vanish(worker);
    }
    cloud.customer_writes(ChannelKind::Line, "U0123456789abcdef0123456789abcdef", "Anybody?").await;
    asks_for_an_agent(cloud, ChannelKind::Sms, ANN, "laces").await;
    cloud.aws.put(QueueName::Routing, r#"{"do":"sweep"}"#);
    cloud.settle().await;
    for worker in ["wendy", "otto"] {
        cloud.disconnects(worker).await;
    }
}

async fn failed(cloud: &Cloud) {
    for queue in QueueName::ALL {
        cloud.aws.put(queue, "no command");
        cloud.settle().await;
        let name = queue.as_str();
        let listed = api(cloud, "GET", &format!("/api/dead-letters?queue={name}&limit=5"), Value::Null).await;
        assert!(listed.to_string().contains("no command"), "{listed}");
        api(cloud, "POST", "/api/dead-letters/redrive", json!({"queue": name})).await;
    }
}
