//! Applying, over ports in memory.

use super::apply::REPLACED_KEPT_S;
use super::{
    ApplyError, ConfigDocuments, Editing, apply, edit, flow_revisions, flows_in_force, stored_documents,
};
use crate::keys;
use crate::ports::table::TTL_ATTRIBUTE;
use crate::ports::{Consistency, Table, World};
use crate::testing::{Room, ask_and_hand_over, now};
use std::sync::atomic::{AtomicUsize, Ordering};

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

fn named(documents: &mut ConfigDocuments, name: &str) {
    documents.workspace.friendly_name = Some(name.into());
}

/// Edits the name while somebody else applies something `others` times in between; the version, or the conflict.
fn edit_while(room: &Room, name: &str, others: usize) -> Result<u64, bool> {
    let left = AtomicUsize::new(others);
    let edited = now(edit(&room.center, Editing { by: "api:SK1", message: "" }, |documents| {
        let others = left.load(Ordering::Relaxed);
        if others > 0 {
            left.store(others - 1, Ordering::Relaxed);
            let mut other = documents.clone();
            other.workspace.history_days = Some(99 + others as u32);
            now(apply(&room.center, &other)).unwrap();
        }
        named(documents, name);
        Ok::<(), ApplyError>(())
    }));
    edited.map(|config| config.version).map_err(|error| matches!(error, ApplyError::Conflict))
}

#[test]
fn an_edit_goes_over_what_came_in_between_once() {
    let room = Room::new(ask_and_hand_over());
    assert_eq!(edit_while(&room, "First", 0), Ok(2));
    assert_eq!(edit_while(&room, "First", 0), Ok(2), "what changes nothing makes no version");
    assert_eq!(edit_while(&room, "Second", 1), Ok(4));
    let (_, documents) = now(stored_documents(&room.center)).unwrap();
    assert_eq!(documents.workspace.history_days, Some(100), "the other's change is still there");
    assert_eq!(edit_while(&room, "Third", 2), Err(true));
    assert_eq!(now(room.center.newest_config()).unwrap().friendly_name, "Second");
}

#[test]
fn a_flow_has_a_revision_for_each_definition_and_no_more() {
    let mut room = Room::new(ask_and_hand_over());
    let numbers = |room: &Room| -> Vec<u64> {
        now(flow_revisions(&room.center, "main")).unwrap().iter().map(|flow| flow.number).collect()
    };
    assert_eq!(numbers(&room), [1]);
    room.configure(ask_and_hand_over());
    assert_eq!(numbers(&room), [1], "the same definition is the same revision");
    let mut other = ask_and_hand_over();
    other["description"] = "another".into();
    room.world.advance_ms(1_000);
    room.configure(other);
    assert_eq!(numbers(&room), [2, 1]);
    let flows = now(flows_in_force(&room.center)).unwrap();
    let at = |at: Option<patchbay_model::Timestamp>| at.unwrap();
    assert_eq!((flows.len(), flows[0].name.as_str(), flows[0].by.as_deref()), (1, "main", Some("operator")));
    assert_eq!(at(flows[0].applied_at).since_ms(at(flows[0].flow_created_at)), 1_000);
}
