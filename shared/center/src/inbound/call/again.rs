//! A caller whom an agent has handed over to somebody who does not answer: they wait for another agent.

use crate::agent;
use crate::calls::{self, move_caller};
use crate::center::Center;
use crate::command::{NewTask, RoutingBody, body};
use crate::inbound::InboundError;
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::router;
use crate::store::{Bridge, Leg, load_task};
use patchbay_model::TaskSid;

/// A task like the one before is made for its workflow, the conversation waits for it, and the caller is led back to the
/// queue. (The agent writes up their own.)
///
/// Safe to run twice: the new task's id comes from the old one and from whom they were handed to, a conversation that has
/// moved on is left alone, and the call says last that nobody has it.
pub(super) async fn waits(
    center: &Center,
    before: &Leg,
    bridge: &Bridge,
    label: &str,
) -> Result<(), InboundError> {
    let old = load_task(center.table.as_ref(), &bridge.task_sid, Consistency::Strong).await?;
    let Some(old) = old else { return Ok(()) };
    let new_sid = TaskSid::derive(&["again", old.sid.as_str(), label]);
    let new = NewTask {
        task_sid: new_sid.clone(),
        workflow_sid: old.workflow_sid.clone(),
        task_channel: old.task_channel.clone(),
        attributes: router::inherited(&old.attributes),
        priority: old.priority,
        timeout_s: old.invitation.as_ref().map_or(old.timeout_s, |invitation| invitation.timeout_s),
        conversation_sid: old.conversation_sid.clone(),
        routing_target: None,
        invitation: None,
        created_at: center.now(),
    };
    let create = RoutingBody::CreateTask(Box::new(new));
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&create), 0)]).await?;
    agent::wait_again(center, &before.conversation_sid, &old.sid, &new_sid).await?;
    let after = Leg { bridge: None, parties: Vec::new(), ..before.clone() };
    calls::end_parties(center, before, &before.parties).await?;
    calls::write(center, before, after).await?;
    Ok(move_caller(center, &before.call_sid, &["again", label]).await?)
}
