//! Notes among agents.

use super::*;
use crate::agent::actions::NOTE_CHARS_MAX;
use patchbay_channels::Undeliverable;
use patchbay_model::{MessageKey, OutboundMessage};

fn note(id: &str, text: &str) -> Value {
    json!({ "action": "note.add", "id": id, "conversation_sid": conversation_sid(), "text": text })
}

#[tokio::test]
async fn a_note_is_in_the_timeline_and_goes_nowhere_else() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.queue.take(QueueName::Outbound);
    let ack = desk.check_repeats("ann", note("1", "Ask for the number")).await;
    let said = desk.messages().await.pop().unwrap();
    assert_eq!((&ack["message_sid"], &ack["seq"]), (&json!(said.sid), &json!(said.seq)));
    assert_eq!(said.author, Author::Agent { worker_sid: worker_sid("ann"), name: "ann".into() });
    assert_eq!(said.content, Content::Note { text: "Ask for the number".into() });
    assert!(desk.queue.take(QueueName::Outbound).is_empty());
    assert_eq!(desk.heard(OTHER).len(), 2);
    let shown = desk.heard_frames("ann").remove(0);
    assert_eq!(
        (&shown["event_type"], &shown["payload"]["kind"]),
        (&json!("message.created"), &json!("note"))
    );
}

#[tokio::test]
async fn a_supervisor_whispers_to_the_agent() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.check_repeats(SUPERVISOR, note("1", "Offer a refund")).await;
    let shown = desk.heard_frames("ann").remove(0);
    assert_eq!(shown["payload"]["author"]["name"], SUPERVISOR);
    assert_eq!(desk.conversation().await.workers, [worker_sid("ann")]);
}

#[tokio::test]
async fn who_wraps_up_may_still_note_something() {
    let (desk, _) = Desk::writing_up(1).await;
    desk.check_repeats("ann", note("1", "Paid by card")).await;
    assert_eq!(
        desk.heard("ann"),
        ["message.created", "message.created"],
        "once for each time that it is asked"
    );
}

#[tokio::test]
async fn others_may_not_and_a_note_has_limits() {
    let (desk, _) = Desk::with_agent(1).await;
    desk.check_refused("bob", note("1", "x"), "not_found").await;
    desk.check_refused("ann", note("1", ""), "bad_field").await;
    desk.ask("ann", note("2", &"é".repeat(NOTE_CHARS_MAX))).await;
    desk.check_refused("ann", note("3", &"é".repeat(NOTE_CHARS_MAX + 1)), "bad_field").await;
}

/// Even if somebody handed one to the sender.
#[test]
fn no_channel_carries_a_note() {
    for kind in ChannelKind::ALL {
        // Calls are no messages.
        let Ok(settings) = example_settings(*kind) else { continue };
        let channel = open(*kind, "default", &settings, "https://center.example").unwrap();
        let to = if *kind == ChannelKind::Email { "zoe@mail.example" } else { "+15005550006" };
        let message: OutboundMessage = serde_json::from_value(json!({
            "key": MessageKey { contact: contact_sid(), seq: Seq::at(START), sid: MessageSid::derive(&["note"]) },
            "to": Address::new(*kind, "default", to), "from": "+15005550001",
            "content": Content::Note { text: "secret".into() },
        }))
        .unwrap();
        let rendered = channel.render(&message, START);
        assert!(matches!(rendered, Err(Undeliverable::Kind(_))), "{kind}: {rendered:?}");
    }
}
