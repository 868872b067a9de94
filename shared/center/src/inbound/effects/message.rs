//! send-message, send-and-wait-for-reply.

use crate::contacts::{OPTED_OUT, has_opted_out};
use crate::inbound::InboundError;
use crate::inbound::turn::Turn;
use crate::outbound::{self, OutboundError};
use crate::store::{StoreError, fix_position, put_message};
use crate::window::{self, WINDOW_CLOSED, Writer};
use patchbay_flow::{FlowInput, SendMessage};
use patchbay_model::{
    Attachment, Author, Content, Direction, FlowSid, Message, MessageSid, MessageStatus, ReplyContext, Seq,
};

/// Beginnings of media types by the ending of a URL's path: a flow states a URL and nothing else.
const MEDIA_TYPES: [(&str, &str); 12] = [
    (".jpg", "image/jpeg"),
    (".jpeg", "image/jpeg"),
    (".png", "image/png"),
    (".gif", "image/gif"),
    (".webp", "image/webp"),
    (".mp4", "video/mp4"),
    (".3gp", "video/3gpp"),
    (".mp3", "audio/mpeg"),
    (".ogg", "audio/ogg"),
    (".m4a", "audio/mp4"),
    (".pdf", "application/pdf"),
    (".vcf", "text/vcard"),
];

impl Turn<'_> {
    /// Queues a message of the flow on the channel of the customer's last one. What cannot be sent is in the
    /// timeline with its reason, and told to the flow.
    pub(in crate::inbound) async fn send_message(
        &mut self,
        effect: SendMessage,
    ) -> Result<Option<FlowInput>, InboundError> {
        let refusal = self.refusal(&effect).await?;
        let sid = self.execution.message_sid(&effect.id);
        let seq = self.next_position(&sid).await?;
        let address = self.execution.address.clone();
        let message = Message {
            sid,
            seq,
            conversation_sid: self.conversation.sid.clone(),
            contact_sid: self.conversation.contact_sid.clone(),
            channel: address.channel,
            account: address.account.clone(),
            direction: Direction::Outbound,
            author: Author::Flow { flow_sid: self.flow_sid() },
            content: content(&effect),
            reply_to: None,
            provider_id: None,
            status: if refusal.is_some() { MessageStatus::Failed } else { MessageStatus::Queued },
            reason: refusal.map(str::to_owned),
            deleted: false,
            edited: None,
            media_failures: Vec::new(),
            tokens: Default::default(),
            created_at: seq.time(),
        };
        if let Some(refusal) = refusal {
            put_message(self.center.table.as_ref(), &message).await?;
            let (code, reason) = refusal.split_once(": ").unwrap_or((refusal, refusal));
            return Ok(Some(FlowInput::SendFailed {
                effect_id: effect.id,
                code: code.into(),
                reason: reason.into(),
            }));
        }
        let context = match &self.cause.reply_context {
            Some(ReplyContext::Token(_)) => self.cause.reply_context.take(),
            Some(ReplyContext::Thread(_)) => self.cause.reply_context.clone(),
            None => outbound::reply_context(self.center, &message.contact_sid, &address).await?,
        };
        outbound::send(self.center, &message, &address, &self.execution.our_address, context, None)
            .await
            .map_err(|error| match error {
                OutboundError::Store(error) => InboundError::Store(error),
                OutboundError::Queue(error) => InboundError::Queue(error),
            })?;
        Ok(None)
    }

    /// Why this message may not or cannot go out, as `<code>: <words>`.
    async fn refusal(&mut self, effect: &SendMessage) -> Result<Option<&'static str>, InboundError> {
        let address = self.execution.address.clone();
        let (center, heard, now) = (self.center, self.cause.heard, self.now);
        let contact = self.contact().await?;
        if has_opted_out(contact, address.channel) {
            return Ok(Some(OPTED_OUT));
        }
        if let Some(account) = center.channel(address.channel, &address.account) {
            let window =
                window::of_account(center, &contact.timeline(), account, Writer::Flow, heard).await?;
            if !window.is_open(now) {
                return Ok(Some(WINDOW_CLOSED));
            }
        }
        if outbound::is_a_loop(center, &contact.sid, &address).await? {
            return Ok(Some("loop: flows have written ten mails to this contact within the hour"));
        }
        // Studio's addresses may have a prefix (`whatsapp:+1…`).
        let is_theirs = |to: &str| contact.identities.iter().any(|own| to.trim().ends_with(&own.id));
        if effect.to.as_deref().is_some_and(|to| !to.trim().is_empty() && !is_theirs(to)) {
            return Ok(Some("recipient: a flow writes to the contact of its conversation only"));
        }
        if effect.template.is_some() && effect.body.trim().is_empty() && effect.media_url.is_none() {
            return Ok(Some("template: the message has only a content template, which no channel sends"));
        }
        Ok(None)
    }

    /// Behind the event, in the order of sending; where a redelivery would not know the event's moment, the
    /// first run's positions are kept.
    async fn next_position(&mut self, sid: &MessageSid) -> Result<Seq, StoreError> {
        self.sent += 1;
        match self.cause.after {
            Some(after) => Ok(Seq::of(after.plus_ms(self.sent), sid)),
            None => {
                let contact = &self.conversation.contact_sid;
                fix_position(self.center.table.as_ref(), contact, sid, self.now.plus_ms(self.sent)).await
            }
        }
    }

    pub(super) fn flow_sid(&self) -> FlowSid {
        crate::config::flow_sid(&self.execution.flow)
    }
}

fn content(effect: &SendMessage) -> Content {
    let Some(url) = effect.media_url.clone() else {
        return Content::text(effect.body.as_str());
    };
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let known = MEDIA_TYPES.iter().find(|(ending, _)| path.ends_with(ending));
    let content_type = known.map_or("application/octet-stream", |(_, content_type)| content_type).into();
    let attachment = Attachment { url, content_type, file_name: None, bytes: None };
    let text = Some(effect.body.clone()).filter(|body| !body.trim().is_empty());
    Content::Media { attachments: vec![attachment], text }
}
