//! Two contacts become one, and two again.

use super::union::{joined, parted};
use super::*;
use crate::keys;
use crate::ports::{Blob, QueueName};
use crate::store::put_next;
use crate::store::{find_timeline, load_contact, load_merges, load_timeline, note_media};
use crate::testing::{ANN, Room, ask_and_hand_over, now};
use patchbay_model::contact::AttributeSource;
use patchbay_model::limits::{IDENTITIES_MAX, MERGED_MAX};
use patchbay_model::{Address, Attachment, Author, BlobKey, MessageSid, Seq, Timestamp};
use proptest::prelude::*;
use serde_json::json;

const BEN: &str = "U00000000000000000000000000000002";

fn finder() -> Finder {
    Finder { by: "api".into(), prefer: None }
}

fn says(room: &mut Room, kind: ChannelKind, from: &str, text: &str) {
    room.world.advance_ms(1_000);
    assert!(room.writes(kind, from, text, text) < 300);
    room.settle();
}

/// Ann has written by SMS, then somebody by LINE.
fn room() -> (Room, ContactSid, ContactSid) {
    let mut room = Room::new(ask_and_hand_over());
    says(&mut room, ChannelKind::Sms, ANN, "by sms");
    says(&mut room, ChannelKind::Line, BEN, "by line");
    let (ann, ben) = (room.contact(ChannelKind::Sms, ANN), room.contact(ChannelKind::Line, BEN));
    (room, ann, ben)
}

fn stored(room: &Room, sid: &ContactSid) -> Contact {
    now(load_contact(&room.ports.table, sid, Consistency::Strong)).unwrap().unwrap()
}

fn texts(room: &Room, timeline: &[ContactSid]) -> Vec<String> {
    let all = (Seq(0), Seq(u64::MAX >> 8));
    let found = now(load_timeline(&room.ports.table, timeline, all, 100, Consistency::Strong)).unwrap();
    let theirs = found.0.into_iter().filter(|message| message.author == Author::Contact);
    theirs.map(|message| message.content.plain_text().to_owned()).collect()
}

fn close(room: &Room, sid: &ContactSid) {
    let mut conversation = room.conversation(sid);
    conversation.state = ConversationState::Closed;
    now(room.center.table.write(vec![put_next(&mut conversation)])).unwrap();
}

#[test]
fn the_older_stays_and_everything_is_found_with_it() {
    let (mut room, ann, ben) = room();
    let stays = now(merge(&room.center, &ben, &ann, &finder())).unwrap();
    assert_eq!((&stays.sid, &stays.merged), (&ann, &vec![ben.clone()]));
    assert_eq!(stays.identities.len(), 2);
    let line = Address::new(ChannelKind::Line, "default", BEN).identity();
    let timeline = now(find_timeline(&room.ports.table, &line, Consistency::Strong)).unwrap();
    assert_eq!(timeline, [ann.clone(), ben.clone()]);
    assert_eq!(texts(&room, &timeline), ["by sms", "by line"]);
    assert_eq!(room.conversation(&ben).state, ConversationState::Closed);
    says(&mut room, ChannelKind::Line, BEN, "and again");
    assert_eq!(texts(&room, std::slice::from_ref(&ann)), ["by sms", "and again"]);
    assert_eq!(room.conversation(&ann).sid, ann.conversation(1), "one conversation spans both channels");
    let record = now(load_merges(&room.ports.table, &ann)).unwrap().remove(0);
    assert_eq!((record.by.as_str(), &record.other_sid, record.undoes), ("api", &ben, None));
}

#[test]
fn repeated_it_changes_nothing_and_changes_reach_the_one_who_stayed() {
    let (room, ann, ben) = room();
    now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    let before = room.ports.table.items();
    assert_eq!(now(merge(&room.center, &ben, &ann, &finder())).unwrap().sid, ann);
    assert_eq!(now(merge(&room.center, &ben, &ben, &finder())).unwrap().sid, ann);
    assert_eq!(room.ports.table.items(), before);
    let wanted = ContactChange { name: Some(Some("Ann".into())), ..ContactChange::default() };
    assert_eq!(now(edit(&room.center, &ben, &wanted, "api")).unwrap().sid, ann);
    assert_eq!(stored(&room, &ann).name.as_deref(), Some("Ann"));
    let nobody = ContactSid::random([9; 16]);
    assert!(matches!(now(merge(&room.center, &ann, &nobody, &finder())), Err(MergeError::NotFound)));
}

#[test]
fn who_has_an_agent_stays_and_two_of_them_are_refused() {
    let (room, ann, ben) = room();
    room.assign(&ben);
    let stays = now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    assert_eq!((&stays.sid, room.conversation(&ben).state), (&ben, ConversationState::WithAgent));
    assert_eq!(room.events("desk"), ["contact.updated"]);
    let (room, ann, ben) = self::room();
    room.assign(&ben);
    room.assign(&ann);
    let before = room.ports.table.items();
    assert!(matches!(now(merge(&room.center, &ann, &ben, &finder())), Err(MergeError::BothBusy)));
    assert_eq!(room.ports.table.items(), before);
}

#[test]
fn what_is_taken_back_is_as_it_was() {
    let (mut room, ann, ben) = room();
    let before = (stored(&room, &ann), stored(&room, &ben));
    now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    let (stays, back) = now(unmerge(&room.center, &ben, &finder())).unwrap();
    let unversioned = |contact: Contact| Contact { version: 0, ..contact };
    assert_eq!(unversioned(stays), unversioned(before.0));
    assert_eq!(unversioned(back.unwrap()), unversioned(before.1));
    let again = room.ports.table.items();
    assert!(now(unmerge(&room.center, &ben, &finder())).unwrap().1.is_none());
    assert_eq!(room.ports.table.items(), again, "a repetition changes nothing");
    says(&mut room, ChannelKind::Line, BEN, "it is me");
    assert_eq!(texts(&room, std::slice::from_ref(&ben)), ["by line", "it is me"]);
    assert_eq!(room.conversation(&ben).sid, ben.conversation(2));
    assert_eq!(now(load_merges(&room.ports.table, &ann)).unwrap().len(), 2);
}

#[test]
fn it_is_taken_back_from_the_last_and_not_under_an_open_conversation() {
    let (mut room, ann, ben) = room();
    says(&mut room, ChannelKind::Sms, "+15005550002", "a third");
    let third = room.contact(ChannelKind::Sms, "+15005550002");
    now(merge(&room.center, &ben, &third, &finder())).unwrap();
    now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    assert_eq!(stored(&room, &ann).merged, [ben.clone(), third.clone()]);
    assert_eq!(
        now(crate::store::load_current_contact(&room.ports.table, &third, Consistency::Strong))
            .unwrap()
            .unwrap()
            .sid,
        ann
    );
    let refused = now(unmerge(&room.center, &third, &finder()));
    assert!(matches!(refused, Err(MergeError::MergedSince)));
    close(&room, &ann);
    says(&mut room, ChannelKind::Sms, "+15005550002", "the third again");
    assert_eq!(texts(&room, std::slice::from_ref(&ann)), ["by sms", "the third again"]);
    assert!(matches!(now(unmerge(&room.center, &ben, &finder())), Err(MergeError::InUse)));
    close(&room, &ann);
    now(unmerge(&room.center, &ben, &finder())).unwrap();
    now(unmerge(&room.center, &third, &finder())).unwrap();
    for sid in [&ann, &ben, &third] {
        assert_eq!((stored(&room, sid).merged, stored(&room, sid).identities.len()), (vec![], 1));
    }
}

#[test]
fn an_event_that_still_names_the_other_contact_meets_the_pointer() {
    let (mut room, ann, ben) = room();
    close(&room, &ben);
    close(&room, &ann);
    let key = Address::new(ChannelKind::Line, "default", BEN).identity();
    let stale = room.items(&keys::identity(&key).partition);
    now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    // As an eventually consistent read may still show it.
    let write = crate::store::assign_identity(&key, &ann, std::slice::from_ref(&ben));
    now(room.center.table.write(vec![write])).unwrap();
    assert_eq!(room.items(&keys::identity(&key).partition), stale);
    says(&mut room, ChannelKind::Line, BEN, "late");
    assert_eq!(texts(&room, std::slice::from_ref(&ann)), ["by sms", "late"]);
    assert_eq!(room.conversation(&ben).sid, ben.conversation(1), "nothing opens there");
}

#[test]
fn a_message_stored_behind_a_closing_follows_its_contact() {
    let (mut room, ann, ben) = room();
    let line = room.messages(&ben).remove(0);
    close(&room, &ann);
    close(&room, &ben);
    now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    let late = patchbay_model::Message {
        sid: MessageSid::derive(&["late"]),
        content: patchbay_model::Content::text("late"),
        provider_id: Some("p9".into()),
        ..line
    };
    now(crate::store::put_message(&room.ports.table, &late)).unwrap();
    let record = room.command(&crate::command::InboundBody::Stray { key: late.key() });
    room.inbound(vec![record.clone()]);
    room.inbound(vec![record]);
    room.settle();
    let messages = room.messages(&ann);
    let found: Vec<_> = messages.iter().filter(|message| message.sid == late.sid).collect();
    assert_eq!((found.len(), &found[0].conversation_sid), (1, &ann.conversation(2)));
    assert_eq!(room.conversation(&ann).sid, ann.conversation(2));
    room.ports.queue.take(QueueName::Routing);
}

fn close_if_open(room: &Room, sid: &ContactSid) {
    if room.conversation(sid).state != ConversationState::Closed {
        close(room, sid);
    }
}

#[test]
fn an_edit_at_the_limits_is_made_and_one_past_them_is_not() {
    use patchbay_model::limits::{
        CONTACT_NAME_CHARS_MAX, CONTACT_NOTES_CHARS_MAX, CONTACT_TAG_CHARS_MAX, CONTACT_TAGS_MAX,
    };
    let (room, ann, _) = room();
    let check = |wanted: serde_json::Value, fine: bool| {
        let wanted: ContactChange = serde_json::from_value(wanted).unwrap();
        let edited = now(edit(&room.center, &ann, &wanted, "agent:WK"));
        assert_eq!(edited.is_ok(), fine);
    };
    let tags = |count: usize, chars: usize| -> Vec<String> {
        (0..count).map(|at| format!("{at:0>chars$}")).collect()
    };
    check(json!({ "name": "é".repeat(CONTACT_NAME_CHARS_MAX), "attributes": { "vip": true } }), true);
    check(json!({ "name": "é".repeat(CONTACT_NAME_CHARS_MAX + 1) }), false);
    check(json!({ "notes": "é".repeat(CONTACT_NOTES_CHARS_MAX) }), true);
    check(json!({ "notes": "é".repeat(CONTACT_NOTES_CHARS_MAX + 1) }), false);
    check(json!({ "tags": tags(CONTACT_TAGS_MAX, CONTACT_TAG_CHARS_MAX) }), true);
    check(json!({ "tags": tags(CONTACT_TAGS_MAX + 1, 1) }), false);
    check(json!({ "tags": tags(1, CONTACT_TAG_CHARS_MAX + 1) }), false);
    check(json!({ "attributes": { "x": "y".repeat(17_000) } }), false);
    let contact = stored(&room, &ann);
    assert_eq!((contact.attributes["vip"].clone(), contact.tags.len()), (json!(true), CONTACT_TAGS_MAX));
    assert_eq!(contact.attribute_sources["vip"].source, "agent:WK");
    check(json!({ "name": null, "attributes": { "vip": null } }), true);
    let contact = stored(&room, &ann);
    assert_eq!((contact.name, contact.attributes.get("vip")), (None, None));
}

fn contact(seed: u8, made: i64) -> Contact {
    Contact {
        sid: ContactSid::random([seed; 16]),
        name: None,
        picture: None,
        identities: vec![Address::new(ChannelKind::Line, "default", format!("U{seed}"))],
        attributes: Default::default(),
        attribute_sources: Default::default(),
        consent: Default::default(),
        tags: vec![],
        notes: String::new(),
        merged: vec![],
        merged_into: None,
        indexed: vec![],
        created_at: Timestamp(made),
        version: 1,
    }
}

#[test]
fn one_contact_has_no_more_than_its_limits() {
    let check = |addresses: usize, merged: usize, expect: Option<&str>| {
        let (stays, mut gone) = (contact(1, 0), contact(2, 1));
        gone.identities =
            (0..addresses).map(|at| Address::new(ChannelKind::Line, "b", at.to_string())).collect();
        gone.merged = (0..merged).map(|at| ContactSid::random([at as u8 + 10; 16])).collect();
        let joined = joined(&stays, &gone, true);
        assert_eq!(joined.err().map(|too_much| too_much.0), expect);
    };
    check(IDENTITIES_MAX - 1, MERGED_MAX - 1, None);
    check(IDENTITIES_MAX, 0, Some("addresses"));
    check(1, MERGED_MAX, Some("contacts"));
}

fn any_contact(seed: u8) -> impl Strategy<Value = Contact> {
    let attributes = proptest::collection::btree_map("[abc]", 0..3_i32, 0..3);
    let consent = proptest::collection::btree_map(
        prop_oneof![Just(ChannelKind::Sms), Just(ChannelKind::Line)],
        prop_oneof![Just(Consent::OptedIn), Just(Consent::OptedOut)],
        0..3,
    );
    let tags = proptest::collection::btree_set("[xyz]", 0..3);
    (proptest::option::of("[A-C]"), attributes, consent, tags, "[n]{0,2}", 0..3_i64).prop_map(
        move |(name, attributes, consent, tags, notes, made)| {
            let source = AttributeSource { source: format!("flow:{seed}"), at: Timestamp(made) };
            Contact {
                name,
                attribute_sources: attributes.keys().map(|key| (key.clone(), source.clone())).collect(),
                attributes: attributes.into_iter().map(|(key, value)| (key, json!(value))).collect(),
                consent,
                tags: tags.into_iter().collect(),
                notes,
                ..contact(seed, made)
            }
        },
    )
}

proptest! {
    #[test]
    fn joined_and_parted_is_as_before(one in any_contact(1), other in any_contact(2), wins in any::<bool>()) {
        let after = joined(&one, &other, wins).unwrap();
        prop_assert_eq!(parted(&one, &after, &after, &other), (one, other));
    }

    #[test]
    fn what_was_changed_since_stays_changed(
        one in any_contact(1), other in any_contact(2), wins in any::<bool>(), changed in any_contact(3),
    ) {
        let after = joined(&one, &other, wins).unwrap();
        let mut since = after.clone();
        since.attributes.insert("since".into(), json!(changed.name));
        since.tags.push("since".into());
        since.name = Some("since".into());
        since.identities.extend(changed.identities.clone());
        let (stays, back) = parted(&one, &after, &since, &other);
        prop_assert_eq!(&stays.attributes["since"], &json!(changed.name));
        prop_assert_eq!(stays.name.as_deref(), Some("since"));
        prop_assert!(stays.tags.contains(&"since".to_owned()));
        prop_assert!(changed.identities.iter().all(|own| stays.identities.contains(own)));
        prop_assert_eq!(back, other);
    }

    #[test]
    fn nobody_who_forbade_a_channel_is_written_to(one in any_contact(1), other in any_contact(2), wins in any::<bool>()) {
        let after = joined(&one, &other, wins).unwrap();
        for channel in [ChannelKind::Sms, ChannelKind::Line] {
            prop_assert_eq!(
                has_opted_out(&after, channel),
                has_opted_out(&one, channel) || has_opted_out(&other, channel)
            );
        }
    }
}

/// Hands over what waits on the routing queue for erasing, delayed or not.
fn erases(room: &mut Room) {
    for _ in 0..20 {
        let waiting = room.routing();
        let commands: Vec<_> = waiting.iter().filter(|body| body["do"] == "erase").collect();
        if commands.is_empty() {
            return;
        }
        for command in commands {
            for _ in 0..2 {
                let record = room.record(command.to_string(), None);
                assert_eq!(now(crate::router::handle(&room.center, vec![record])), Vec::<String>::new());
            }
        }
    }
    panic!("it never ends");
}

/// A copy of something that a contact sent.
fn keep_copy(room: &Room, contact: &ContactSid) -> BlobKey {
    let message = room.messages(contact).remove(0).key();
    let copy = BlobKey::media(contact, &message.sid, 0);
    now(room.blob.put(&copy, "image/png", "a picture".into())).unwrap();
    let content_type = "image/png".to_owned();
    let attachment = Attachment { url: copy.reference(), content_type, file_name: None, bytes: None };
    now(note_media(&room.ports.table, &message, 0, &attachment)).unwrap();
    copy
}

#[test]
fn of_who_is_erased_nothing_is_left_but_that_it_was_done() {
    let (mut room, ann, ben) = room();
    room.routing();
    for at in 0..120 {
        says(&mut room, ChannelKind::Sms, ANN, &format!("secret {at}"));
    }
    room.routing();
    says(&mut room, ChannelKind::Sms, "+15005550002", "somebody else");
    let copy = keep_copy(&room, &ann);
    now(merge(&room.center, &ann, &ben, &finder())).unwrap();
    let close_both = |room: &Room| [&ann, &ben].iter().for_each(|sid| close_if_open(room, sid));
    room.assign(&ann);
    assert!(matches!(now(erase(&room.center, &ben, "api")), Err(EraseError::Busy)));
    close_both(&room);
    let erasure = now(erase(&room.center, &ben, "api")).unwrap();
    assert_eq!((&erasure.contact_sid, erasure.finished_at), (&ann, None));
    erases(&mut room);
    let left = serde_json::to_string(&room.items("")).unwrap();
    for trace in ["secret", ANN, BEN, ben.as_str()] {
        assert!(!left.contains(trace), "{trace}");
    }
    assert!(left.contains("somebody else"));
    assert_eq!(now(room.blob.get(&copy, 10)), Ok(None));
    let done = now(erase(&room.center, &ann, "api")).unwrap();
    assert!(done.finished_at.is_some() && done.items > 120, "{done:?}");
    let nobody = ContactSid::random([9; 16]);
    assert!(matches!(now(erase(&room.center, &nobody, "api")), Err(EraseError::NotFound)));
    says(&mut room, ChannelKind::Sms, ANN, "somebody new");
    assert_ne!(room.contact(ChannelKind::Sms, ANN), ann);
}

#[test]
fn what_was_stored_meanwhile_is_found_by_the_last_look() {
    let (mut room, ann, _) = room();
    room.routing();
    let late = room.messages(&ann).remove(0);
    now(erase(&room.center, &ann, "api")).unwrap();
    let first = room.routing().remove(0);
    let record = room.record(first.to_string(), None);
    now(crate::router::handle(&room.center, vec![record]));
    assert_eq!(room.messages(&ann), []);
    now(crate::store::put_message(&room.ports.table, &late)).unwrap();
    erases(&mut room);
    assert_eq!(room.messages(&ann), []);
}
