//! Phone calls: the one kind of customer who waits on the line for an answer.
//!
//! What a call hears is a function of where its flow stands, never of what asked: its first request, the end of a
//! document, a repetition, a request that comes late. So nothing is harmed by any of them coming twice.

mod again;
mod apart;
mod begin;
mod bridge;
mod callback;
mod later;
mod left;
mod news;
mod outward;
mod party;
mod placed;

pub(super) use later::perform;
pub(super) use left::deal_with;
pub(crate) use left::look;
pub(super) use news::handle;
pub(super) use placed::outcome;

use super::turn::{Cause, Turn};
use super::{InboundError, TRIES_MAX};
use crate::calls;
use crate::center::Center;
use crate::ports::Consistency;
use crate::store::{
    Bridge, Execution, Leg, Problem, keep_problem, load_conversation, load_execution, load_leg,
};
use crate::webhook::with_cause;
use patchbay_channels::WebhookReply;
use patchbay_channels::voice::{CallRequest, Place, Voice};
use patchbay_flow::{EffectId, EndReason, FlowInput, Status, Waiting};
use patchbay_model::call::CallInstruction;
use patchbay_model::{ConversationState, ProblemSid};

/// Answers a call that waits on the line, whatever happens: where nothing else can be said, with an apology and the
/// chance to leave a message.
///
/// Safe to run twice: the turn of a document that the call has left changes nothing, and its state is written on
/// condition that nobody has changed it since.
pub(crate) async fn answer(
    center: &Center,
    voice: &Voice,
    account: &str,
    request: &CallRequest,
) -> WebhookReply {
    let asked = Asked { center, voice, account, request };
    for _ in 0..TRIES_MAX {
        match asked.answer().await {
            Ok(reply) => return reply,
            Err(InboundError::Store(error)) if error.is_lost_race() => {}
            Err(error) => {
                let error = with_cause(&error);
                tracing::error!(call = request.call_sid, error, "a call could not be answered");
                return asked.apology();
            }
        }
    }
    // Somebody else moves the conversation: they will be done in a second.
    voice.ask_again(&request.place)
}

/// A call and what it asks of whom.
struct Asked<'a> {
    center: &'a Center,
    voice: &'a Voice,
    account: &'a str,
    request: &'a CallRequest,
}

impl Asked<'_> {
    async fn answer(&self) -> Result<WebhookReply, InboundError> {
        match load_leg(self.center.table.as_ref(), &self.request.call_sid).await? {
            None => match &self.request.place {
                Place::Answered { call, polls } => self.begin_placed(call, *polls).await,
                Place::First | Place::After { .. } => self.begin().await,
                // Nobody waits who is not known.
                Place::Pressed(_) => Ok(self.hang_up()),
            },
            Some(leg) => self.go_on(&leg).await,
        }
    }

    fn apology(&self) -> WebhookReply {
        self.voice.apology(&self.request.customer, &self.request.ours)
    }

    fn hang_up(&self) -> WebhookReply {
        self.document("", &[CallInstruction::HangUp]).unwrap_or_else(|_| self.apology())
    }

    /// A call that is known: what it came with moves its flow if it is what the flow waits for.
    async fn go_on(&self, leg: &Leg) -> Result<WebhookReply, InboundError> {
        if leg.ended_at.is_some() {
            return Ok(self.hang_up());
        }
        if let Place::Pressed(digits) = &self.request.place {
            return self.pressed(leg, digits).await;
        }
        let table = self.center.table.as_ref();
        let contact = leg.conversation_sid.contact();
        let execution = load_execution(table, &contact, Consistency::Strong).await?;
        let Some(execution) = execution.filter(|execution| execution.sid == leg.execution_sid) else {
            // Another flow has taken the conversation over: a second call of the same person.
            return Ok(self.apology());
        };
        let Some(document) = followed(&execution, &self.request.place) else {
            later::remind(self.center, &execution).await?;
            return self.say(Some(leg), &execution).await;
        };
        let conversation = load_conversation(table, &contact, Consistency::Strong).await?;
        let Some(conversation) = conversation.filter(|conversation| {
            conversation.sid == execution.conversation_sid && conversation.state != ConversationState::Closed
        }) else {
            return Ok(self.hang_up());
        };
        let at = document.as_ref().map_or("", |document| &document.0);
        let event = format!("call:{}:{at}", leg.call_sid);
        let cause = Cause { event, after: None, heard: None, reply_context: None };
        let mut turn = Turn::resume(self.center, cause, conversation, execution).await?;
        turn.caller_waits();
        let params = super::turn::texts(&self.request.params);
        let execution = turn.run(FlowInput::CallRequest { effect_id: document, params }).await?;
        later::remind(self.center, &execution).await?;
        self.say(Some(leg), &execution).await
    }

    /// What the call hears now. Where the caller comes into a conference or leaves it, the call's item says so: whoever
    /// moves them goes by that.
    async fn say(&self, leg: Option<&Leg>, execution: &Execution) -> Result<WebhookReply, InboundError> {
        if let Some(leg) = leg {
            let room = leg.connected(execution).map(Bridge::room);
            if leg.conference.as_deref() != room {
                calls::write(self.center, leg, leg.clone().led_to(room)).await?;
            }
        }
        if let Some(bridge) = leg.and_then(|leg| leg.connected(execution)) {
            let next = bridge.since.as_ref().map_or("", |document| &document.0);
            let parties = (self.request.customer.as_str(), self.request.ours.as_str());
            return Ok(self.voice.conference(bridge.room(), next, parties));
        }
        if let Some(document) = execution.state.call_document() {
            return match self.document(&document.id.0, &document.instructions) {
                Ok(reply) => Ok(reply),
                Err(reason) => {
                    self.note_problem(&format!("{}:{}", execution.sid, document.id), reason).await?;
                    Ok(self.apology())
                }
            };
        }
        Ok(match execution.state.status() {
            Status::Ended { reason: EndReason::LimitReached | EndReason::Broken } => self.apology(),
            Status::Ended { .. } => self.hang_up(),
            // The flow waits for somebody else.
            Status::Waiting(_) | Status::NotStarted => self.voice.ask_again(&self.request.place),
        })
    }

    fn document(&self, id: &str, instructions: &[CallInstruction]) -> Result<WebhookReply, String> {
        let parties = (self.request.customer.as_str(), self.request.ours.as_str());
        self.voice.document(instructions, id, parties).map_err(|error| error.to_string())
    }

    async fn note_problem(&self, about: &str, reason: String) -> Result<(), InboundError> {
        let problem = Problem {
            sid: ProblemSid::derive(&["call", about, &reason]),
            at: self.center.now(),
            source: format!("call:{}", self.request.call_sid),
            reason,
            payload_hash: None,
        };
        Ok(keep_problem(self.center.table.as_ref(), &problem).await?)
    }
}

/// The document at whose end a request moves the flow; `Some(None)` for a call that may have come back from somebody
/// else. `None`: nothing moves.
fn followed(execution: &Execution, place: &Place) -> Option<Option<EffectId>> {
    let Status::Waiting(Waiting::Call { document, .. }) = execution.state.status() else { return None };
    match place {
        Place::First | Place::Answered { .. } | Place::Pressed(_) => Some(None),
        Place::After { document: at, .. } => (*at == document.0).then_some(Some(document)),
    }
}
