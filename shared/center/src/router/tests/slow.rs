use super::*;
use crate::ports::{Item, Key, Page, Query, Table, TableError, Units, Write};

/// A table whose transactions take longer than a step of a workflow lasts.
struct Slow {
    table: Arc<MemoryTable>,
    world: Arc<MemoryWorld>,
}

#[async_trait]
impl Table for Slow {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        self.table.get(key, consistency).await
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        self.table.query(query).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        if writes.len() > 1 {
            self.world.advance_s(40);
        }
        self.table.write(writes).await
    }
}

#[test]
fn a_step_that_ends_before_it_is_written_needs_no_timer() {
    let targets = json!([
        {"queue": "Sales", "expression": "worker.languages HAS task.language", "timeout": 30},
        {"queue": "Everyone"},
    ]);
    let mut room = Room::new(workspace(targets, 1));
    room.online("cem");
    room.center.table = Arc::new(Slow { table: room.table.clone(), world: room.world.clone() });
    let sid = TaskSid::derive(&["task"]);
    let new = NewTask {
        task_sid: sid.clone(),
        workflow_sid: room.center_workflow(),
        task_channel: "chat".into(),
        attributes: french(),
        priority: 0,
        timeout_s: 86_400,
        conversation_sid: None,
        routing_target: None,
        invitation: None,
        created_at: room.world.now(),
    };
    // No timer is delivered: it came when there was no task as yet.
    room.deliver(body(&RoutingBody::CreateTask(Box::new(new))));
    room.check_offered(&sid, Some("cem"));
}

#[test]
fn a_timer_that_comes_again_looks_again() {
    let targets = json!([{"queue": "Sales", "timeout": 30}, {"queue": "Everyone"}]);
    let mut room = Room::new(workspace(targets, 1));
    let task = room.create("task", french());
    let due = room.task(&task).timer_due.unwrap();
    room.pass_s(31);
    // Dia's token is there and nobody has looked: the timer's first handler died behind its write.
    let dia = worker_sid("dia");
    now(presence::change_worker(&room.center, &dia, |config, worker, now| {
        worker.connections.push(patchbay_model::worker::Connection { id: "dia".into(), since: now });
        worker.absent_since = None;
        presence::go_to(config, worker, &config.activity("Available").unwrap().sid.clone(), now);
        true
    }))
    .unwrap();
    let timer = body(&RoutingBody::TaskTimer { task_sid: task.clone(), due });
    room.deliver(timer.clone());
    room.check_offered(&task, None);
    let again = Record { message_id: "1".into(), group: None, body: timer, receive_count: 2 };
    assert_eq!(now(handle(&room.center, vec![again])), Vec::<String>::new());
    room.check_offered(&task, Some("dia"));
}
