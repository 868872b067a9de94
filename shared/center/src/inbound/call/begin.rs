//! A call that nobody knows yet.

use super::Asked;
use crate::contacts::change_contact;
use crate::frames;
use crate::inbound::follow::learn;
use crate::inbound::message::is_open;
use crate::inbound::place::{Said, message_sid, put};
use crate::inbound::turn::{Addresses, Cause, Turn, following, texts};
use crate::inbound::{InboundError, customer, push};
use crate::ports::Consistency;
use crate::store::{Leg, load_current_conversation, load_execution, put_next};
use crate::webhook::event_key;
use patchbay_channels::WebhookReply;
use patchbay_flow::{FlowInput, Trigger};
use patchbay_model::call::CallStatus;
use patchbay_model::event::{CallNews, Profile, Told};
use patchbay_model::{
    Author, ChannelKind, Contact, Content, Conversation, ConversationState, EventKind, InboundEvent,
};

impl Asked<'_> {
    /// Opens or joins the caller's conversation and starts the number's flow. A flow of messages that waits there gives way:
    /// who calls wants to be heard now. Where an agent has the conversation, or it waits for one, the call cannot be put
    /// through: the agents see that somebody called, and a message can be left.
    pub(super) async fn begin(&self) -> Result<WebhookReply, InboundError> {
        let (center, table) = (self.center, self.center.table.as_ref());
        let event = self.event();
        let contact = customer::find_or_create(center, &event).await?;
        let (contact, found) = load_current_conversation(table, &contact, Consistency::Strong).await?;
        let open = found.as_ref().is_some_and(is_open);
        let number = found.as_ref().map_or(0, |found| found.sid.number()) + u32::from(!open);
        let conversation_sid = contact.conversation(number);
        let content = Content::System { text: format!("{} calls", event.contact_address) };
        let said = Said {
            sid: message_sid(event.channel, &event.account, &event.event_id),
            author: Author::System,
            content: &content,
            reply_to: None,
            provider_id: None,
        };
        let (note, _) = put(center, &event, said, &conversation_sid).await?;
        if let Some(taken) = found.as_ref().filter(|found| open && found.state != ConversationState::Flow) {
            if taken.state == ConversationState::Waiting
                && let Some(reply) = self.comes_back(taken).await?
            {
                return Ok(reply);
            }
            push(center, taken, frames::message("created", &note, center.links())).await?;
            return Ok(self.apology());
        }
        let at = event.received_at.max(note.seq.time());
        let addresses = Addresses { customer: customer::address(&event), ours: event.our_address.clone() };
        let before = load_execution(table, &contact, Consistency::Strong).await?;
        let remember = |contact: &mut Contact| learn(contact, &addresses.customer);
        let known = change_contact(center, &contact, remember).await?;
        let conversation = match found.clone().filter(|_| open) {
            Some(open) => Conversation {
                address: addresses.customer.clone(),
                our_address: addresses.ours.clone(),
                ..open
            },
            None => following(found.as_ref(), conversation_sid, &addresses, note.seq, at),
        };
        let cause = Cause { event: event_key(&event), after: Some(at), heard: None, reply_context: None };
        let conversation_sid = conversation.sid.clone();
        let started =
            Turn::start(center, cause, &addresses, (found, conversation), before, Vec::new()).await?;
        let Some(mut turn) = started else { return Ok(self.apology()) };
        turn.set_contact(known);
        turn.caller_waits();
        let leads = (conversation_sid, turn.execution.sid.clone());
        let call_sid = self.request.call_sid.clone();
        turn.with(put_next(&mut Leg::new(call_sid, self.account, event.received_at, leads)));
        let trigger = Trigger::IncomingCall { params: texts(&self.request.params) };
        let context = turn.start_context().await?;
        let execution = turn.run(FlowInput::Start { trigger, context }).await?;
        super::later::remind(center, &execution).await?;
        self.say(None, &execution).await
    }

    /// That somebody calls.
    fn event(&self) -> InboundEvent {
        let news = CallNews {
            call_sid: self.request.call_sid.clone(),
            told: Told::Status { status: CallStatus::Ringing, duration_s: None, flow: None },
            params: self.request.params.clone(),
        };
        InboundEvent {
            event_id: format!("{}:began", self.request.call_sid),
            channel: ChannelKind::Voice,
            account: self.account.to_owned(),
            contact_address: self.request.customer.clone(),
            our_address: self.request.ours.clone(),
            provider_time: None,
            to_the_second: false,
            received_at: self.center.now(),
            profile: Profile::default(),
            kind: EventKind::Call(Box::new(news)),
        }
    }
}
