//! Messages that callers leave when nobody takes their call: somebody deals with them, where the account says who.

use crate::attributes::of_customer;
use crate::center::Center;
use crate::command::{InboundBody, LeftMessage, NewTask, RoutingBody, body};
use crate::inbound::message::is_open;
use crate::inbound::turn::{Addresses, following};
use crate::inbound::{InboundError, customer};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::router::send_at;
use crate::store::{
    Problem, StoreError, archive, keep_problem, load_contact, load_current_conversation, load_message,
    move_message, put_next,
};
use patchbay_channels::voice::Left;
use patchbay_model::{
    ChannelKind, Contact, Conversation, ConversationState, InboundEvent, Message, ProblemSid, TaskSid,
};
use serde_json::{Map, json};

/// Seconds until the first look whether the flow that took a message is done; doubled for each one after it, to this.
const LOOK_S_MIN: i64 = 2;
const LOOK_S_MAX: i64 = 15 * 60;
/// Looks after which nobody waits any more for a flow that goes on: about three hours.
const LOOKS_MAX: u32 = 20;
/// Seconds after which its task is canceled (TaskRouter's default: a day).
const TIMEOUT_S: u32 = 86_400;

/// A message was left, and is in the timeline.
pub(super) async fn somebody_deals_with(
    center: &Center,
    event: &InboundEvent,
    message: &Message,
    looks: u32,
) -> Result<(), InboundError> {
    let left = LeftMessage {
        key: message.key(),
        customer: customer::address(event),
        our_address: event.our_address.clone(),
        at: event.received_at,
        looks,
    };
    deal_with(center, &left).await
}

/// Makes a task of a message, in a conversation of its own, unless somebody has the customer's conversation: then they see
/// it. While a flow has it, which may yet hand it on, nothing is done but to look again.
///
/// Safe to run twice: conversation and task have ids that come from the message, and a conversation that waits for this
/// task has it made again.
pub(in crate::inbound) async fn deal_with(center: &Center, left: &LeftMessage) -> Result<(), InboundError> {
    let account = center.channel(ChannelKind::Voice, &left.customer.account);
    let Some(voice) = account.and_then(|account| account.channel.voice()) else { return Ok(()) };
    if voice.left().workflow.is_none() {
        return Ok(());
    }
    let (table, task_sid) = (center.table.as_ref(), TaskSid::derive(&["left", left.key.sid.as_str()]));
    let (contact, found) = load_current_conversation(table, &left.key.contact, Consistency::Strong).await?;
    match &found {
        Some(found) if found.task_sid.as_ref() == Some(&task_sid) => {}
        Some(found) if found.tasks.contains(&task_sid) => return Ok(()),
        Some(found) if found.state == ConversationState::Flow => return look_again(center, left).await,
        Some(found) if is_open(found) => return Ok(()),
        _ => {}
    }
    let Some(contact) = load_contact(table, &contact, Consistency::Strong).await? else { return Ok(()) };
    let conversation = match found {
        Some(found) if found.task_sid.as_ref() == Some(&task_sid) => found,
        closed => {
            let Some(message) = load_message(table, &left.key, Consistency::Strong).await? else {
                return Ok(());
            };
            open(center, left, &contact, closed, (&message, &task_sid)).await?
        }
    };
    make_task(center, left, voice.left(), (&contact, &conversation), task_sid).await
}

/// The conversation that the message opens, and waits in.
async fn open(
    center: &Center,
    left: &LeftMessage,
    contact: &Contact,
    closed: Option<Conversation>,
    (message, task_sid): (&Message, &TaskSid),
) -> Result<Conversation, InboundError> {
    let number = closed.as_ref().map_or(0, |closed| closed.sid.number()) + 1;
    let addresses = Addresses { customer: left.customer.clone(), ours: left.our_address.clone() };
    let sid = contact.sid.conversation(number);
    let mut conversation = following(closed.as_ref(), sid, &addresses, message.seq, center.now());
    conversation.state = ConversationState::Waiting;
    conversation.begin_task(task_sid.clone());
    let mut writes: Vec<_> = closed.iter().map(archive).collect();
    writes.push(move_message(&message.key(), &conversation.sid));
    writes.push(put_next(&mut conversation));
    center.table.write(writes).await.map_err(StoreError::from)?;
    Ok(conversation)
}

async fn make_task(
    center: &Center,
    left: &LeftMessage,
    to: &Left,
    (contact, conversation): (&Contact, &Conversation),
    task_sid: TaskSid,
) -> Result<(), InboundError> {
    let config = center.config().await?;
    let (Some(workflow), Some(channel)) =
        (config.workflow(to.workflow.as_deref()), config.task_channel(&to.channel))
    else {
        let reason = format!(
            "a message was left and has no task: there is no workflow {:?}, or no task channel {:?}",
            to.workflow.as_deref().unwrap_or_default(),
            to.channel
        );
        return Ok(keep_problem(center.table.as_ref(), &problem(center, left, reason)).await?);
    };
    let given = Map::from_iter([
        ("direction".to_owned(), json!("inbound")),
        ("type".to_owned(), json!("voicemail")),
        ("message_sid".to_owned(), json!(left.key.sid)),
    ]);
    let (attributes, _) = of_customer(given, contact, &conversation.sid, &left.customer);
    let task = NewTask {
        task_sid,
        workflow_sid: workflow.sid.clone(),
        task_channel: channel.unique_name.clone(),
        attributes,
        priority: 0,
        timeout_s: TIMEOUT_S,
        conversation_sid: Some(conversation.sid.clone()),
        routing_target: None,
        invitation: None,
        created_at: left.at,
    };
    let create = body(&RoutingBody::CreateTask(Box::new(task)));
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(create, 0)]).await?;
    Ok(())
}

async fn look_again(center: &Center, left: &LeftMessage) -> Result<(), InboundError> {
    if left.looks >= LOOKS_MAX {
        let reason = "a message was left, and its flow never ends".to_owned();
        return Ok(keep_problem(center.table.as_ref(), &problem(center, left, reason)).await?);
    }
    let next = LeftMessage { looks: left.looks + 1, ..left.clone() };
    let due = center.now().plus_s((LOOK_S_MIN << left.looks).min(LOOK_S_MAX));
    Ok(send_at(center, &RoutingBody::LeftMessage { left: Box::new(next), due }, due).await?)
}

fn problem(center: &Center, left: &LeftMessage, reason: String) -> Problem {
    Problem {
        sid: ProblemSid::derive(&["left", left.key.sid.as_str()]),
        at: center.now(),
        source: format!("voice:{}", left.customer.account),
        reason,
        payload_hash: None,
    }
}

/// The look, handed on to `inbound`, whose order it needs and which cannot delay.
pub(crate) fn look(left: &LeftMessage) -> Outgoing {
    let group = crate::command::group(&left.customer, &left.our_address);
    let dedup = format!("{}.{}", left.key.sid, left.looks);
    Outgoing::fifo(body(&InboundBody::LeftMessage(Box::new(left.clone()))), group, dedup)
}
