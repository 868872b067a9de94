//! What a flow asks of others while a caller waits: a call that might outlast the line's patience is made by the flow
//! function, and the caller is asked to come back meanwhile.

use crate::center::Center;
use crate::command::{InboundBody, body, group};
use crate::inbound::InboundError;
use crate::inbound::turn::{Cause, Turn};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::{Execution, load_conversation, load_execution};
use patchbay_model::id::{digest16, hex};
use patchbay_model::{ContactSid, ExecutionSid};

/// Has done what an execution has put off. Twice does no harm: the queue drops the second, and what is done is not put
/// off any more.
pub(super) async fn remind(center: &Center, execution: &Execution) -> Result<(), InboundError> {
    let Some(effect) = &execution.deferred else { return Ok(()) };
    let command = InboundBody::Perform {
        contact_sid: execution.conversation_sid.contact(),
        execution_sid: execution.sid.clone(),
    };
    let dedup = hex(&digest16(&[execution.sid.as_str(), &effect.id().0]));
    let group = group(&execution.address, &execution.our_address);
    center.queue.send(QueueName::Inbound, vec![Outgoing::fifo(body(&command), group, dedup)]).await?;
    Ok(())
}

/// Does what an execution has put off, and lets its flow go on with the result: the call hears of it when it asks again.
pub(in crate::inbound) async fn perform(
    center: &Center,
    contact: &ContactSid,
    execution_sid: &ExecutionSid,
) -> Result<(), InboundError> {
    let table = center.table.as_ref();
    let execution = load_execution(table, contact, Consistency::Strong).await?;
    let Some(mut execution) = execution.filter(|execution| execution.sid == *execution_sid) else {
        return Ok(());
    };
    let Some(effect) = execution.deferred.take() else { return Ok(()) };
    let conversation = load_conversation(table, contact, Consistency::Strong).await?;
    let Some(conversation) = conversation.filter(|found| found.sid == execution.conversation_sid) else {
        return Ok(());
    };
    let event = format!("later:{execution_sid}:{}", effect.id());
    let cause = Cause { event, after: None, heard: None, reply_context: None };
    Turn::resume(center, cause, conversation, execution).await?.go_on_with(effect).await
}
