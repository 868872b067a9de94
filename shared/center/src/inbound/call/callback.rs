//! Callers who keep their place without staying on the line: their task waits on, and whoever accepts it calls them.

use super::Asked;
use crate::agent;
use crate::frames;
use crate::inbound::turn::{Cause, Turn, texts};
use crate::inbound::{InboundError, push};
use crate::ports::{Consistency, Write};
use crate::router::task_writes;
use crate::store::{
    Execution, Leg, Outward, StoreError, load_conversation, load_execution, load_leg, load_task, put_next,
};
use patchbay_channels::WebhookReply;
use patchbay_channels::voice::can_be_called;
use patchbay_flow::{FlowInput, Status, Waiting};
use patchbay_model::call::outward;
use patchbay_model::limits::ATTRIBUTES_CHARS_MAX;
use patchbay_model::{Conversation, ConversationState, ReservationStatus, Task, TaskStatus};
use serde_json::{Value, json};

/// The task attribute that says that its customer is to be called.
const CALLBACK: &str = "callback";
const CALL_SID: &str = "call_sid";

impl Asked<'_> {
    /// A waiting caller has pressed a key.
    ///
    /// Task, call and the call that is to be are written at once, on condition of what was read: of a caller who presses
    /// the key and an agent who is called for them in the same moment one wins. Pressed twice, it is done once.
    pub(super) async fn pressed(&self, leg: &Leg, digits: &str) -> Result<WebhookReply, InboundError> {
        if leg.called_back.is_some() {
            return Ok(self.voice.keeps_their_place());
        }
        if !self.voice.asks_for_callback(digits) || !can_be_called(&self.request.customer) {
            return Ok(self.voice.wait_on(false));
        }
        if leg.bridge.is_some() {
            return Ok(self.voice.wait_on(true));
        }
        let table = self.center.table.as_ref();
        let contact = leg.conversation_sid.contact();
        let conversation = load_conversation(table, &contact, Consistency::Strong).await?;
        let conversation = conversation.filter(|found| found.sid == leg.conversation_sid);
        let task_sid = conversation.as_ref().and_then(|found| found.task_sid.clone());
        let (Some(conversation), Some(task_sid)) = (conversation, task_sid) else {
            return Ok(self.voice.wait_on(false));
        };
        let task = load_task(table, &task_sid, Consistency::Strong).await?;
        let Some(task) =
            task.filter(|task| waits(task) && task.attributes[CALL_SID] == leg.call_sid.as_str())
        else {
            return Ok(self.voice.wait_on(false));
        };
        let name = outward(&["callback", &leg.call_sid]);
        let mut changed = with(&task, &[(CALLBACK, json!(true)), (CALL_SID, json!(name))]);
        if changed.attributes.to_string().chars().count() > ATTRIBUTES_CHARS_MAX {
            return Ok(self.voice.wait_on(false));
        }
        let now = self.center.now();
        let leads = (leg.conversation_sid.clone(), leg.execution_sid.clone());
        let mut to_be = Leg::new(name.clone(), &leg.account, now, leads).of_ours(Outward::default());
        let mut kept = Leg { called_back: Some(name), updated_at: now, ..leg.clone() };
        let mut writes = task_writes(Some(&task), &mut changed, now);
        writes.push(put_next(&mut to_be));
        writes.push(put_next(&mut kept));
        table.write(writes).await.map_err(StoreError::from)?;
        let text = format!("{} is to be called back", self.request.customer);
        let line = agent::note(self.center, &conversation, &["callback", &leg.call_sid], text).await?;
        if conversation.state == ConversationState::WithAgent {
            push(self.center, &conversation, frames::message("created", &line, self.center.links())).await?;
        }
        self.offered(&changed).await?;
        Ok(self.voice.keeps_their_place())
    }

    /// Somebody who is to be called back calls: they wait on the line again, at their place, and nobody calls them.
    /// `None`: they are not to be called back, or just are.
    pub(super) async fn comes_back(
        &self,
        conversation: &Conversation,
    ) -> Result<Option<WebhookReply>, InboundError> {
        let table = self.center.table.as_ref();
        let Some(task_sid) = &conversation.task_sid else { return Ok(None) };
        let Some(task) = load_task(table, task_sid, Consistency::Strong).await? else { return Ok(None) };
        if !waits(&task) || task.attributes[CALLBACK] != true {
            return Ok(None);
        }
        let Some(name) = task.attributes[CALL_SID].as_str() else { return Ok(None) };
        let to_be = load_leg(table, name).await?;
        let Some(to_be) = to_be.filter(|leg| leg.bridge.is_none() && leg.ended_at.is_none()) else {
            return Ok(None);
        };
        let execution = load_execution(table, &conversation.contact_sid, Consistency::Strong).await?;
        let Some(execution) = execution.filter(|execution| waits_for(execution, &task)) else {
            return Ok(None);
        };
        let now = self.center.now();
        let call_sid = self.request.call_sid.clone();
        let leads = (to_be.conversation_sid.clone(), to_be.execution_sid.clone());
        let mut leg = Leg::new(call_sid.clone(), self.account, now, leads);
        let mut over = Leg { updated_at: now, ..to_be.ended(now) };
        let mut changed = with(&task, &[(CALLBACK, Value::Null), (CALL_SID, json!(call_sid))]);
        let mut writes: Vec<Write> = task_writes(Some(&task), &mut changed, now);
        writes.push(put_next(&mut leg));
        writes.push(put_next(&mut over));
        let event = format!("back:{call_sid}");
        let cause = Cause { event, after: None, heard: None, reply_context: None };
        let mut turn = Turn::resume(self.center, cause, conversation.clone(), execution).await?;
        turn.caller_waits();
        writes.into_iter().for_each(|write| turn.with(write));
        let params = texts(&self.request.params);
        let execution = turn.run(FlowInput::CallReturned { params }).await?;
        self.offered(&changed).await?;
        self.say(Some(&leg), &execution).await.map(Some)
    }

    /// Those who are offered the task see it as it is now, for it says whether accepting it calls the customer. It is the
    /// same offer, of a newer version.
    async fn offered(&self, task: &Task) -> Result<(), InboundError> {
        let config = self.center.config().await?;
        for offer in task.reservations.iter().filter(|offer| offer.status == ReservationStatus::Pending) {
            let frame = frames::reservation("created", &config, task, offer);
            agent::tell_workers(self.center, std::slice::from_ref(&offer.worker_sid), &frame, None).await;
        }
        Ok(())
    }
}

fn waits(task: &Task) -> bool {
    matches!(task.status, TaskStatus::Pending | TaskStatus::Reserved)
}

fn waits_for(execution: &Execution, task: &Task) -> bool {
    matches!(execution.state.status(),
        Status::Waiting(Waiting::Task { task: of }) if execution.task_sid(&of) == task.sid)
        && execution.state.call_sid().is_none()
}

/// The task with these attributes; null takes one away.
fn with(task: &Task, attributes: &[(&str, Value)]) -> Task {
    let mut changed = task.clone();
    if let Some(all) = changed.attributes.as_object_mut() {
        for (name, value) in attributes {
            match value {
                Value::Null => all.remove(*name),
                value => all.insert((*name).to_owned(), value.clone()),
            };
        }
    }
    changed
}
