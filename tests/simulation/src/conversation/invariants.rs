//! What must hold of conversations when all is at rest (docs/SIMULATION.md names each).

use super::Scenario;
use super::customers::Said;
use super::desk::Desk;
use super::setup::ACCOUNT;
use crate::Report;
use crate::executor::now;
use crate::invariants::{Facts, no_poison, of_routing, overlooked};
use crate::table::SimTable;
use patchbay_center::frames::message_payload;
use patchbay_center::media::Links;
use patchbay_center::memory::MemoryBlob;
use patchbay_center::ports::{Consistency, World};
use patchbay_center::store::{
    Execution, Fate, find_contact, load_contact, load_conversation, load_due, load_execution, load_messages,
    load_past_conversations, load_scheduled,
};
use patchbay_flow::{Status, Waiting};
use patchbay_model::{
    Address, Author, ChannelKind, ContactSid, Conversation, ConversationSid, ConversationState, Invited,
    Message, MessageSid, MessageStatus, ReservationStatus, Seq, Task, TaskStatus, WorkerSid,
};
use std::collections::{BTreeMap, BTreeSet};

/// All that is stored of a contact.
struct Person {
    conversation: Conversation,
    past: Vec<Conversation>,
    execution: Option<Execution>,
    /// In their order.
    messages: Vec<Message>,
}

fn facts(scenario: &Scenario) -> Facts {
    Facts::collect(&scenario.stage.table, scenario.desks.iter().map(|desk| desk.sid.clone()))
}

/// Whether this agent has hung up before he was answered: what his request should have looked for, nobody does.
fn left_asking(scenario: &Scenario, sid: &WorkerSid) -> bool {
    scenario.desks.iter().any(|desk| desk.sid == *sid && desk.asked.is_some())
}

/// A colleague who is asked in by name is nobody else.
fn suits(task: &Task, worker: &WorkerSid) -> bool {
    let named = task.routing_target.as_ref().and_then(|target| WorkerSid::parse(target).ok());
    named.is_none_or(|named| named == *worker)
}

/// What holds of routing as long as no sweep has come by.
pub(super) fn routing_before_sweep(scenario: &Scenario) {
    let now = scenario.stage.world.now();
    of_routing(&facts(scenario), now, |task, worker| suits(task, worker) && !left_asking(scenario, worker));
    no_poison(&scenario.stage.queue);
}

/// Scheduled messages that are looked for.
const SWEPT_MAX: usize = 10;

/// How many tasks only the sweep would find an agent for, and how many messages only it would say: the command that tells
/// of one may come before whoever scheduled it has stored it.
pub(super) fn left_to_sweep(scenario: &Scenario) -> usize {
    let (facts, now) = (facts(scenario), scenario.stage.world.now());
    let due = read(load_due(scenario.stage.table.as_ref(), now, SWEPT_MAX));
    overlooked(&facts, now, suits).len() + due.len()
}

pub(super) fn at_rest(scenario: &Scenario) -> Report {
    let facts = facts(scenario);
    of_routing(&facts, scenario.stage.world.now(), suits);
    no_poison(&scenario.stage.queue);
    let people = people(scenario);
    stored_once(scenario, &people);
    in_order(scenario, &people);
    sent_once(scenario, &people);
    for person in people.values() {
        conversations(scenario, person, &facts.tasks);
    }
    one_open_task(&facts.tasks, &people);
    no_strays(scenario, &people);
    said_later(scenario, &people);
    for (desk, there) in scenario.desks.iter().zip(&scenario.there) {
        replies(desk, *there, &people);
        if *there {
            desktop(desk, &people, &facts.tasks);
        }
    }
    report(scenario, &people)
}

fn read<T, E: std::fmt::Debug>(reading: impl Future<Output = Result<T, E>>) -> T {
    match now(reading) {
        Some(Ok(found)) => found,
        Some(Err(error)) => panic!("what is stored does not read: {error:?}"),
        None => panic!("a read does not end"),
    }
}

/// Every customer whose message was taken is one contact, and there are no others.
fn people(scenario: &Scenario) -> BTreeMap<ContactSid, Person> {
    let table = scenario.stage.table.as_ref();
    let mut people = BTreeMap::new();
    let spoke: BTreeSet<usize> = scenario.said.iter().map(|said| said.customer).collect();
    for customer in spoke.iter().map(|customer| &scenario.customers[*customer]) {
        let address = Address::new(customer.kind, ACCOUNT, customer.from.as_str());
        let sid = read(find_contact(table, &address.identity(), Consistency::Strong));
        let Some(sid) = sid else { panic!("{address:?} is nobody's") };
        let Some(contact) = read(load_contact(table, &sid, Consistency::Strong)) else {
            panic!("the contact of {address:?} is not there")
        };
        assert_eq!(contact.identities, [address], "{contact:?}");
        assert!(people.insert(sid.clone(), person(table, &sid)).is_none(), "two customers are {sid}");
    }
    let contacts = |sort: &str| {
        let of = |item: &patchbay_center::ports::Item| {
            item.key.partition.starts_with("C#") && item.key.sort == sort
        };
        table.items().iter().filter(|item| of(item)).count()
    };
    assert_eq!((contacts("C"), contacts("O")), (people.len(), people.len()), "contacts, conversations");
    people
}

fn person(table: &SimTable, sid: &ContactSid) -> Person {
    let Some(conversation) = read(load_conversation(table, sid, Consistency::Strong)) else {
        panic!("{sid} has no conversation")
    };
    let all = (Seq(0), Seq(u64::MAX >> 8));
    Person {
        conversation,
        past: read(load_past_conversations(table, sid, 1_000)),
        execution: read(load_execution(table, sid, Consistency::Strong)),
        messages: read(load_messages(table, sid, all, None, 10_000, Consistency::Strong)).0,
    }
}

fn messages(people: &BTreeMap<ContactSid, Person>) -> impl Iterator<Item = &Message> {
    people.values().flat_map(|person| &person.messages)
}

fn is_of(message: &Message, said: &Said) -> bool {
    message.channel == said.kind && message.provider_id.as_deref() == Some(&said.provider_id)
}

/// 1: what was answered with 2xx is stored once, as it was said; and what is stored was said.
fn stored_once(scenario: &Scenario, people: &BTreeMap<ContactSid, Person>) {
    for post in scenario.webhooks.all() {
        // What a provider has to tell of a message that went out late may not be due as yet.
        let done = post.taken.is_some() || post.due.is_some_and(|due| due > scenario.stage.world.now());
        assert!(done, "1: a webhook of {} is never taken", post.kind);
    }
    for said in &scenario.said {
        let stored: Vec<&Message> = messages(people).filter(|message| is_of(message, said)).collect();
        assert_eq!(stored.len(), 1, "1: {:?} is stored {} times: {stored:?}", said.text, stored.len());
        assert_eq!(stored[0].content.plain_text(), said.text, "1");
    }
    for message in messages(people).filter(|message| message.author == Author::Contact) {
        let was_said = scenario.said.iter().any(|said| is_of(message, said));
        assert!(was_said, "1: nobody said {message:?}");
    }
}

/// 2: what a customer said stands in the provider's order, if it came in time; and where that says nothing, what was
/// taken before the next was posted stands before it.
fn in_order(scenario: &Scenario, people: &BTreeMap<ContactSid, Person>) {
    let placed: Vec<(&Said, Seq)> = messages(people)
        .filter_map(|message| Some((scenario.said.iter().find(|said| is_of(message, said))?, message.seq)))
        .collect();
    for (first, first_seq) in &placed {
        for (second, second_seq) in &placed {
            if first.customer != second.customer || first.at >= second.at {
                continue;
            }
            let in_time = |said: &Said| {
                let taken = scenario.webhooks.post(said.post).taken;
                // Five minutes, from the beginning of the second.
                taken.is_some_and(|taken| taken.since_ms(said.at) <= 299_000)
            };
            let in_time = in_time(first) && in_time(second);
            let same_second = first.at.seconds() == second.at.seconds();
            let states_time = match first.kind {
                ChannelKind::Sms => false,
                ChannelKind::Telegram => !same_second,
                _ => true,
            };
            if states_time && in_time {
                assert!(first_seq < second_seq, "2: {:?} stands behind {:?}", first.text, second.text);
            }
            let (before, after) = (scenario.webhooks.post(first.post), scenario.webhooks.post(second.post));
            let by_arrival = match first.kind {
                ChannelKind::Telegram => same_second && in_time,
                _ => !states_time,
            };
            if by_arrival && before.taken < after.first {
                assert!(first_seq < second_seq, "2: {:?} stands behind {:?}", first.text, second.text);
            }
        }
    }
}

/// 3: a provider takes a message of ours once at the most; and what we say of it is so.
fn sent_once(scenario: &Scenario, people: &BTreeMap<ContactSid, Person>) {
    let taken = scenario.providers.taken();
    let ours = |message: &&Message| message.direction == patchbay_model::Direction::Outbound;
    let texts: Vec<&str> =
        messages(people).filter(ours).map(|message| message.content.plain_text()).collect();
    for send in &taken {
        let same = texts.iter().filter(|text| **text == send.text).count();
        assert_eq!(same, 1, "3: {send:?} is {same} messages");
    }
    for message in messages(people).filter(ours) {
        let times = taken.iter().filter(|send| send.text == message.content.plain_text()).count();
        let provided = message.channel != ChannelKind::Webchat;
        let expect = match message.status {
            MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read if provided => 1..=1,
            MessageStatus::Failed | MessageStatus::Unknown if provided => 0..=1,
            MessageStatus::Sent | MessageStatus::Delivered => 0..=0,
            // 5: nothing is stuck.
            status => panic!("5: {} at rest: {message:?}", status.as_str()),
        };
        assert!(expect.contains(&times), "3: {times} times: {message:?}");
    }
}

/// A conversation's state, its task and its flow agree; the ones before it are closed.
fn conversations(scenario: &Scenario, person: &Person, tasks: &[Task]) {
    let Person { conversation, past, execution, .. } = person;
    let numbers: Vec<u32> = past.iter().map(|past| past.sid.number()).collect();
    assert_eq!(numbers, (1..conversation.sid.number()).rev().collect::<Vec<_>>(), "past conversations");
    for past in past {
        assert_eq!(past.state, ConversationState::Closed, "{past:?}");
    }
    let task = conversation.task_sid.as_ref().map(|sid| {
        let task = tasks.iter().find(|task| task.sid == *sid);
        task.unwrap_or_else(|| panic!("the task of {conversation:?} is not there"))
    });
    let own = execution.as_ref().filter(|execution| execution.conversation_sid == conversation.sid);
    let status = own.map(|execution| execution.state.status());
    match (conversation.state, task) {
        (ConversationState::Flow, None) => {
            assert!(
                matches!(status, Some(Status::Waiting(Waiting::Reply { .. }))),
                "{status:?}: {conversation:?}"
            );
        }
        (ConversationState::Waiting, Some(task)) => match task.status {
            TaskStatus::Pending | TaskStatus::Reserved => {}
            // Whoever accepted has gone before being on it, and comes onto it when he comes back.
            TaskStatus::Assigned => {
                let holder = scenario.desks.iter().zip(&scenario.there).find(|(desk, _)| holds(task, desk));
                assert!(holder.is_some_and(|(_, there)| !there), "{conversation:?} {task:?}");
            }
            _ => panic!("the conversation waits for a task that is over: {conversation:?} {task:?}"),
        },
        (ConversationState::WithAgent, Some(task)) => {
            assert_eq!(task.status, TaskStatus::Assigned, "{conversation:?} {task:?}");
            let holders = scenario.desks.iter().filter(|desk| holds(task, desk)).map(|desk| &desk.sid);
            let came = conversation.invited.iter().filter_map(|invited| invited.worker_sid.as_ref());
            let expected: BTreeSet<_> = holders.chain(came).collect();
            assert_eq!(
                conversation.workers.iter().collect::<BTreeSet<_>>(),
                expected,
                "{conversation:?} {task:?}"
            );
            assert_eq!(conversation.workers.len(), expected.len(), "{conversation:?}");
            conversation.invited.iter().for_each(|invited| invitation(scenario, invited, tasks));
        }
        (ConversationState::Closed, None) => assert_eq!(conversation.workers, [], "{conversation:?}"),
        _ => panic!("{conversation:?} {task:?}"),
    }
    let is_shared = conversation.state == ConversationState::WithAgent;
    assert!(is_shared || conversation.invited.is_empty(), "somebody is asked in by nobody: {conversation:?}");
}

/// Whoever came has the invitation's task; whoever was asked may still come.
fn invitation(scenario: &Scenario, invited: &Invited, tasks: &[Task]) {
    let task = tasks.iter().find(|task| task.sid == invited.task_sid);
    let task = task.unwrap_or_else(|| panic!("an invitation without a task: {invited:?}"));
    let mut holders = scenario.desks.iter().zip(&scenario.there).filter(|(desk, _)| holds(task, desk));
    let has_come = match (&invited.worker_sid, task.status) {
        (None, TaskStatus::Pending | TaskStatus::Reserved) => true,
        (Some(came), TaskStatus::Assigned) => holders.any(|(desk, _)| desk.sid == *came),
        // Whoever accepted has gone before being on it.
        (None, TaskStatus::Assigned) => holders.all(|(_, there)| !there),
        _ => false,
    };
    assert!(has_come, "{invited:?} {task:?}");
}

fn holds(task: &Task, desk: &Desk) -> bool {
    task.reservations
        .iter()
        .any(|held| held.worker_sid == desk.sid && held.status == ReservationStatus::Accepted)
}

/// 7: a contact has one open task at the most, and that is of the newest conversation; besides it, only invitations that
/// the conversation knows of.
fn one_open_task(tasks: &[Task], people: &BTreeMap<ContactSid, Person>) {
    let mut open = BTreeMap::new();
    let is_open = |task: &&Task| {
        matches!(task.status, TaskStatus::Pending | TaskStatus::Reserved | TaskStatus::Assigned)
    };
    for task in tasks.iter().filter(is_open) {
        let Some(sid) = &task.conversation_sid else { panic!("a task of nothing: {task:?}") };
        let conversation = &people[&sid.contact()].conversation;
        let is_at_it = conversation.task_sid.as_ref() == Some(&task.sid);
        if task.invitation.is_some() && !is_at_it {
            let is_known = conversation.sid == *sid && conversation.invitation(&task.sid).is_some();
            assert!(is_known, "7: nobody knows of an invitation: {task:?} {conversation:?}");
        } else if let Some(other) = open.insert(sid.contact(), task) {
            panic!("7: two open tasks of a contact: {task:?} {other:?}");
        }
    }
}

/// What a customer said just after the conversation had closed belongs to another one.
fn no_strays(scenario: &Scenario, people: &BTreeMap<ContactSid, Person>) {
    for (sid, closed) in scenario.chronicle.strays() {
        for message in messages(people).filter(|message| message.sid == sid) {
            assert_ne!(message.conversation_sid, closed.sid, "said to nobody: {message:?} {closed:?}");
        }
    }
}

/// 14: what was to be said later has been sent or refused, once, or canceled; nothing of it is left.
fn said_later(scenario: &Scenario, people: &BTreeMap<ContactSid, Person>) {
    let table = scenario.stage.table.as_ref();
    let left = read(load_due(table, scenario.stage.world.now().plus_s(86_400), SWEPT_MAX));
    assert!(left.is_empty(), "14: {} are still to be said", left.len());
    for reply in scenario.desks.iter().flat_map(|desk| &desk.replies).filter(|reply| reply.later) {
        let Ok(conversation) = ConversationSid::parse(&reply.conversation) else { continue };
        let stored: Vec<&Message> =
            messages(people).filter(|message| message.content.plain_text() == reply.text).collect();
        let statuses: Vec<MessageStatus> = stored.iter().map(|message| message.status).collect();
        let Some(sid) = reply.message_sid.as_deref().and_then(|sid| MessageSid::parse(sid).ok()) else {
            assert!(stored.len() <= 1, "14: {:?} {statuses:?}", reply.text);
            continue;
        };
        let scheduled = read(load_scheduled(table, &conversation.contact(), &sid));
        match scheduled.map(|scheduled| scheduled.fate) {
            Some(Fate::Sent { .. }) => assert_eq!(stored.len(), 1, "14: {:?} {statuses:?}", reply.text),
            Some(Fate::Refused { .. }) => {
                assert_eq!(statuses, [MessageStatus::Failed], "14: {:?}", reply.text)
            }
            Some(Fate::Canceled { .. }) => assert_eq!(statuses, [], "14: {:?}", reply.text),
            fate => panic!("14: {:?} is {fate:?}", reply.text),
        }
        assert!(!reply.canceled || stored.is_empty(), "14: {:?} was canceled and said", reply.text);
    }
}

/// What an agent was told was sent is stored, once; what was refused is not.
fn replies(desk: &Desk, there: bool, people: &BTreeMap<ContactSid, Person>) {
    for reply in desk.replies.iter().filter(|reply| !reply.later) {
        let stored = messages(people).filter(|message| message.content.plain_text() == reply.text);
        let stored: Vec<&str> = stored.map(|message| message.sid.as_str()).collect();
        match &reply.message_sid {
            Some(sid) => assert_eq!(stored, [sid.as_str()], "{:?}", reply.text),
            None if reply.refused && !reply.doubled => assert_eq!(stored.len(), 0, "{:?}", reply.text),
            // A desktop that has gone asks no more.
            None => assert!(stored.len() <= 1 && (reply.refused || !there), "{:?}", reply.text),
        }
    }
}

/// 12: a desktop that has asked for what it missed has what is stored.
fn desktop(desk: &Desk, people: &BTreeMap<ContactSid, Person>, tasks: &[Task]) {
    for message in desk.copy.messages.keys() {
        assert!(messages(people).any(|stored| stored.sid.as_str() == message), "12: {message} is not stored");
    }
    for task in tasks.iter().filter(|task| holds(task, desk)) {
        let Some(sid) = &task.conversation_sid else { continue };
        let person = &people[&sid.contact()];
        let blob = MemoryBlob::new();
        let links = Links::new(&blob, person.conversation.created_at);
        assert_eq!(person.conversation.sid, *sid, "an agent is on a conversation that is over: {task:?}");
        assert!(desk.copy.conversations.contains_key(sid.as_str()), "12: {sid} is not shown");
        for message in &person.messages {
            let shown = desk.copy.messages.get(message.sid.as_str());
            assert_eq!(shown, Some(&message_payload(message, links)), "12: {message:?}");
        }
    }
    let shown: BTreeSet<&str> = desk.copy.reservations.keys().map(String::as_str).collect();
    let held = tasks.iter().flat_map(|task| &task.reservations).filter(|held| held.worker_sid == desk.sid);
    let open = |status| {
        matches!(
            status,
            ReservationStatus::Pending | ReservationStatus::Accepted | ReservationStatus::Wrapping
        )
    };
    let held: BTreeSet<&str> = held.filter(|held| open(held.status)).map(|held| held.sid.as_str()).collect();
    assert_eq!(shown, held, "12: the reservations of {}", desk.sid);
}

fn report(scenario: &Scenario, people: &BTreeMap<ContactSid, Person>) -> Report {
    let desks = || scenario.desks.iter();
    let with = |status| messages(people).filter(|message| message.status == status).count();
    let mut report = Report::from([
        ("said", scenario.said.len()),
        ("taken by providers", scenario.providers.taken().len()),
        (
            "replies",
            desks().flat_map(|desk| &desk.replies).filter(|reply| reply.message_sid.is_some()).count(),
        ),
        ("invitations", desks().map(|desk| desk.invited).sum()),
        ("hand-overs", desks().map(|desk| desk.handed_over).sum()),
        (
            "said later",
            messages(people)
                .filter(|message| {
                    desks()
                        .flat_map(|desk| &desk.replies)
                        .any(|reply| reply.later && message.content.plain_text() == reply.text)
                })
                .count(),
        ),
        ("canceled", desks().flat_map(|desk| &desk.replies).filter(|reply| reply.canceled).count()),
        ("expired tokens", desks().map(|desk| desk.expired).sum()),
        ("conversations", people.values().map(|person| 1 + person.past.len()).sum()),
        ("delivered", with(MessageStatus::Delivered)),
        ("failed", with(MessageStatus::Failed)),
        ("unknown", with(MessageStatus::Unknown)),
        ("crashes", scenario.stage.crashes),
    ]);
    // Nothing that must happen.
    if scenario.swept > 0 {
        report.insert("repaired by sweep", scenario.swept);
    }
    report
}
