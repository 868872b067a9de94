//! Applying, over ports in memory.

use super::apply::REPLACED_KEPT_S;
use crate::keys;
use crate::ports::table::TTL_ATTRIBUTE;
use crate::ports::{Consistency, Table, World};
use crate::testing::{Room, ask_and_hand_over, now};

/// Until when an item is kept, if not for ever.
fn kept_until(room: &Room, key: &crate::ports::Key) -> Option<i64> {
    let (item, _) = now(room.ports.table.get(key, Consistency::Strong)).unwrap();
    item.unwrap().number(TTL_ATTRIBUTE)
}

#[test]
fn documents_of_a_version_that_was_replaced_are_swept_and_those_in_force_are_not() {
    let mut room = Room::new(ask_and_hand_over());
    let document = |version, name| keys::config_document(version, name);
    for name in ["workspace", "flow/main"] {
        assert_eq!(kept_until(&room, &document(1, name)), None);
    }
    room.configure(ask_and_hand_over());
    let until = room.world.now().plus_s(REPLACED_KEPT_S).seconds();
    room.world.advance_ms(60_000);
    room.configure(ask_and_hand_over());
    for name in ["workspace", "flow/main"] {
        // The first replacement counts.
        assert_eq!(kept_until(&room, &document(1, name)), Some(until));
        assert_eq!(kept_until(&room, &document(2, name)), Some(until + 60));
        assert_eq!(kept_until(&room, &document(3, name)), None);
    }
    assert_eq!(kept_until(&room, &keys::config_version()), None);
}
