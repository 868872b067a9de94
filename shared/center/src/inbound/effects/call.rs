//! Calls: one that is there is led from where it is to where its flow stands now; others are made, and recorded.

use crate::agent;
use crate::command::{Asked, OutboundJob, PlaceCall, RecordCall, body};
use crate::contacts::{OPTED_OUT, has_opted_out};
use crate::inbound::InboundError;
use crate::inbound::turn::Turn;
use crate::ports::{Outgoing, QueueName};
use crate::store::load_leg;
use patchbay_channels::voice::{Voice, can_be_called};
use patchbay_flow::{EffectId, FlowInput, PlaceCall as Wanted, RecordCall as Recording};
use patchbay_model::ChannelKind;
use patchbay_model::event::FlowCall;
use patchbay_model::id::{digest16, hex};

impl Turn<'_> {
    /// The call is elsewhere while its flow goes on: it is to ask what to do now. Asking twice does no harm.
    pub(in crate::inbound) async fn move_call(&self, document: &EffectId) -> Result<(), InboundError> {
        let Some(call_sid) = self.execution.state.call_sid().map(str::to_owned) else { return Ok(()) };
        let dedup = hex(&digest16(&["move", &call_sid, &document.0]));
        let group = hex(&digest16(&["call", &call_sid]));
        let job = OutboundJob::MoveCall { call_sid, document: Some(document.0.clone()) };
        self.center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&job), group, dedup)]).await?;
        Ok(())
    }

    /// Has somebody called. What becomes of it is told to the flow; what cannot be tried at all, at once. Asking twice
    /// calls once: the sender marks it before.
    pub(in crate::inbound) async fn place_call(
        &mut self,
        effect: Wanted,
    ) -> Result<Option<FlowInput>, InboundError> {
        let Wanted { id, mut call } = effect;
        let refused = |reason: &str| {
            Ok(Some(FlowInput::CallFailed { effect_id: id.clone(), reason: reason.to_owned() }))
        };
        // A mailbox, a page or the number of text messages calls nobody.
        let is_ours = call.from == self.execution.our_address;
        let by_text = is_ours && self.execution.address.channel != ChannelKind::Voice;
        let Some((account, voice)) = self.caller(&call.from) else {
            return refused("there is no account of the channel voice");
        };
        if by_text || !can_be_called(&call.from) {
            call.from = voice.number().to_owned();
        }
        let account = account.to_owned();
        if !can_be_called(&call.to) {
            return refused("this is nobody who can be called: neither a number nor an address of a phone");
        }
        if has_opted_out(self.contact().await?, ChannelKind::Voice) {
            return refused(OPTED_OUT);
        }
        let flow = self.names(&id);
        let line = format!("Calling {}", call.to);
        let about = ["placed", self.execution.sid.as_str(), &id.0];
        agent::note(self.center, &self.conversation, &about, line).await?;
        let group = hex(&digest16(&["call", self.execution.sid.as_str(), &id.0]));
        let dedup = hex(&digest16(&["place", self.execution.sid.as_str(), &id.0]));
        let job = OutboundJob::PlaceCall(Box::new(PlaceCall { account, call, flow, asked: self.asks() }));
        self.center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&job), group, dedup)]).await?;
        Ok(None)
    }

    /// Has the recording of the call begun or ended; the flow waits until it is.
    pub(in crate::inbound) async fn record_call(
        &mut self,
        effect: Recording,
    ) -> Result<Option<FlowInput>, InboundError> {
        let Recording { id, recording } = effect;
        let Some(call_sid) = self.execution.state.call_sid().map(str::to_owned) else {
            let reason = "the call is over".to_owned();
            return Ok(Some(FlowInput::RecordingFailed { effect_id: id, reason }));
        };
        let leg = load_leg(self.center.table.as_ref(), &call_sid).await?;
        // The first turn of a call writes its item: it is on the account that it came to.
        let account = leg.map_or_else(|| self.execution.address.account.clone(), |leg| leg.account);
        let dedup = hex(&digest16(&["record", self.execution.sid.as_str(), &id.0]));
        let group = hex(&digest16(&["call", &call_sid]));
        let (flow, asked) = (self.names(&id), self.asks());
        let job = OutboundJob::RecordCall(Box::new(RecordCall { account, call_sid, recording, flow, asked }));
        self.center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&job), group, dedup)]).await?;
        Ok(None)
    }

    fn names(&self, effect: &EffectId) -> FlowCall {
        FlowCall {
            contact_sid: self.conversation.contact_sid.clone(),
            execution_sid: self.execution.sid.clone(),
            effect: effect.0.clone(),
        }
    }

    fn asks(&self) -> Asked {
        Asked { address: self.execution.address.clone(), our_address: self.execution.our_address.clone() }
    }

    /// The account that calls from a number: whose number it is, else the one that the customer is on, else the first.
    fn caller(&self, from: &str) -> Option<(&str, &Voice)> {
        let accounts = self.center.channels.iter();
        let voices: Vec<(&str, &Voice)> = accounts
            .filter_map(|((_, name), account)| Some((name.as_str(), account.channel.voice()?)))
            .collect();
        let own = &self.execution.address;
        let is_own = |name: &str| own.channel == ChannelKind::Voice && own.account == name;
        let of_number = voices.iter().find(|(_, voice)| voice.number() == from);
        of_number.or_else(|| voices.iter().find(|(name, _)| is_own(name))).or(voices.first()).copied()
    }
}
