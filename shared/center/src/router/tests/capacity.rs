//! Workers whose file changes while they work.

use super::*;

/// As many tasks as Bob may hold at once, and his level.
fn apply(room: &mut Room, capacity: u32, level: u32) {
    let mut workspace = workspace(by_language(), capacity);
    workspace["workers"][1]["attributes"]["level"] = json!(level);
    room.apply(workspace);
}

fn check(room: &Room, capacity: u32, assigned: u32, has_token: bool) {
    let chat = &room.worker("bob").channels["chat"];
    assert_eq!((chat.capacity, chat.assigned, chat.token.is_some()), (capacity, assigned, has_token));
}

#[test]
fn room_that_is_added_is_filled_and_room_that_is_taken_is_not_filled_again() {
    let mut room = Room::new(workspace(by_language(), 1));
    let bob = room.online("bob");
    let [first, second] = ["first", "second"].map(|name| room.create(name, french()));
    room.check_offered(&second, None);
    check(&room, 1, 1, false);
    room.events("bob");
    apply(&mut room, 3, 2);
    room.check_offered(&second, Some("bob"));
    check(&room, 3, 2, true);
    assert_eq!(room.events("bob"), ["worker.capacity.update", "reservation.created"]);
    // Back to one: he keeps both, and is offered nothing until he has less than one.
    apply(&mut room, 1, 2);
    check(&room, 1, 2, false);
    let third = room.create("third", french());
    for (task, then) in [(first, None), (second, Some("bob"))] {
        let (_, reservation) = room.offered(&task).unwrap();
        now(accept(&room.center, &bob, &reservation)).unwrap();
        now(complete(&room.center, &bob, &reservation, None)).unwrap();
        room.check_offered(&third, then);
    }
}

#[test]
fn a_worker_hears_of_new_attributes_and_an_apply_without_change_changes_no_worker() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("bob");
    room.events("bob");
    apply(&mut room, 1, 9);
    assert_eq!(room.events("bob"), ["worker.attributes.update"]);
    let mut same = workspace(by_language(), 1);
    same["workers"][1]["attributes"]["level"] = json!(9);
    let documents =
        ConfigDocuments { workspace: serde_json::from_value(same).unwrap(), ..Default::default() };
    let applied = now(crate::config::apply(&room.center, &documents)).unwrap();
    assert_eq!((applied.workers_created, applied.workers_updated), (0, 0));
    room.run();
    assert_eq!(room.events("bob"), Vec::<String>::new());
}

#[test]
fn a_worker_who_is_renamed_is_found_by_the_new_name_only() {
    let named = |name: &str| {
        let mut workspace = workspace(by_language(), 1);
        workspace["workers"][1]["sid"] = json!(worker_sid("bob"));
        workspace["workers"][1]["friendly_name"] = json!(name);
        workspace
    };
    let mut room = Room::new(named("bob"));
    room.apply(named("Robert"));
    let holds = |name: &str| {
        let key = crate::keys::worker_name(name);
        let item = now(crate::ports::Table::get(room.table.as_ref(), &key, Consistency::Strong)).unwrap().0;
        item.and_then(|item| item.text("w").map(str::to_owned))
    };
    assert_eq!((holds("bob"), holds("robert")), (None, Some(worker_sid("bob").to_string())));
}
