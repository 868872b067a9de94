//! One event's turn of a flow: steps, the effects that they ask for, and at last the new state.

use super::InboundError;
use super::close::check_closing;
use super::effects;
use super::push;
use crate::center::Center;
use crate::config::{Config, flow_sid};
use crate::frames;
use crate::ports::{Consistency, Write};
use crate::router;
use crate::store::{Execution, Problem, StoreError, archive, keep_problem, load_contact, put_next};
use crate::webchat;
use patchbay_flow::{Effect, EffectId, FlowInput, ProblemKind, StartContext, Status, Trigger, Waiting, step};
use patchbay_model::{
    Address, Contact, Conversation, ConversationState, ExecutionSid, ProblemSid, ReplyContext, Seq, Timestamp,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Milliseconds within which a turn has begun whatever it does for a caller: the provider gives up after fifteen seconds
/// (Twilio, "Webhooks: timeouts"), and the commit and the way back need some of them.
const ANSWER_MS_MAX: i64 = 12_500;

/// Who writes to whom in the event that begins a turn.
#[derive(Clone)]
pub(crate) struct Addresses {
    pub(crate) customer: Address,
    pub(crate) ours: String,
}

/// What an event gives its turn.
pub(super) struct Cause {
    /// The event's key: what the execution remembers it by.
    pub(super) event: String,
    /// After which moment the flow's messages stand; `None` where a redelivery would not know it again.
    pub(super) after: Option<Timestamp>,
    /// When the customer wrote, where it is their message.
    pub(super) heard: Option<Timestamp>,
    /// What its answers need to know of it.
    pub(super) reply_context: Option<ReplyContext>,
}

/// One turn. `conversation` and `execution` are changed in memory, and stored at the end by `commit`.
pub(super) struct Turn<'a> {
    pub(super) center: &'a Center,
    pub(super) config: Arc<Config>,
    pub(super) cause: Cause,
    pub(super) now: Timestamp,
    /// The conversation as it is stored; `None` before the contact's first.
    stored: Option<Conversation>,
    pub(super) conversation: Conversation,
    pub(super) execution: Execution,
    contact: Option<Contact>,
    /// The task for which the execution waited before the turn.
    waited_for: Option<EffectId>,
    /// Messages that this turn has sent.
    pub(super) sent: i64,
    /// HTTP calls that this turn has made.
    pub(super) calls: u32,
    /// Milliseconds that they took.
    pub(super) calls_ms: i64,
    /// When a caller began to wait for the answer, where one does.
    waits_since: Option<Timestamp>,
    /// Whether its call asks of its own accord what to do next.
    call_asks: bool,
    /// Writes that belong to the commit.
    also: Vec<Write>,
}

/// The conversation that follows `stored`, not yet written: its version goes on, because it takes the key.
pub(crate) fn following(
    stored: Option<&Conversation>,
    sid: patchbay_model::ConversationSid,
    addresses: &Addresses,
    first_seq: Seq,
    now: Timestamp,
) -> Conversation {
    Conversation {
        contact_sid: sid.contact(),
        sid,
        state: ConversationState::Flow,
        workers: Vec::new(),
        task_sid: None,
        execution: None,
        address: addresses.customer.clone(),
        our_address: addresses.ours.clone(),
        merged_into: None,
        tasks: vec![],
        invited: vec![],
        first_seq,
        created_at: now,
        updated_at: now,
        version: stored.map_or(0, |stored| stored.version),
    }
}

impl<'a> Turn<'a> {
    /// A turn of an execution that goes on, where the customer was last heard of.
    pub(super) async fn resume(
        center: &'a Center,
        cause: Cause,
        conversation: Conversation,
        mut execution: Execution,
    ) -> Result<Turn<'a>, InboundError> {
        execution.address = conversation.address.clone();
        execution.our_address.clone_from(&conversation.our_address);
        let stored = Some(conversation.clone());
        Turn::new(center, cause, stored, conversation, execution).await
    }

    /// A turn that starts the flow of the address that was written to, in `conversation`. `before` is the
    /// contact's execution before, which knows the events that were handled. `None`: there is no such flow,
    /// which is kept as a problem; the conversation is stored all the same.
    pub(super) async fn start(
        center: &'a Center,
        cause: Cause,
        addresses: &Addresses,
        (stored, conversation): (Option<Conversation>, Conversation),
        before: Option<Execution>,
        also: Vec<Write>,
    ) -> Result<Option<Turn<'a>>, InboundError> {
        let config = center.config().await?;
        let account = center.channel(addresses.customer.channel, &addresses.customer.account);
        let flow = account.map(|account| account.flow.clone()).unwrap_or_default();
        let sid = ExecutionSid::derive(&[conversation.sid.as_str(), &cause.event]);
        let execution = Execution {
            sid: sid.clone(),
            conversation_sid: conversation.sid.clone(),
            flow: flow.clone(),
            state: Default::default(),
            address: addresses.customer.clone(),
            our_address: addresses.ours.clone(),
            since: Timestamp(0),
            handled: before.as_ref().map(|before| before.handled.clone()).unwrap_or_default(),
            deferred: None,
            updated_at: Timestamp(0),
            version: before.map_or(0, |before| before.version),
        };
        let known = config.find_flow(&flow).is_some();
        let mut turn = Turn::new(center, cause, stored, conversation, execution).await?;
        turn.answer_at(addresses);
        turn.also = also;
        if known {
            turn.conversation.execution = Some((sid, flow_sid(&flow)));
            return Ok(Some(turn));
        }
        turn.problem(0, format!("the account {:?} has no flow {flow:?}", addresses.customer)).await?;
        turn.commit_conversation().await?;
        Ok(None)
    }

    async fn new(
        center: &'a Center,
        cause: Cause,
        stored: Option<Conversation>,
        conversation: Conversation,
        execution: Execution,
    ) -> Result<Turn<'a>, InboundError> {
        let now = cause.after.unwrap_or_else(|| center.now());
        let waited_for = match execution.state.status() {
            Status::Waiting(Waiting::Task { task }) => Some(task),
            _ => None,
        };
        Ok(Turn {
            center,
            config: center.config().await?,
            cause,
            now,
            stored,
            conversation,
            execution,
            contact: None,
            waited_for,
            sent: 0,
            calls: 0,
            calls_ms: 0,
            waits_since: None,
            call_asks: false,
            also: Vec::new(),
        })
    }

    /// From here on everybody answers the customer there.
    pub(super) fn answer_at(&mut self, addresses: &Addresses) {
        self.conversation.address = addresses.customer.clone();
        self.conversation.our_address.clone_from(&addresses.ours);
        self.execution.address = addresses.customer.clone();
        self.execution.our_address.clone_from(&addresses.ours);
    }

    /// A caller waits on the line for what comes of the turn: what may take long is put off.
    pub(super) fn caller_waits(&mut self) {
        self.waits_since = Some(self.center.now());
        self.call_asks = true;
    }

    /// A call is there that asks of its own accord what comes next, and nobody waits for this turn.
    pub(super) fn call_asks(&mut self) {
        self.call_asks = true;
    }

    /// One more write that belongs to the commit.
    pub(super) fn with(&mut self, write: Write) {
        self.also.push(write);
    }

    /// Who talks to whom, as the flow sees it.
    pub(super) async fn start_context(&mut self) -> Result<StartContext, InboundError> {
        let contact_attributes = self.contact().await?.attributes.clone();
        Ok(StartContext {
            execution_sid: self.execution.sid.to_string(),
            flow_sid: flow_sid(&self.execution.flow).to_string(),
            flow_address: self.execution.our_address.clone(),
            contact_address: self.execution.address.id.clone(),
            contact_attributes,
        })
    }

    /// What a message starts the flow with.
    pub(super) async fn start_input(
        &mut self,
        params: &BTreeMap<String, String>,
    ) -> Result<FlowInput, InboundError> {
        let context = self.start_context().await?;
        let flow = self.config.find_flow(&self.execution.flow);
        let by_conversation = flow.is_some_and(|flow| {
            !flow.starts_on("incomingMessage") && flow.starts_on("incomingConversationMessage")
        });
        let mut params = texts(params);
        let trigger = if by_conversation {
            params.insert("ConversationSid".into(), self.conversation.sid.as_str().into());
            params.insert("Source".into(), self.execution.address.channel.as_str().into());
            Trigger::IncomingConversationMessage { params }
        } else {
            Trigger::IncomingMessage { params }
        };
        Ok(FlowInput::Start { trigger, context })
    }

    /// Does what the execution has put off, and goes on with its result.
    pub(super) async fn go_on_with(mut self, effect: Effect) -> Result<(), InboundError> {
        self.call_asks();
        match self.perform(effect).await? {
            Some(input) => self.run(input).await.map(drop),
            None => self.commit().await.map(drop),
        }
    }

    /// Steps until the flow waits for something that is not at hand, performs what it asks for, and commits. The
    /// execution as it is stored then.
    pub(super) async fn run(mut self, input: FlowInput) -> Result<Execution, InboundError> {
        let config = self.config.clone();
        let Some(flow) = config.find_flow(&self.execution.flow) else {
            let reason = format!("the flow {:?} is no longer configured", self.execution.flow);
            self.problem(0, reason).await?;
            close(&mut self.conversation);
            return self.commit().await;
        };
        let mut inputs = VecDeque::from([input]);
        let mut problems = 0;
        while let Some(input) = inputs.pop_front() {
            let state = std::mem::take(&mut self.execution.state);
            let outcome = step(flow, config.as_ref(), state, &input, self.now);
            self.execution.state = outcome.state;
            for problem in outcome.problems {
                // What comes late or twice is ordinary.
                if !matches!(problem.kind, ProblemKind::Ignored { .. }) {
                    self.problem(problems, problem.to_string()).await?;
                    problems += 1;
                }
            }
            for effect in outcome.effects {
                inputs.extend(self.perform(effect).await?);
            }
        }
        self.settle();
        self.commit().await
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<FlowInput>, InboundError> {
        match effect {
            Effect::HttpRequest(_) | Effect::RunFunction(_) if !self.has_patience() => {
                self.execution.deferred = Some(effect);
                Ok(None)
            }
            Effect::SendMessage(message) => self.send_message(message).await,
            Effect::HttpRequest(request) => self.http_request(request).await.map(Some),
            Effect::RunFunction(function) => self.run_function(function).await.map(Some),
            Effect::CreateTask(task) => self.create_task(task).await.map(Some),
            Effect::SetTimer { id, after_s } => self.set_timer(&id, after_s).await.map(|()| None),
            Effect::SetContactAttribute { id: _, key, value } => {
                self.set_contact_attribute(key, value).await.map(|()| None)
            }
            Effect::PlaceCall(call) => self.place_call(call).await,
            Effect::RecordCall(recording) => self.record_call(recording).await,
            // The caller's request is answered with it, from the state.
            Effect::InstructCall(_) if self.call_asks => Ok(None),
            Effect::InstructCall(document) => self.move_call(&document.id).await.map(|()| None),
            // `settle` reads it from the state.
            Effect::Ended { .. } => Ok(None),
        }
    }

    /// Whether whoever waits for the turn would still be there after one more call to somebody else.
    fn has_patience(&self) -> bool {
        let waited_ms = self.waits_since.map(|since| self.center.now().since_ms(since));
        waited_ms.is_none_or(|waited_ms| waited_ms + i64::from(effects::TIMEOUT_MS) <= ANSWER_MS_MAX)
    }

    /// The contact, read once a turn.
    pub(super) async fn contact(&mut self) -> Result<&Contact, InboundError> {
        let contact = match self.contact.take() {
            Some(contact) => contact,
            None => {
                let sid = &self.conversation.contact_sid;
                load_contact(self.center.table.as_ref(), sid, Consistency::Strong)
                    .await?
                    .ok_or_else(|| InboundError::NoContact(sid.clone()))?
            }
        };
        Ok(self.contact.insert(contact))
    }

    pub(super) fn set_contact(&mut self, contact: Option<Contact>) {
        self.contact = contact;
    }

    /// Keeps a problem of this turn; `number` tells several of one event apart.
    pub(super) async fn problem(&self, number: usize, reason: String) -> Result<(), StoreError> {
        let problem = Problem {
            sid: ProblemSid::derive(&["flow", &self.cause.event, &number.to_string(), &reason]),
            at: self.now,
            source: format!("flow:{}", self.execution.flow),
            reason,
            payload_hash: None,
        };
        keep_problem(self.center.table.as_ref(), &problem).await
    }

    /// The conversation's state by what the execution waits for.
    fn settle(&mut self) {
        match self.execution.state.status() {
            Status::Waiting(Waiting::Task { task }) => {
                let task_sid = self.execution.task_sid(&task);
                // A task that is known already may have its agent, or have been taken over by another.
                let goes_on = self.waited_for.as_ref() == Some(&task) && self.conversation.task_sid.is_some();
                if !goes_on && self.conversation.task_sid.as_ref() != Some(&task_sid) {
                    self.conversation.begin_task(task_sid);
                    self.conversation.state = ConversationState::Waiting;
                    leave(&mut self.conversation);
                }
            }
            Status::Waiting(_) | Status::NotStarted => {
                if self.conversation.task_sid.take().is_some() {
                    leave(&mut self.conversation);
                    self.execution.since = self.now;
                }
                self.conversation.state = ConversationState::Flow;
            }
            Status::Ended { .. } => close(&mut self.conversation),
        }
    }

    /// Writes the new state, on condition that nobody has changed what was read.
    async fn commit(mut self) -> Result<Execution, InboundError> {
        self.execution.remember(self.cause.event.clone());
        self.execution.updated_at = self.center.now();
        self.also.push(put_next(&mut self.execution));
        let execution = self.execution.clone();
        self.commit_conversation().await?;
        Ok(execution)
    }

    async fn commit_conversation(self) -> Result<(), InboundError> {
        write_conversation(self.center, self.stored, self.conversation, self.also).await
    }
}

/// Closes a conversation that no flow has.
pub(super) async fn close_conversation(
    center: &Center,
    conversation: Conversation,
) -> Result<(), InboundError> {
    let mut closed = conversation.clone();
    close(&mut closed);
    write_conversation(center, Some(conversation), closed, Vec::new()).await
}

fn close(conversation: &mut Conversation) {
    conversation.task_sid = None;
    leave(conversation);
    conversation.state = ConversationState::Closed;
}

/// Every agent leaves, and nobody is asked in any more.
fn leave(conversation: &mut Conversation) {
    conversation.workers.clear();
    conversation.invited.clear();
}

/// Writes what became of a conversation together with what belongs to it, tells the agents who were on it, ends the
/// invitations that it has not any more, and has a closing looked after.
async fn write_conversation(
    center: &Center,
    stored: Option<Conversation>,
    mut conversation: Conversation,
    also: Vec<Write>,
) -> Result<(), InboundError> {
    let mut writes = also;
    if stored.as_ref() != Some(&conversation) {
        writes.extend(stored.iter().filter(|stored| stored.sid != conversation.sid).map(archive));
        conversation.updated_at = center.now();
        if conversation.state == ConversationState::Closed {
            check_closing(center, &conversation).await?;
        }
        writes.push(put_next(&mut conversation));
    }
    if let Some(before) = stored.as_ref().filter(|before| before.sid == conversation.sid) {
        router::end_invitations(center, before, &conversation).await?;
    }
    if !writes.is_empty() {
        center.table.write(writes).await.map_err(StoreError::from)?;
    }
    let same = stored.filter(|stored| stored.sid == conversation.sid);
    // A visitor knows that what they write begins a conversation, and that a flow has it.
    let known = same.as_ref().map_or(ConversationState::Flow, |stored| stored.state);
    if let Some(before) = same.filter(|stored| stored.state != conversation.state) {
        push(center, &before, frames::conversation(&conversation)).await?;
    }
    if conversation.state != known {
        webchat::tell_visitor(center, &conversation).await;
    }
    Ok(())
}

/// Parameters as a flow reads them.
pub(super) fn texts(params: &BTreeMap<String, String>) -> Map<String, Value> {
    params.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect()
}
