use super::*;

#[test]
fn a_task_escalates_when_its_step_ends() {
    let targets = json!([
        {"queue": "Sales", "expression": "worker.languages HAS task.language", "timeout": 30},
        {"queue": "Everyone", "priority": 5},
    ]);
    let mut room = Room::new(workspace(targets, 1));
    room.online("cem");
    let task = room.create("task", french());
    room.check_offered(&task, None);
    room.pass_s(29);
    room.check_offered(&task, None);
    room.pass_s(2);
    room.check_offered(&task, Some("cem"));
    assert_eq!(room.task(&task).priority, 5);
}

#[test]
fn a_task_that_falls_out_of_its_workflow_is_canceled() {
    let mut room = Room::new(workspace(json!([{"queue": "Sales", "timeout": 30}]), 1));
    let task = room.create("task", french());
    room.pass_s(31);
    let task = room.task(&task);
    assert_eq!(task.status, patchbay_model::TaskStatus::Canceled);
    assert_eq!(task.reason.as_deref(), Some("workflow.timeout"));
}

#[test]
fn skip_if_passes_over_a_step_that_nobody_is_there_for() {
    let targets = json!([
        {"queue": "Sales", "skip_if": "workers.available == 0"},
        {"queue": "Everyone"},
    ]);
    let mut room = Room::new(workspace(targets, 1));
    room.online("dia");
    let task = room.create("task", french());
    room.check_offered(&task, Some("dia"));
    // Cem is there but busy: the step is not skipped.
    room.online("cem");
    let first = room.create("first", french());
    room.check_offered(&first, Some("cem"));
    let second = room.create("second", french());
    room.check_offered(&second, None);
    assert_eq!(room.task(&second).step.map(|step| step.target), Some(0));
}

#[test]
fn order_by_comes_before_idleness() {
    let targets = json!([{"queue": "Everyone", "order_by": "worker.level DESC"}]);
    let mut room = Room::new(workspace(targets, 1));
    for name in ["ann", "bob", "dia", "cem"] {
        room.online(name);
    }
    let tasks: Vec<TaskSid> = ["a", "b", "c", "d"].iter().map(|name| room.create(name, json!({}))).collect();
    for (task, expect) in tasks.iter().zip(["dia", "cem", "bob", "ann"]) {
        room.check_offered(task, Some(expect));
    }
}

#[test]
fn a_known_worker_is_the_only_one_asked() {
    for (key, value) in [
        ("known_worker_sid", worker_sid("cem").to_string()),
        ("known_worker_friendly_name", "cem".to_owned()),
    ] {
        let targets = json!([{"queue": "Sales", key: "task.wanted", "timeout": 30}, {"queue": "Sales"}]);
        let mut room = Room::new(workspace(targets, 1));
        room.online("ann");
        let waits = room.create("waits", json!({"wanted": value}));
        room.check_offered(&waits, None);
        assert_eq!(room.worker("cem").direct_waiting, 1);
        room.online("cem");
        room.check_offered(&waits, Some("cem"));
        assert_eq!(room.worker("cem").direct_waiting, 0);
        let (_, reservation) = room.offered(&waits).unwrap();
        now(accept(&room.center, &worker_sid("cem"), &reservation)).unwrap();
        // Somebody who is not in the queue is never asked: the next step is.
        room.online("dia");
        let outside = room.create("outside", json!({"wanted": worker_sid("dia").to_string()}));
        room.check_offered(&outside, None);
        room.pass_s(31);
        room.check_offered(&outside, Some("ann"));
    }
}

#[test]
fn conditions_on_single_workers_are_asked_of_each() {
    let targets = json!([{"queue": "Everyone", "expression": "worker.friendly_name == task.wanted"}]);
    let mut room = Room::new(workspace(targets, 1));
    let waits = room.create("waits", json!({"wanted": "bob"}));
    for name in ["ann", "cem", "dia"] {
        room.online(name);
    }
    room.check_offered(&waits, None);
    room.online("bob");
    room.check_offered(&waits, Some("bob"));
    let second = room.create("second", json!({"wanted": "dia"}));
    room.check_offered(&second, Some("dia"));
}

#[test]
fn priority_comes_first_and_lifo_queues_last() {
    let mut room = Room::new(workspace(json!([{"queue": "Sales", "expression": "1==1"}]), 1));
    let old = room.create("old", json!({}));
    room.pass_s(1);
    let urgent = TaskSid::derive(&["urgent"]);
    let new = NewTask {
        task_sid: urgent.clone(),
        workflow_sid: room.center_workflow(),
        task_channel: "chat".into(),
        attributes: json!({}),
        priority: 9,
        timeout_s: 60,
        conversation_sid: None,
        routing_target: None,
        invitation: None,
        created_at: room.center.now(),
    };
    room.deliver(body(&RoutingBody::CreateTask(Box::new(new))));
    room.online("ann");
    room.check_offered(&urgent, Some("ann"));
    room.check_offered(&old, None);
}

#[test]
fn a_task_ends_when_its_own_timeout_is_over() {
    let mut room = Room::new(workspace(by_language(), 1));
    let sid = room.create("task", french());
    room.pass_s(86_400 / 60);
    assert_eq!(room.task(&sid).status, patchbay_model::TaskStatus::Pending);
    for _ in 0..100 {
        room.world.advance_s(900);
        room.run();
    }
    assert_eq!(room.task(&sid).reason.as_deref(), Some("Task TTL Exceeded"));
}

#[test]
fn a_changed_configuration_moves_the_workers_to_their_new_classes() {
    let mut room = Room::new(workspace(by_language(), 1));
    room.online("dia");
    let task = room.create("task", french());
    room.check_offered(&task, None);
    let mut changed = workspace(by_language(), 1);
    changed["task_queues"][0]["target_workers"] = json!("1==1");
    room.apply(changed);
    room.pass_s(1);
    room.check_offered(&task, Some("dia"));
}

#[test]
fn more_demands_than_a_directory_holds_are_still_served() {
    let mut room = Room::new(workspace(by_language(), 1));
    let languages = directory::DEMANDS_PER_QUEUE_MAX + 1;
    for n in 0..languages {
        room.create(&n.to_string(), json!({"language": n.to_string()}));
    }
    let task = room.create("task", french());
    assert_ne!(room.task(&task).waiting.unwrap().filter, "");
    room.online("bob");
    room.check_offered(&task, Some("bob"));
}
