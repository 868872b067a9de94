//! Events that are no customer's messages.

use super::{says, with_agent};
use crate::ports::QueueName;
use crate::testing::{ANN, NOW, Room, ask_and_hand_over, now};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{
    ChannelKind, Consent, Content, ConversationState, Direction, Email, EventKind, InboundEvent,
    MessageStatus,
};

pub(super) fn event(id: &str, kind: EventKind) -> InboundEvent {
    InboundEvent {
        event_id: id.into(),
        channel: ChannelKind::Sms,
        account: "default".into(),
        contact_address: ANN.into(),
        our_address: "+15005550006".into(),
        provider_time: None,
        to_the_second: false,
        received_at: NOW.plus_s(30),
        profile: Profile { name: Some("Ann".into()), language: Some("de".into()) },
        kind,
    }
}

/// Handles an event, and then again.
fn happens(room: &mut Room, id: &str, kind: EventKind) {
    let record = room.event(&event(id, kind));
    room.inbound(vec![record.clone()]);
    room.inbound(vec![record]);
    room.settle();
}

pub(super) fn message(text: &str, echo: bool) -> EventKind {
    EventKind::Message {
        provider_id: format!("p-{text}"),
        content: Content::text(text),
        reply_to: None,
        reply_context: None,
        params: [("Body".to_owned(), text.to_owned())].into(),
        echo,
        tokens: Default::default(),
    }
}

fn contact(room: &Room) -> patchbay_model::Contact {
    let sid = room.contact(ChannelKind::Sms, ANN);
    let strong = crate::ports::Consistency::Strong;
    crate::testing::now(crate::store::load_contact(&room.ports.table, &sid, strong)).unwrap().unwrap()
}

#[test]
fn a_new_contact_keeps_what_the_provider_says_of_the_person() {
    let mut room = Room::new(ask_and_hand_over());
    happens(&mut room, "1", message("Hello", false));
    let contact = contact(&room);
    assert_eq!((contact.name.as_deref(), &contact.attributes["language"]), (Some("Ann"), &"de".into()));
    assert_eq!(contact.attribute_sources["language"].source, "channel:sms");
}

#[test]
fn what_is_no_message_of_the_customer_opens_nothing() {
    let own = Reference::Provider("SM1".into());
    let receipt = EventKind::Receipt { reference: own, status: MessageStatus::Delivered, reason: None };
    for kind in [
        message("from the app", true),
        receipt,
        EventKind::Typing { on: true },
        EventKind::Reaction { provider_id: "p".into(), emoji: Some("👍".into()) },
        EventKind::Note { name: "joined".into(), text: String::new() },
        EventKind::Consent { opted_in: true, content: None },
        EventKind::Deleted { provider_id: "p".into() },
    ] {
        let mut room = Room::new(ask_and_hand_over());
        happens(&mut room, "1", kind.clone());
        let conversations =
            room.items("C#").as_array().unwrap().iter().filter(|item| item["key"][1] == "O").count();
        assert_eq!((conversations, room.http.take_calls().len()), (0, 0), "{kind:?}");
    }
}

#[test]
fn a_reaction_stands_in_the_timeline_and_says_to_what() {
    let (mut room, sid) = with_agent();
    let emoji = Some("👍".to_owned());
    happens(&mut room, "1", EventKind::Reaction { provider_id: "p-1".into(), emoji: emoji.clone() });
    let last = room.messages(&sid).pop().unwrap();
    assert_eq!((last.content, last.reply_to.as_deref()), (Content::Reaction { emoji }, Some("p-1")));
    assert_eq!(last.author, patchbay_model::Author::Contact);
    assert_eq!(room.events("desk"), ["message.created"; 2]);
}

#[test]
fn an_echo_is_the_businesss_own_and_agents_see_it() {
    let (mut room, sid) = with_agent();
    happens(&mut room, "1", message("from the app", true));
    assert_eq!(room.timeline(&sid).last().unwrap(), "1< from the app [sent]");
    assert_eq!(room.messages(&sid).last().unwrap().author, patchbay_model::Author::Provider);
    assert_eq!(room.events("desk"), ["message.created"; 2]);
}

/// What a customer's program says while they are away.
fn absence() -> EventKind {
    let mail = Email { text: "I am away".into(), automatic: true, ..Email::default() };
    EventKind::Message {
        provider_id: "p-away".into(),
        content: Content::Email(mail),
        reply_to: None,
        reply_context: None,
        params: Default::default(),
        echo: false,
        tokens: Default::default(),
    }
}

#[test]
fn what_a_program_says_is_kept_and_never_answered() {
    // Before any conversation, and while a flow waits for an answer.
    let mut room = Room::new(ask_and_hand_over());
    happens(&mut room, "1", absence());
    let sid = room.contact(ChannelKind::Sms, ANN);
    assert_eq!(room.timeline(&sid), ["1> I am away [received]"]);
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let sid = room.contact(ChannelKind::Sms, ANN);
    let before = room.timeline(&sid);
    happens(&mut room, "1", absence());
    let after = room.timeline(&sid);
    assert_eq!((after.len(), &after[..before.len()]), (before.len() + 1, before.as_slice()));
    assert_eq!(room.messages(&sid).last().unwrap().author, patchbay_model::Author::Contact);
    assert_eq!(room.conversation(&sid).state, ConversationState::Flow);
    // An agent sees it.
    let (mut room, _) = with_agent();
    happens(&mut room, "1", absence());
    assert_eq!(room.events("desk"), ["message.created"; 2]);
}

#[test]
fn typing_and_notes_reach_the_agents() {
    let (mut room, sid) = with_agent();
    happens(&mut room, "1", EventKind::Typing { on: true });
    assert_eq!(room.events("desk"), ["typing"; 2]);
    happens(&mut room, "2", EventKind::Note { name: "joined".into(), text: "a group".into() });
    assert_eq!(room.timeline(&sid).last().unwrap(), "1> joined: a group [received]");
}

#[test]
fn edits_and_deletions_are_kept_beside_the_original() {
    let (mut room, sid) = with_agent();
    happens(&mut room, "1", message("teh", false));
    room.events("desk");
    let edited = EventKind::Edited { provider_id: "p-teh".into(), content: Content::text("the") };
    happens(&mut room, "2", edited);
    let last = |room: &Room| room.messages(&sid).pop().unwrap();
    assert_eq!(
        (last(&room).content, last(&room).edited),
        (Content::text("teh"), Some(Box::new(Content::text("the"))))
    );
    happens(&mut room, "3", EventKind::Deleted { provider_id: "p-teh".into() });
    assert!(last(&room).deleted);
    assert_eq!(room.events("desk"), ["message.updated"; 4]);
    assert!(room.problems().is_empty());
    happens(&mut room, "4", EventKind::Deleted { provider_id: "p-unknown".into() });
    assert_eq!(room.problems(), ["a change of a message that is not among the contact's newest"]);
}

/// A receipt of the flow's first message.
fn receipt(room: &mut Room, id: &str, status: MessageStatus, reason: Option<&str>) {
    let sid = room.contact(ChannelKind::Sms, ANN);
    let key = room.messages(&sid)[1].key();
    let reason = reason.map(str::to_owned);
    happens(room, id, EventKind::Receipt { reference: Reference::Ours(key), status, reason });
}

#[test]
fn a_receipt_moves_the_status_up_with_one_write() {
    let (mut room, sid) = with_agent();
    receipt(&mut room, "1", MessageStatus::Delivered, None);
    assert_eq!(room.messages(&sid)[1].status, MessageStatus::Delivered);
    assert_eq!(room.events("desk"), ["message.updated"; 2]);
    receipt(&mut room, "2", MessageStatus::Sent, None);
    assert_eq!(room.messages(&sid)[1].status, MessageStatus::Delivered);
    assert!(room.events("desk").is_empty() && room.problems().is_empty());
    receipt(&mut room, "3", MessageStatus::Failed, Some("30003: unreachable"));
    assert_eq!(room.messages(&sid)[1].status, MessageStatus::Delivered);
    assert_eq!(room.problems(), ["failed after it was delivered: 30003: unreachable"]);
}

#[test]
fn a_receipt_by_the_providers_id_finds_the_message() {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let sid = room.contact(ChannelKind::Sms, ANN);
    let provider_id = room.messages(&sid)[1].provider_id.clone().unwrap();
    let reference = Reference::Provider(provider_id);
    happens(&mut room, "1", EventKind::Receipt { reference, status: MessageStatus::Read, reason: None });
    assert_eq!(room.messages(&sid)[1].status, MessageStatus::Read);
    let reference = Reference::Provider("SMunknown".into());
    happens(&mut room, "2", EventKind::Receipt { reference, status: MessageStatus::Read, reason: None });
    assert_eq!(room.problems(), ["a receipt of a message that is not among the contact's newest"]);
}

#[test]
fn news_that_overtake_the_answer_to_the_call_wait_for_it() {
    let mut room = Room::new(ask_and_hand_over());
    assert!(room.writes(ChannelKind::Sms, ANN, "Hello", "1") < 300);
    let said = room.take(QueueName::Inbound);
    room.inbound(said);
    // The provider has the question, and tells of it before its answer is here.
    let calls = room.take(QueueName::Outbound);
    let reference = Reference::Provider(format!("SM{:032x}", 1));
    let news = EventKind::Receipt { reference, status: MessageStatus::Delivered, reason: None };
    let record = room.event(&event("2", news));
    room.world.advance_s(30);
    let early = now(crate::inbound::handle(&room.center, vec![record.clone()]));
    assert_eq!(early, std::slice::from_ref(&record.message_id));
    room.outbound(calls);
    room.inbound(vec![record]);
    let sid = room.contact(ChannelKind::Sms, ANN);
    assert_eq!(room.messages(&sid)[1].status, MessageStatus::Delivered);
    assert_eq!(room.problems(), Vec::<String>::new());
    // What nobody has sent is waited for no longer than that takes.
    let reference = Reference::Provider("SMunknown".into());
    let news = EventKind::Receipt { reference, status: MessageStatus::Read, reason: None };
    let record = room.event(&event("3", news));
    assert!(room.writes(ChannelKind::Sms, ANN, "Ann", "2") < 300);
    let said = room.take(QueueName::Inbound);
    room.inbound(said);
    room.world.advance_s(11);
    room.inbound(vec![record]);
    assert_eq!(room.problems(), ["a receipt of a message that is not among the contact's newest"]);
}

#[test]
fn a_receipt_of_a_moment_is_of_the_newest_message_that_had_gone_out_by_then() {
    let (mut room, sid) = with_agent();
    let ours = |room: &Room| -> Vec<_> {
        let messages = room.messages(&sid).into_iter();
        messages.filter(|message| message.direction == Direction::Outbound).collect()
    };
    let question = ours(&room).remove(0).created_at;
    let read = |room: &mut Room, id: &str, at| {
        let reference = Reference::Until(at);
        happens(room, id, EventKind::Receipt { reference, status: MessageStatus::Read, reason: None });
        ours(room).iter().map(|message| message.status).collect::<Vec<_>>()
    };
    assert_eq!(read(&mut room, "1", question.plus_ms(-1)), [MessageStatus::Sent]);
    assert_eq!(room.events("desk"), Vec::<String>::new());
    assert_eq!(read(&mut room, "2", question), [MessageStatus::Read]);
    assert_eq!(room.events("desk"), ["message.updated"]);
    // Its redelivery, and a later moment: there is nothing left that it could be said of.
    assert_eq!(read(&mut room, "3", question.plus_s(60)), [MessageStatus::Read]);
    assert_eq!((room.events("desk"), room.problems()), (vec![], vec![]));
}

#[test]
fn a_failure_of_the_question_leaves_it_by_its_branch() {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    receipt(&mut room, "1", MessageStatus::Failed, Some("30003: unreachable"));
    let sid = room.contact(ChannelKind::Sms, ANN);
    assert_eq!(room.conversation(&sid).state, ConversationState::Closed);
    assert_eq!(room.timeline(&sid), ["1> Hello [received]", "1< Your name? [failed]"]);
}

#[test]
fn consent_is_kept_and_withdrawn_consent_stops_the_flow_from_writing() {
    let mut room = Room::new(ask_and_hand_over());
    let content = Some(Content::text("STOP"));
    happens(&mut room, "1", EventKind::Consent { opted_in: false, content });
    assert_eq!(contact(&room).consent[&ChannelKind::Sms], Consent::OptedOut);
    says(&mut room, ChannelKind::Sms, ANN, "Hello");
    let sid = room.contact(ChannelKind::Sms, ANN);
    let messages = room.messages(&sid);
    let refused = messages.iter().find(|message| message.status == MessageStatus::Failed).unwrap();
    assert_eq!(refused.reason.as_deref(), Some(crate::contacts::OPTED_OUT));
    assert!(room.http.take_calls().is_empty());
    happens(&mut room, "2", EventKind::Consent { opted_in: true, content: None });
    assert_eq!(contact(&room).consent[&ChannelKind::Sms], Consent::OptedIn);
    let timeline = room.timeline(&sid);
    assert!(timeline.contains(&"1> STOP [received]".to_owned()), "{timeline:?}");
    assert!(timeline.iter().any(|line| line.contains("The customer allows messages on sms.")));
}

#[test]
fn the_agents_on_its_conversation_see_that_a_contact_has_changed() {
    let (mut room, id) = with_agent();
    let consent = room.event(&event("1", EventKind::Consent { opted_in: true, content: None }));
    room.inbound(vec![consent.clone()]);
    let frames = room.frames("desk");
    let shown: Vec<_> = frames.iter().filter(|frame| frame["event_type"] == "contact.updated").collect();
    assert_eq!(shown.len(), 1, "{frames:?}");
    let payload = &shown[0]["payload"];
    assert_eq!((&payload["sid"], &payload["consent"]["sms"]), (&id.as_str().into(), &"opted_in".into()));
    assert_eq!(payload["version"], contact(&room).version);
    assert_eq!(payload["conversation_sid"], room.conversation(&id).sid.as_str());
    // What changes nothing is not shown.
    room.inbound(vec![consent]);
    assert!(!room.events("desk").contains(&"contact.updated".to_owned()));
}
