//! What is told of calls: their ends, and the messages that were left.

use super::{apart, bridge, left, outward, party, placed};
use crate::calls;
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::frames;
use crate::inbound::place::{Said, message_sid, put};
use crate::inbound::timeline;
use crate::inbound::turn::{Cause, Turn, texts};
use crate::inbound::{InboundError, customer, late};
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::{Execution, Leg, load_conversation, load_execution, load_leg};
use crate::webhook::event_key;
use patchbay_flow::{FlowInput, Status};
use patchbay_model::call::CallStatus;
use patchbay_model::event::{CallNews, Told};
use patchbay_model::{Attachment, Author, Content, Conversation, InboundEvent, Message};

/// What a recording is fetched as (Twilio, "Fetch a Recording's media file").
const RECORDING_TYPE: (&str, &str) = (".mp3", "audio/mpeg");

/// Safe to run twice: lines and recordings are put under ids of the call's, the flow remembers the event, and the call's
/// item is closed last.
pub(in crate::inbound) async fn handle(
    center: &Center,
    event: &InboundEvent,
    news: &CallNews,
) -> Result<(), InboundError> {
    match &news.told {
        Told::Status { status, duration_s, .. } if status.is_over() => {
            over(center, event, news, (*status, *duration_s)).await
        }
        Told::Status { .. } => Ok(()),
        Told::Agent { leg, answered: true } => bridge::answered(center, leg, &news.call_sid).await,
        Told::Agent { leg, answered: false } => bridge::over(center, leg).await,
        Told::Party { leg, joined: true } => party::joined(center, leg, &news.call_sid).await,
        Told::Party { leg, joined: false } => party::over(center, leg).await,
        Told::Customer { leg, status, duration_s } => {
            outward::customer_news(center, event, (leg, &news.call_sid), (*status, *duration_s)).await
        }
        Told::Recording { recording_sid, url, duration_s, is_message } => {
            let length = duration_s.map(|s| format!(", {s} s")).unwrap_or_default();
            let (extension, content_type) = RECORDING_TYPE;
            let attachment = Attachment {
                url: format!("{url}{extension}"),
                content_type: content_type.into(),
                file_name: Some(format!("{recording_sid}{extension}")),
                bytes: None,
            };
            let text = Some(format!("Recording{length}"));
            let content = Content::Media { attachments: vec![attachment], text };
            // It answers no flow and opens nothing: it is no message of a provider's.
            let line = add(center, event, &news.call_sid, (recording_sid, Author::Contact), &content).await?;
            match is_message {
                true => left::somebody_deals_with(center, event, &line, 0).await,
                false => Ok(()),
            }
        }
        Told::Transcript { recording_sid, text } => {
            let content = Content::Note { text: format!("What was said: {text}") };
            let name = format!("{recording_sid}:transcript");
            add(center, event, &news.call_sid, (&name, Author::System), &content).await.map(drop)
        }
        Told::Said { id, by_customer, text } => {
            let speaker = if *by_customer { "Customer" } else { "Agent" };
            let content = Content::Note { text: format!("{speaker}: {text}") };
            add(center, event, &news.call_sid, (id, Author::System), &content).await.map(drop)
        }
    }
}

/// Puts what a call left behind into the timeline of its customer, once: whom a flow calls need not be the customer whose
/// conversation it leads.
async fn add(
    center: &Center,
    event: &InboundEvent,
    call_sid: &str,
    (name, author): (&str, Author),
    content: &Content,
) -> Result<Message, InboundError> {
    let said = Said {
        sid: message_sid(event.channel, &event.account, name),
        author,
        content,
        reply_to: None,
        provider_id: None,
    };
    let contact = match load_leg(center.table.as_ref(), call_sid).await? {
        Some(leg) => leg.conversation_sid.contact(),
        None => customer::find_or_create(center, event).await?,
    };
    timeline::add(center, event, &contact, said).await
}

/// How a call ended, for people.
pub(super) fn ending(status: CallStatus, duration_s: Option<u32>) -> String {
    match (status, duration_s) {
        (CallStatus::Completed, Some(s)) => format!("The call ended after {s} s"),
        (CallStatus::Busy, _) => "The line was busy".into(),
        (CallStatus::NoAnswer, _) => "Nobody answered the call".into(),
        (CallStatus::Failed, _) => "The call failed".into(),
        (CallStatus::Canceled, _) => "The caller hung up before the call was answered".into(),
        _ => "The call ended".into(),
    }
}

async fn over(
    center: &Center,
    event: &InboundEvent,
    news: &CallNews,
    (status, duration_s): (CallStatus, Option<u32>),
) -> Result<(), InboundError> {
    let Some(leg) = load_leg(center.table.as_ref(), &news.call_sid).await? else {
        let ending = ending(status, duration_s);
        if let Told::Status { flow: Some(call), .. } = &news.told {
            // Somebody whom a flow has called, and who has not answered.
            timeline::add_note(center, event, &call.contact_sid, ending).await?;
            return placed::unanswered(center, event, news, call).await;
        }
        // It was told to leave a message, or nobody could tell it anything.
        let contact = customer::find_or_create(center, event).await?;
        return timeline::add_note(center, event, &contact, ending).await;
    };
    if leg.ended_at.is_some() {
        return Ok(());
    }
    let contact = leg.conversation_sid.contact();
    let conversation = load_conversation(center.table.as_ref(), &contact, Consistency::Strong).await?;
    let conversation = conversation.filter(|found| found.sid == leg.conversation_sid);
    // The end of a wait is told without a length.
    let lasted_s = u32::try_from(event.received_at.since_ms(leg.began_at) / 1000).ok();
    let ending = ending(status, duration_s.or(lasted_s));
    note(center, event, &leg, conversation.as_ref(), &ending).await?;
    if let Some(conversation) = conversation {
        let execution = load_execution(center.table.as_ref(), &contact, Consistency::Strong).await?;
        let execution = execution.filter(|execution| execution.sid == leg.execution_sid);
        // A flow that has heard of it may have made a task of the message that was left.
        let is_told = execution.as_ref().is_some_and(|execution| execution.has_handled(&event_key(event)));
        if !is_told && leg.called_back.is_none() {
            end_waiting(center, &conversation).await?;
        }
        if let Some(execution) = execution.filter(|_| !is_told) {
            tell_flow(center, event, news, conversation, execution).await?;
        }
    }
    apart::caller_gone(center, &leg).await?;
    calls::write(center, &leg, leg.clone().ended(event.received_at)).await?;
    Ok(())
}

/// The line in the timeline, once for whatever tells of the end.
pub(super) async fn note(
    center: &Center,
    event: &InboundEvent,
    leg: &Leg,
    conversation: Option<&Conversation>,
    ending: &str,
) -> Result<(), InboundError> {
    let content = Content::System { text: ending.to_owned() };
    let said = Said {
        sid: message_sid(event.channel, &event.account, &format!("{}:over", leg.call_sid)),
        author: Author::System,
        content: &content,
        reply_to: None,
        provider_id: None,
    };
    let (line, _) = put(center, event, said, &leg.conversation_sid).await?;
    match conversation {
        Some(conversation) => {
            late::show(center, conversation, frames::message("created", &line, center.links())).await
        }
        None => Ok(()),
    }
}

/// Whoever waited for an agent does not any more. (A task that an agent has accepted stays theirs, to be written up.)
pub(super) async fn end_waiting(center: &Center, conversation: &Conversation) -> Result<(), InboundError> {
    let Some(task_sid) = conversation.task_sid.clone() else { return Ok(()) };
    let cancel = RoutingBody::CancelTask { task_sid, reason: "hangup".into() };
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(&cancel), 0)]).await?;
    Ok(())
}

/// The flow that led the call may have something to do after it.
async fn tell_flow(
    center: &Center,
    event: &InboundEvent,
    news: &CallNews,
    conversation: Conversation,
    execution: Execution,
) -> Result<(), InboundError> {
    if !matches!(execution.state.status(), Status::Waiting(_)) {
        return Ok(());
    }
    let cause = Cause { event: event_key(event), after: None, heard: None, reply_context: None };
    let input = FlowInput::CallEnded { effect_id: None, params: texts(&news.params) };
    Turn::resume(center, cause, conversation, execution).await?.run(input).await.map(drop)
}
