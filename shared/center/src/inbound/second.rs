//! Where a message stands whose provider states the second in which it was said, and no more.

use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{StoreError, load_messages};
use patchbay_model::{Author, ContactSid, InboundEvent, Message, MessageSid, Seq, Timestamp};

/// Messages of one contact and second that are looked at. Of more than these (no provider takes so many of one
/// person), one that comes again may stand twice.
pub(super) const IN_SECOND_MAX: usize = 1_000;
/// The last millisecond of a second that the time of arrival can lead to: what comes later still has the positions of
/// the one that is left.
const ARRIVED_MS_MAX: i64 = 998;

/// What stands in a second already.
pub(super) struct Second {
    begin: Timestamp,
    messages: Vec<Message>,
}

impl Second {
    /// One strong read.
    pub(super) async fn load(
        center: &Center,
        contact: &ContactSid,
        begin: Timestamp,
    ) -> Result<Second, StoreError> {
        let range = (Seq::at(begin), end(begin));
        let table = center.table.as_ref();
        let (messages, _) =
            load_messages(table, contact, range, None, IN_SECOND_MAX, Consistency::Strong).await?;
        Ok(Second { begin, messages })
    }

    /// Where this message stands, if it is there.
    pub(super) fn position_of(&self, sid: &MessageSid) -> Option<Seq> {
        self.messages.iter().find(|message| message.sid == *sid).map(|message| message.seq)
    }

    /// The position of a message that is not there yet: that of its arrival, behind all that came by the same account
    /// before it. What stands later than that came after it: this one has been among the dead letters.
    pub(super) fn next(&self, event: &InboundEvent, sid: &MessageSid) -> Seq {
        let at = arrival(self.begin, event.received_at);
        let came_before = |message: &&Message| {
            let said_outside = matches!(message.author, Author::Contact | Author::System | Author::Provider);
            let same_account = (message.channel, &message.account) == (event.channel, &event.account);
            said_outside && same_account && message.seq.time() <= at
        };
        let last = self.messages.iter().filter(came_before).map(|message| message.seq).max();
        place(self.begin, at, last, sid)
    }
}

/// When it arrived, as far as the second goes.
fn arrival(begin: Timestamp, received_at: Timestamp) -> Timestamp {
    received_at.clamp(begin, begin.plus_ms(ARRIVED_MS_MAX))
}

/// The last position of a second.
fn end(begin: Timestamp) -> Seq {
    Seq(Seq::at(begin.plus_s(1)).0.saturating_sub(1))
}

/// The position of `sid` that came in at `at` and behind `last`, never outside of the second.
fn place(begin: Timestamp, at: Timestamp, last: Option<Seq>, sid: &MessageSid) -> Seq {
    let behind = last.map_or(Seq::default(), |last| Seq(last.0.saturating_add(1)));
    Seq::of(at, sid).max(behind).min(end(begin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEGIN: Timestamp = Timestamp(1_800_000_000_000);

    fn sid(number: usize) -> MessageSid {
        MessageSid::derive(&["message", &number.to_string()])
    }

    #[test]
    fn the_time_of_arrival_refines_the_second_and_never_leaves_it() {
        let check = |arrived_ms: i64, expect_ms: i64| {
            let at = place(BEGIN, arrival(BEGIN, BEGIN.plus_ms(arrived_ms)), None, &sid(1));
            assert_eq!(at, Seq::of(BEGIN.plus_ms(expect_ms), &sid(1)), "{arrived_ms}");
        };
        check(-40_000, 0);
        check(-1, 0);
        check(0, 0);
        check(731, 731);
        check(ARRIVED_MS_MAX, ARRIVED_MS_MAX);
        check(ARRIVED_MS_MAX + 1, ARRIVED_MS_MAX);
        check(299_000, ARRIVED_MS_MAX);
        // When the second is full, they share its last position, and their ids tell them apart.
        let late = |last| place(BEGIN, arrival(BEGIN, BEGIN.plus_s(2)), Some(last), &sid(1));
        assert_eq!(late(Seq(end(BEGIN).0 - 1)), end(BEGIN));
        assert_eq!(late(end(BEGIN)), end(BEGIN));
    }

    proptest! {
        /// Whatever comes in a second stands in the order in which it came, within that second, and not before an
        /// answer that was given before it came, if that was within the second.
        #[test]
        fn the_order_of_arrival_is_kept(waits in prop::collection::vec(0_i64..700, 1..40)) {
            let (mut at, mut last) = (BEGIN, None);
            for (number, wait) in waits.iter().enumerate() {
                at = at.plus_ms(*wait);
                let here = place(BEGIN, arrival(BEGIN, at), last, &sid(number));
                prop_assert!(last.is_none_or(|last| last < here));
                prop_assert!((Seq::at(BEGIN)..=end(BEGIN)).contains(&here));
                prop_assert!(here.time() >= at.min(BEGIN.plus_ms(ARRIVED_MS_MAX)));
                last = Some(here);
            }
        }
    }
}
