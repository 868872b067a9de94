//! Messages whose provider states the second in which they were said.

use super::events::{event, message};
use super::with_agent;
use crate::inbound::second::{IN_SECOND_MAX, Second};
use crate::store::put_message;
use crate::testing::{NOW, Room, now};
use patchbay_model::{InboundEvent, Message, MessageSid, Seq, Timestamp};

/// The second that the provider states.
const SECOND: Timestamp = Timestamp(NOW.0 + 30_000);

/// The words of this number, which came in so many milliseconds after the second began.
fn said(number: usize, arrived_ms: i64) -> InboundEvent {
    let text = format!("word {number}");
    InboundEvent {
        provider_time: Some(SECOND),
        to_the_second: true,
        received_at: SECOND.plus_ms(arrived_ms),
        ..event(&text, message(&text, false))
    }
}

#[test]
fn what_is_said_within_a_second_stands_as_it_came_in_and_once() {
    let (mut room, sid) = with_agent();
    // Several in one webhook, and several when the second is over.
    let arrivals = [250, 250, 250, 300, 900, 1_400, 1_400, 1_500, 90_000];
    for (number, arrived_ms) in arrivals.into_iter().enumerate() {
        let record = room.event(&said(number, arrived_ms));
        room.inbound(vec![record]);
    }
    let words = |room: &Room| -> Vec<(String, Timestamp)> {
        let all = room.messages(&sid).into_iter();
        all.map(|message| (message.content.plain_text().to_owned(), message.created_at))
            .filter(|(text, _)| text.starts_with("word"))
            .collect()
    };
    let stood = words(&room);
    let texts: Vec<&str> = stood.iter().map(|(text, _)| text.as_str()).collect();
    let expect: Vec<String> = (0..arrivals.len()).map(|number| format!("word {number}")).collect();
    assert_eq!(texts, expect);
    assert!(stood.iter().all(|(_, at)| at.seconds() == SECOND.seconds()), "{stood:?}");
    assert_eq!((stood[0].1, stood[3].1), (SECOND.plus_ms(250), SECOND.plus_ms(300)));
    // Delivered again: soon, later than the queue remembers, and when the stated time is no longer believed.
    for (number, again_ms) in [(0, 260), (2, 5_000), (4, 200_000), (7, 400_000), (8, 3_600_000)] {
        let record = room.event(&said(number, again_ms));
        room.inbound(vec![record]);
    }
    assert_eq!(words(&room), stood);
    // What comes for the first time when its time is not believed stands where it came in.
    let record = room.event(&said(99, 400_000));
    room.inbound(vec![record]);
    assert_eq!(words(&room).last(), Some(&("word 99".to_owned(), SECOND.plus_ms(400_000))));
}

#[test]
fn what_comes_again_before_its_first_delivery_is_handled_stands_once() {
    for to_the_second in [true, false] {
        let (mut room, sid) = with_agent();
        let first = InboundEvent { to_the_second, ..said(1, 400) };
        let again = InboundEvent { received_at: SECOND.plus_s(3_600), ..first.clone() };
        // The first one was among the dead letters meanwhile.
        room.world.advance_ms(2 * 3_600_000);
        for event in [&again, &first, &again] {
            let record = room.event(event);
            room.inbound(vec![record]);
        }
        let stood = room.messages(&sid).into_iter().filter(|said| said.content.plain_text() == "word 1");
        assert_eq!(stood.map(|said| said.created_at).collect::<Vec<_>>(), [SECOND.plus_s(3_600)]);
    }
}

#[test]
fn what_was_among_the_dead_letters_stands_where_it_came_in() {
    let (mut room, sid) = with_agent();
    for (number, arrived_ms) in [(1, 300), (3, 500), (2, 400)] {
        let record = room.event(&said(number, arrived_ms));
        room.inbound(vec![record]);
    }
    let texts: Vec<String> =
        room.messages(&sid).iter().map(|said| said.content.plain_text().to_owned()).collect();
    assert_eq!(texts[texts.len() - 3..], ["word 1", "word 2", "word 3"]);
}

#[test]
fn a_time_that_cannot_be_stands_where_it_came_in() {
    let (mut room, sid) = with_agent();
    for (number, time) in [i64::MIN, -1, 0, i64::MAX].into_iter().enumerate() {
        for to_the_second in [true, false] {
            let id = 2 * number + usize::from(to_the_second);
            let said = said(id, 400);
            let record =
                room.event(&InboundEvent { provider_time: Some(Timestamp(time)), to_the_second, ..said });
            room.inbound(vec![record]);
            let last = room.messages(&sid).pop().unwrap();
            assert!(last.content.plain_text().starts_with("word"));
            assert_eq!(last.created_at, SECOND.plus_ms(400), "{time}");
        }
    }
}

#[test]
fn so_many_messages_of_a_second_are_looked_at_and_no_more() {
    let (room, sid) = with_agent();
    let one = room.messages(&sid).pop().unwrap();
    let put = |number: usize| {
        let seq = Seq(Seq::at(SECOND).0 + u64::try_from(number).unwrap());
        let message = Message { sid: MessageSid::derive(&[&number.to_string()]), seq, ..one.clone() };
        now(put_message(room.center.table.as_ref(), &message)).unwrap();
        message.sid
    };
    let first = put(0);
    let is_seen = || now(Second::load(&room.center, &sid, SECOND)).unwrap().position_of(&first).is_some();
    (1..IN_SECOND_MAX).for_each(|number| drop(put(number)));
    assert!(is_seen());
    put(IN_SECOND_MAX);
    assert!(!is_seen());
}
