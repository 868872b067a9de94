//! The index in the table: whatever is written is found, and what is erased is not.

use super::*;
use crate::command::Record;
use crate::contacts::{self, ContactChange, Finder};
use crate::ports::{QueueName, Table};
use crate::router;
use crate::store::{claim_identity, put_contact, put_message};
use crate::testing::{ANN, Room, flow, now, widget};
use patchbay_model::limits::INDEXED_MAX;
use patchbay_model::{Address, ChannelKind, Content, Message, MessageSid, Seq};
use proptest::prelude::*;
use serde_json::json;

fn room() -> Room {
    let hello = widget("hello", "send-message", json!({ "body": "Hello" }), &[("sent", ""), ("failed", "")]);
    Room::new(flow(&[hello]))
}

fn write(room: &Room, seed: u8, name: &str, addresses: &[Address]) -> ContactSid {
    let sid = ContactSid::random([seed; 16]);
    let contact = json!({
        "sid": sid, "name": name, "identities": addresses, "created_at": room.world_now(), "version": 0,
    });
    let mut contact: Contact = serde_json::from_value(contact).unwrap();
    let claims = addresses.iter().map(|own| claim_identity(&own.identity(), &sid));
    let writes = claims.chain(put_contact(&mut contact)).collect();
    now(room.ports.table.write(writes)).unwrap();
    sid
}

fn found(room: &Room, question: &str) -> Vec<ContactSid> {
    let (found, _) = now(search(&room.center, question, 50)).unwrap();
    found.into_iter().map(|found| found.contact.sid).collect()
}

fn rename(room: &Room, sid: &ContactSid, name: &str) {
    let change = ContactChange { name: Some(Some(name.into())), ..ContactChange::default() };
    now(contacts::edit(&room.center, sid, &change, "api")).unwrap();
}

/// Items of the index.
fn entries(room: &Room) -> usize {
    room.ports.table.items().iter().filter(|item| item.key.partition.starts_with("F#")).count()
}

fn erase(room: &mut Room, sid: &ContactSid) {
    now(contacts::erase(&room.center, sid, "api")).unwrap();
    for _ in 0..20 {
        let records: Vec<Record> = room.take(QueueName::Routing);
        if records.is_empty() {
            return;
        }
        assert_eq!(now(router::handle(&room.center, records)), Vec::<String>::new());
    }
    panic!("the erasure does not end");
}

#[test]
fn who_writes_is_found_by_number_at_once_and_by_name_when_it_is_known() {
    let mut room = room();
    assert_eq!(room.writes(ChannelKind::Sms, ANN, "Hi", "1"), 200);
    room.settle();
    let sid = room.contact(ChannelKind::Sms, ANN);
    assert_eq!(found(&room, "0001"), std::slice::from_ref(&sid));
    rename(&room, &sid, "Zoë Smith");
    let (hits, more) = now(search(&room.center, "smi zoe", 5)).unwrap();
    assert_eq!((hits.len(), more), (1, false));
    assert_eq!(hits[0].matched, BTreeSet::from([Field::Name]));
    assert_eq!(hits[0].conversation.as_ref().map(|found| &found.contact_sid), Some(&sid));
    rename(&room, &sid, "Zoë Jones");
    assert_eq!((found(&room, "smith"), found(&room, "jones")), (vec![], vec![sid]));
}

#[test]
fn a_change_that_is_not_about_words_costs_one_write_and_one_that_is_two_for_each() {
    let room = room();
    let sid = write(&room, 1, "Zoë Smith", &[]);
    room.ports.table.take_spent();
    let noted = ContactChange { notes: Some("likes tea".into()), ..ContactChange::default() };
    now(contacts::edit(&room.center, &sid, &noted, "api")).unwrap();
    assert_eq!(room.ports.table.take_spent().write_tenths, 10);
    rename(&room, &sid, "Zoë Jones");
    // The contact, the word that is new and the one that is gone, in a transaction.
    assert_eq!(room.ports.table.take_spent().write_tenths, 60);
}

#[test]
fn one_who_was_stored_before_there_was_an_index_is_found_once_they_write_again_or_are_touched() {
    for by_writing in [true, false] {
        let mut room = room();
        assert_eq!(room.writes(ChannelKind::Sms, ANN, "Hi", "1"), 200);
        room.settle();
        let sid = room.contact(ChannelKind::Sms, ANN);
        let table = &room.ports.table;
        let mut contact = now(load_contact(table, &sid, Consistency::Strong)).unwrap().unwrap();
        let entries = crate::store::delete_contact(&contact).split_off(1);
        contact.indexed.clear();
        now(table.write(std::iter::once(crate::store::put_next(&mut contact)).chain(entries).collect()))
            .unwrap();
        assert_eq!(found(&room, "0001"), []);
        if by_writing {
            room.world.advance_ms(1_000);
            assert_eq!(room.writes(ChannelKind::Sms, ANN, "Again", "2"), 200);
            room.settle();
        } else {
            now(contacts::edit(&room.center, &sid, &ContactChange::default(), "api")).unwrap();
        }
        assert_eq!(found(&room, "0001"), [sid]);
    }
}

#[test]
fn of_two_who_are_one_the_one_who_stays_is_found_until_they_are_two_again() {
    let room = room();
    let number = |end: u32| Address::new(ChannelKind::Sms, "default", format!("+1500555{end:04}"));
    let ann = write(&room, 1, "Ann", &[number(1)]);
    room.world.advance_ms(1_000);
    let bob = write(&room, 2, "Bob", &[number(2)]);
    let before = entries(&room);
    let finder = Finder { by: "api".into(), prefer: None };
    now(contacts::merge(&room.center, &ann, &bob, &finder)).unwrap();
    assert_eq!((found(&room, "ann"), found(&room, "bob")), (vec![ann.clone()], vec![]));
    assert_eq!(found(&room, "5550002"), std::slice::from_ref(&ann));
    now(contacts::unmerge(&room.center, &bob, &finder)).unwrap();
    assert_eq!((found(&room, "ann"), found(&room, "bob")), (vec![ann], vec![bob.clone()]));
    assert_eq!((found(&room, "5550002"), entries(&room)), (vec![bob], before));
}

#[test]
fn two_contacts_with_all_that_they_may_have_become_one_in_a_transaction() {
    let room = room();
    let addresses = |from: u32| {
        (0..10)
            .map(|n| Address::new(ChannelKind::Sms, "default", format!("+1500555{:04}", from + n)))
            .collect::<Vec<_>>()
    };
    let words = |letter: char| (0..12).map(|n| format!("{letter}{n}x")).collect::<Vec<_>>().join(" ");
    let one = write(&room, 1, &words('a'), &addresses(100));
    let other = write(&room, 2, &words('b'), &addresses(200));
    assert_eq!(entries(&room), 44);
    let finder = Finder { by: "api".into(), prefer: Some(other.clone()) };
    let stays = now(contacts::merge(&room.center, &one, &other, &finder)).unwrap();
    assert_eq!((stays.indexed.len(), entries(&room)), (INDEXED_MAX, INDEXED_MAX));
}

#[test]
fn the_very_word_comes_first_then_who_was_spoken_with_last() {
    let room = room();
    let anna = write(&room, 1, "Anna", &[]);
    let ann = write(&room, 2, "Ann", &[]);
    room.world.advance_ms(1_000);
    let anne = write(&room, 3, "Anne", &[]);
    assert_eq!(found(&room, "ann"), [ann, anne, anna]);
}

#[test]
fn questions_have_bounds() {
    let room = room();
    let ask = |text: &str| {
        now(search(&room.center, text, 5)).map(|(found, _)| found.len()).map_err(|e| e.to_string())
    };
    let short = "at least two letters or digits are needed, or the last three digits of a number";
    assert_eq!(ask(&"x".repeat(QUESTION_CHARS_MAX)), Ok(0));
    assert_eq!(ask(&"x".repeat(QUESTION_CHARS_MAX + 1)), Err("a question has at most 200 characters".into()));
    for text in ["", " ", "a", "!?", "@example.com"] {
        assert_eq!(ask(text), Err(short.into()), "{text:?}");
    }
}

#[test]
fn a_list_that_goes_on_hides_nobody_who_is_in_another() {
    let room = room();
    for number in 0..=u16::try_from(ENTRIES_MAX).unwrap() {
        let [high, low] = number.to_be_bytes();
        let mut seed = [9; 16];
        seed[..2].copy_from_slice(&[high, low]);
        let sid = ContactSid::random(seed);
        let word = words_of(
            &serde_json::from_value(json!({
                "sid": sid, "name": "smith", "identities": [], "created_at": 0, "version": 0,
            }))
            .unwrap(),
        )
        .remove(0);
        let item = crate::ports::Item { key: keys::word(&word, &sid), attributes: Default::default() };
        now(room
            .ports
            .table
            .write(vec![crate::ports::Write::Put { item, condition: crate::ports::Condition::Always }]))
        .unwrap();
    }
    let sid = write(&room, 0xff, "Zoë Smithson", &[]);
    let (hits, more) = now(search(&room.center, "smith zoe", 5)).unwrap();
    assert_eq!((hits.len(), hits[0].contact.sid.clone(), more), (1, sid, false));
    assert!(now(search(&room.center, "smith", 5)).unwrap().1, "there may be more");
}

#[test]
fn messages_of_a_contact_are_found_by_their_words() {
    let room = room();
    let sid = write(&room, 1, "Zoë", &[]);
    let said = |at: i64, content: Content| {
        let key = MessageSid::derive(&["said", &at.to_string()]);
        let at = room.world_now().plus_s(at);
        let message = json!({
            "sid": key, "seq": Seq::of(at, &key), "conversation_sid": sid.conversation(1), "contact_sid": sid,
            "channel": "sms", "account": "default", "direction": "inbound", "author": { "type": "contact" },
            "kind": "text", "text": "", "status": "received", "created_at": at,
        });
        let message = Message { content, ..serde_json::from_value(message).unwrap() };
        now(put_message(&room.ports.table, &message)).unwrap();
        message.seq
    };
    let first = said(1, Content::text("Où est ma commande 4711 ?"));
    said(2, Content::text("Hello"));
    let third = said(3, Content::text("La COMMANDE est arrivée"));
    let last = Seq(u64::MAX >> 8);
    let ask = |text: &str, to: Seq| {
        let found = now(search_messages(&room.center, std::slice::from_ref(&sid), text, to)).unwrap();
        (found.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), found.more_before)
    };
    assert_eq!(ask("commande", last), (vec![first, third], None));
    assert_eq!(ask("ou 4711", last), (vec![first], None));
    assert_eq!(ask("arrivee", Seq(third.0 - 1)), (vec![], None));
    for number in 0..SEARCHED_MAX {
        said(10 + i64::try_from(number).unwrap(), Content::text("x"));
    }
    let (found, more) = ask("commande", last);
    assert_eq!(found, []);
    assert_eq!(ask("commande", Seq(more.unwrap().0 - 1)), (vec![first, third], None));
}

/// Names of people in several scripts.
fn names() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[A-Za-zÀ-ÖØ-öø-ÿŁłŐő]{2,12}",
        "[А-Яа-яЁё]{2,10}",
        "[Α-ΡΣ-Ωα-ω]{2,10}",
        "[\u{4e00}-\u{4fff}]{2,5}",
        "[ァ-ヶあ-ん]{2,6}",
        "[가-힣]{2,4}",
        "[ا-غف-ي]{2,8}",
        "[0-9]{2,9}",
    ];
    prop::collection::vec(word, 1..=3).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_beginning_of_a_name_finds_it_until_it_is_erased(before in names(), name in names()) {
        let mut room = room();
        write(&room, 1, "Somebody Else", &[]);
        let sid = write(&room, 2, &before, &[Address::new(ChannelKind::Sms, "default", ANN)]);
        rename(&room, &sid, &name);
        let beginnings = |name: &str| -> Vec<String> {
            let of = |word: &str| {
                let letters: Vec<char> = word.chars().collect();
                (2..=letters.len()).map(|count| letters[..count].iter().collect()).collect::<Vec<String>>()
            };
            name.split(' ').flat_map(of).collect()
        };
        for beginning in beginnings(&name) {
            let found = found(&room, &beginning);
            prop_assert!(found.contains(&sid), "{:?} does not find {:?}", beginning, name);
        }
        erase(&mut room, &sid);
        for beginning in beginnings(&name).into_iter().chain(beginnings(&before)).chain(["0001".into()]) {
            let found = found(&room, &beginning);
            prop_assert!(!found.contains(&sid), "{:?} still finds who was erased", beginning);
        }
        prop_assert_eq!(entries(&room), 2, "what is left is somebody else's");
    }
}
