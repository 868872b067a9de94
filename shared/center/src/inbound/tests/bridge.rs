//! A caller and the agent who wants them, and who hangs up first.

use super::desk::{Desk, events};
use crate::testing::ANN;
use patchbay_channels::voice::network::Act;
use patchbay_model::{ChannelKind, TaskStatus};

#[test]
fn caller_and_agent_hear_one_another_once_the_agent_has_answered() {
    let mut desk = Desk::new();
    let agent = desk.talks();
    let call = desk.call.clone();
    desk.act(&call, Act::Say("hello".into()));
    desk.act(&agent, Act::Say("good morning".into()));
    assert!(desk.line.heard(&agent).last().unwrap().contains("hello"));
    assert!(desk.line.heard(&call).last().unwrap().contains("good morning"));
    let contact = desk.room.contact(ChannelKind::Voice, ANN);
    assert!(desk.room.conversation(&contact).workers.contains(&desk.room.worker()));
}

#[test]
fn a_caller_who_hangs_up_first_leaves_the_agent_to_write_it_up() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    let frames = desk.act(&call, Act::HangUp);
    assert!(events(&frames).contains(&"reservation.wrapup"), "{:?}", events(&frames));
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    assert!(desk.line.is_over(&agent));
    desk.is_apart();
}

#[test]
fn an_agent_who_hangs_up_first_leaves_the_caller_to_the_flow() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.act(&agent, Act::HangUp);
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert!(desk.line.is_over(&call));
    assert_eq!(desk.status(), TaskStatus::Wrapping);
    desk.is_apart();
}

#[test]
fn a_task_that_is_completed_ends_the_talk() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.talks(), desk.call.clone());
    desk.asks("reservation.complete");
    desk.settle();
    assert_eq!(desk.line.heard(&call).last().unwrap(), "Goodbye");
    assert!(desk.line.is_over(&call) && desk.line.is_over(&agent));
    assert_eq!(desk.status(), TaskStatus::Completed);
    desk.is_apart();
}

#[test]
fn a_phone_that_nobody_answers_gives_the_task_to_the_next() {
    let not_answered: [fn(&mut Desk, &str); 3] = [
        |desk, agent| desk.line.act(&desk.room, agent, Act::Decline),
        |desk, _| desk.line.pass_s(&desk.room, 20),
        // A machine presses no key.
        |desk, agent| {
            desk.line.act(&desk.room, agent, Act::Answer);
            desk.line.pass_s(&desk.room, 8);
        },
    ];
    for not_answered in not_answered {
        let mut desk = Desk::new();
        let agent = desk.rings();
        not_answered(&mut desk, &agent);
        let frames = desk.settle();
        assert!(events(&frames).contains(&"reservation.timeout"), "{:?}", events(&frames));
        assert_eq!(desk.status(), TaskStatus::Pending);
        assert!(!desk.line.is_over(&desk.call));
        desk.is_apart();
    }
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_stops_the_ringing() {
    let mut desk = Desk::new();
    let (agent, call) = (desk.rings(), desk.call.clone());
    let frames = desk.act(&call, Act::HangUp);
    assert!(events(&frames).contains(&"reservation.canceled"), "{:?}", events(&frames));
    assert!(desk.line.is_over(&agent));
    assert_eq!(desk.status(), TaskStatus::Canceled);
    desk.is_apart();
}

#[test]
fn who_answers_too_late_is_alone_with_nobody() {
    let mut desk = Desk::new();
    let agent = desk.rings();
    desk.asks("reservation.reject");
    desk.line.act(&desk.room, &agent, Act::Answer);
    desk.line.press(&desk.room, &agent, "1");
    desk.settle();
    assert!(desk.line.is_over(&agent) && !desk.line.is_over(&desk.call));
    desk.is_apart();
}

#[test]
fn an_acceptance_that_comes_again_rings_once() {
    let mut desk = Desk::new();
    desk.rings();
    desk.asks("reservation.accept");
    desk.settle();
    assert_eq!(desk.line.called(), 1);
}

#[test]
fn everything_that_is_told_may_be_told_again() {
    let mut desk = Desk::new();
    let agent = desk.talks();
    let before = desk.line.heard(&desk.call);
    for (asked, _) in std::mem::take(&mut desk.line.asked) {
        desk.line.post(&desk.room, &asked);
        desk.settle();
    }
    assert_eq!(desk.status(), TaskStatus::Assigned);
    assert_eq!(desk.line.heard(&desk.call), before);
    assert!(!desk.line.is_over(&agent) && !desk.line.is_over(&desk.call));
}
