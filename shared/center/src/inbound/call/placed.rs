//! Calls that a flow makes: the flow waits for an answer, and goes on with the call on the line.

use super::{Asked, later};
use crate::center::Center;
use crate::inbound::InboundError;
use crate::inbound::turn::{Cause, Turn, texts};
use crate::ports::Consistency;
use crate::store::{Execution, Leg, load_conversation, load_execution, put_next};
use crate::webhook::event_key;
use patchbay_channels::WebhookReply;
use patchbay_flow::{EffectId, FlowInput, Status, Waiting};
use patchbay_model::event::{CallNews, FlowCall};
use patchbay_model::{ContactSid, Conversation, ConversationState, Direction, ExecutionSid, InboundEvent};

/// Questions of a call whose flow has not written that it waits for it.
const POLLS_MAX: u32 = 12;

impl Asked<'_> {
    /// Somebody, or something, has answered. Where the flow has gone on without them there is nothing to say. Where its
    /// turn is not written yet, the call is to ask again.
    ///
    /// Safe to run twice: the call's item is written with the turn, and a request after that is of a call that is known.
    pub(super) async fn begin_placed(
        &self,
        call: &FlowCall,
        polls: u32,
    ) -> Result<WebhookReply, InboundError> {
        let (execution, conversation) = match stands(self.center, call).await? {
            Stands::Waits(execution, conversation) => (*execution, *conversation),
            Stands::NotYet if polls < POLLS_MAX => return Ok(self.voice.ask_again(&self.request.place)),
            Stands::NotYet | Stands::Over => return Ok(self.hang_up()),
        };
        let event = format!("answered:{}", self.request.call_sid);
        let cause = Cause { event, after: None, heard: None, reply_context: None };
        let now = self.center.now();
        let leads = (conversation.sid.clone(), execution.sid.clone());
        let mut leg = Leg::new(self.request.call_sid.clone(), self.account, now, leads);
        leg.direction = Direction::Outbound;
        let mut turn = Turn::resume(self.center, cause, conversation, execution).await?;
        turn.caller_waits();
        turn.with(put_next(&mut leg));
        let effect_id = Some(EffectId(call.effect.clone()));
        let params = texts(&self.request.params);
        let execution = turn.run(FlowInput::CallRequest { effect_id, params }).await?;
        later::remind(self.center, &execution).await?;
        self.say(Some(&leg), &execution).await
    }
}

/// A call that nobody answered: its flow goes on. Whether there was a flow that waited for it.
pub(super) async fn unanswered(
    center: &Center,
    event: &InboundEvent,
    news: &CallNews,
    call: &FlowCall,
) -> Result<(), InboundError> {
    let Stands::Waits(execution, conversation) = stands(center, call).await? else { return Ok(()) };
    if execution.has_handled(&event_key(event)) {
        return Ok(());
    }
    let cause = Cause { event: event_key(event), after: None, heard: None, reply_context: None };
    let effect_id = Some(EffectId(call.effect.clone()));
    let input = FlowInput::CallEnded { effect_id, params: texts(&news.params) };
    Turn::resume(center, cause, *conversation, *execution).await?.run(input).await.map(drop)
}

/// Where the flow of a call stands.
enum Stands {
    Waits(Box<Execution>, Box<Conversation>),
    /// The turn that asked for the call is not written.
    NotYet,
    Over,
}

async fn stands(center: &Center, call: &FlowCall) -> Result<Stands, InboundError> {
    let table = center.table.as_ref();
    let execution = load_execution(table, &call.contact_sid, Consistency::Strong).await?;
    let conversation = load_conversation(table, &call.contact_sid, Consistency::Strong).await?;
    let (Some(execution), Some(conversation)) = (execution, conversation) else { return Ok(Stands::NotYet) };
    let own = execution.sid == call.execution_sid
        && execution.conversation_sid == conversation.sid
        && conversation.state == ConversationState::Flow;
    Ok(match execution.state.status() {
        Status::Waiting(Waiting::OutgoingCall { call: of, .. }) if own && of.0 == call.effect => {
            Stands::Waits(Box::new(execution), Box::new(conversation))
        }
        // An effect's name begins with the step that asked for it.
        _ if own && !is_behind(&execution, &call.effect) => Stands::NotYet,
        _ => Stands::Over,
    })
}

/// Whether an execution has come to the step that an effect is of.
fn is_behind(execution: &Execution, effect: &str) -> bool {
    let step = effect.split('.').next().and_then(|step| step.parse::<u32>().ok());
    step.is_none_or(|step| execution.state.steps() >= step)
}

/// What came of a call or a recording, where the provider said so at once.
///
/// Safe to run twice: the execution remembers it.
pub(in crate::inbound) async fn outcome(
    center: &Center,
    contact: &ContactSid,
    execution_sid: &ExecutionSid,
    input: &FlowInput,
) -> Result<(), InboundError> {
    let (FlowInput::CallFailed { effect_id, .. }
    | FlowInput::RecordingChanged { effect_id, .. }
    | FlowInput::RecordingFailed { effect_id, .. }) = input
    else {
        return Ok(());
    };
    let table = center.table.as_ref();
    let event = format!("outcome:{execution_sid}:{effect_id}");
    let execution = load_execution(table, contact, Consistency::Strong).await?;
    let execution = execution.filter(|found| found.sid == *execution_sid && !found.has_handled(&event));
    let conversation = load_conversation(table, contact, Consistency::Strong).await?;
    let (Some(execution), Some(conversation)) = (execution, conversation) else { return Ok(()) };
    if conversation.sid != execution.conversation_sid || conversation.state != ConversationState::Flow {
        return Ok(());
    }
    if !is_behind(&execution, &effect_id.0) {
        return Err(InboundError::NotYet(execution.sid));
    }
    let cause = Cause { event, after: None, heard: None, reply_context: None };
    let mut turn = Turn::resume(center, cause, conversation, execution).await?;
    turn.call_asks();
    let execution = turn.run(input.clone()).await?;
    later::remind(center, &execution).await
}
