//! Until when an agent may write, and that the customer sees what the agent has read.

use super::*;
use crate::ports::HttpRequest;
use patchbay_channels::{
    Capabilities, Channel, DeliveryOutcome, Normalised, ProviderRequest, ProviderResponse, Rejection,
    Rendered, Undeliverable, Verified, WebhookRequest,
};
use patchbay_model::OutboundMessage;
use std::sync::Mutex;

/// A channel on which a program may write for half a minute after the customer has, and a person for a minute.
struct OneMinute(Capabilities);

impl Channel for OneMinute {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
    }
    fn account(&self) -> &str {
        "default"
    }
    fn capabilities(&self) -> &Capabilities {
        &self.0
    }
    fn agent_window_s(&self) -> Option<u32> {
        Some(60)
    }
    fn passes_closed_window(&self, content: &Content) -> bool {
        matches!(content, Content::Template { .. })
    }
    fn verify<'a>(&self, _: &'a WebhookRequest, _: Timestamp) -> Result<Verified<'a>, Rejection> {
        unreachable!("no webhook comes in")
    }
    fn normalise(&self, _: &Verified<'_>, _: Timestamp) -> Normalised {
        unreachable!("no webhook comes in")
    }
    fn render(&self, _: &OutboundMessage, _: Timestamp) -> Result<Rendered, Undeliverable> {
        Ok(Rendered::Requests(vec![]))
    }
    fn outcome(&self, _: &ProviderRequest, _: &ProviderResponse) -> DeliveryOutcome {
        DeliveryOutcome::Sent { provider_id: None }
    }
    fn mark_read(&self, to: &Address, provider_id: &str, _: Timestamp) -> Option<Rendered> {
        let request = ProviderRequest {
            method: "POST".into(),
            url: format!("https://provider.example/{}/{provider_id}", to.id),
            headers: Default::default(),
            body: Vec::new(),
            idempotent: true,
            on_refused: None,
        };
        Some(Rendered::Requests(vec![request]))
    }
}

/// A provider that takes everything.
#[derive(Default)]
struct Taking(Mutex<Vec<String>>);

#[async_trait]
impl Http for Taking {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.0.lock().unwrap().push(request.url);
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: Vec::new() })
    }
}

async fn desk() -> (Desk, Arc<Taking>) {
    let (mut desk, _) = Desk::with_agent(0).await;
    let key = (ChannelKind::Sms, "default".to_owned());
    let account = desk.center.channels.get_mut(&key).unwrap();
    let capabilities = Capabilities { window_s: Some(30), ..account.channel.capabilities().clone() };
    account.channel = Arc::new(OneMinute(capabilities));
    let http = Arc::new(Taking::default());
    desk.center.http = http.clone();
    (desk, http)
}

fn send(id: &str, fields: Value) -> Value {
    let mut request = json!({ "action": "message.send", "id": id, "conversation_sid": conversation_sid() });
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

#[tokio::test]
async fn the_channels_window_is_kept_and_a_template_goes_out_all_the_same() {
    let (desk, _) = desk().await;
    let check_closed = async |id: &str| {
        let refused = desk.check_refused("ann", send(id, json!({ "text": "x" })), "refused").await;
        let (code, _) = refused["message"].as_str().unwrap().split_once(": ").unwrap();
        assert_eq!((code, &refused["ways_out"]), ("window_closed", &json!(["template"])));
        assert_eq!(refused["possible"], json!([webchat()]));
    };
    check_closed("never heard of").await;
    desk.customer_said("anybody there?", desk.center.now()).await;
    // More than one page of our own lies between.
    for at in 0..120 {
        desk.world.advance_ms(10);
        desk.ask("ann", send(&format!("many {at}"), json!({ "text": "yes" }))).await;
    }
    desk.world.advance_ms(60_000 - 1_200);
    desk.ask("ann", send("2", json!({ "text": "just in time" }))).await;
    desk.world.advance_ms(1);
    check_closed("3").await;
    let template = json!({ "template": { "name": "hello", "language": "en" }, "text": "Hello" });
    desk.ask("ann", send("4", template)).await;
    assert_eq!(desk.texts().await.pop().unwrap(), "Hello");
}

#[tokio::test]
async fn agents_see_until_when_and_where_they_may_write() {
    let (desk, _) = desk().await;
    let addresses = async || {
        let ack = desk.ask("ann", json!({ "action": "sync", "id": "1" })).await;
        ack["conversations"][0]["addresses"].clone()
    };
    let before = addresses().await;
    assert_eq!((&before[0]["id"], &before[0]["window_until"]), (&json!(sms().id), &Value::Null));
    assert!(before[0].as_object().unwrap().contains_key("window_until"));
    assert_eq!(before[0]["capabilities"]["templates"], true);
    assert!(!before[1].as_object().unwrap().contains_key("window_until"), "web chat has no window");
    assert_eq!(before[1]["capabilities"]["templates"], false);
    let said = desk.customer_said("Hello", desk.center.now()).await;
    assert_eq!(addresses().await[0]["window_until"], json!(said.seq.time().plus_s(60)));
    assert_eq!(crate::window::opened_by(&desk.center, &said), Some(said.seq.time().plus_s(60)));
}

#[tokio::test]
async fn what_an_agent_has_read_the_customer_sees_once() {
    let (desk, http) = desk().await;
    let said = async |text: &str, provider_id: &str| {
        let mut message = desk.customer_said(text, desk.center.now()).await;
        message.provider_id = Some(provider_id.to_owned());
        let write = crate::ports::Write::Delete {
            key: crate::keys::message(&message.key()),
            condition: crate::ports::Condition::Exists,
        };
        crate::ports::Table::write(desk.table.as_ref(), vec![write]).await.unwrap();
        put_message(desk.table.as_ref(), &message).await.unwrap();
        message.seq
    };
    let read = async |seq: Seq| {
        let request = json!({
            "action": "conversation.read", "id": "1", "conversation_sid": conversation_sid(), "seq": seq,
        });
        let ack = desk.ask("ann", request).await;
        (ack["shown"] == json!(true), std::mem::take(&mut *http.0.lock().unwrap()))
    };
    let first = said("one", "p1").await;
    desk.world.advance_s(1);
    let second = said("two", "p2").await;
    let shown = |id: &str| vec![format!("https://provider.example/{}/{id}", sms().id)];
    assert_eq!(read(first).await, (true, shown("p1")));
    assert_eq!(read(first).await, (false, vec![]));
    assert_eq!(read(second).await, (true, shown("p2")));
    assert_eq!(read(Seq(0)).await, (false, vec![]));
}
