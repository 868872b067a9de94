//! What people simply write, as the forwarder of the Gateway hands it on.

use super::Discord;
use super::address::{of_channel, time_of};
use super::message::{WRITTEN, content};
use super::normalise::{Found, read};
use super::wire::{Dispatch, Happening, Message};
use crate::params;
use crate::webhook::Problem;
use patchbay_model::event::Profile;
use patchbay_model::{EventKind, InboundEvent, Timestamp};

impl Discord {
    pub(super) fn dispatch(
        &self,
        dispatch: Dispatch,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> Found {
        let Dispatch { kind, sequence, data, session_id } = dispatch;
        if kind == "MESSAGE_CREATE" || kind == "MESSAGE_UPDATE" {
            let message = read(data)?;
            let written = self.written(&message, kind == "MESSAGE_UPDATE", received_at, problems)?;
            return Ok(written.into_iter().collect());
        }
        let happening: Happening = read(data)?;
        let event_id = format!("{kind}:{session_id}:{sequence}");
        let found = self.happened(&kind, event_id, happening, received_at)?;
        Ok(found.into_iter().collect())
    }

    /// A message or its change; nothing for our own, and for what Discord itself adds to a message (a preview).
    fn written(
        &self,
        message: &Message,
        changed: bool,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<InboundEvent>, String> {
        let (author, id) = (&message.author, &message.id);
        let own = author.id == self.application_id
            || message.application_id.as_deref() == Some(self.application_id.as_str());
        if own || (changed && message.edited_timestamp.is_none()) {
            return Ok(None);
        }
        if id.is_empty() {
            return Err("the message has no id".into());
        }
        let address =
            self.written_at(message.guild_id.as_ref(), message.channel_id.as_ref(), Some(&author.id))?;
        let said = content(message, "d", problems);
        let provider_id = id.clone();
        let (event_id, kind) = if changed {
            let at = message.edited_timestamp.as_deref().unwrap_or_default();
            (format!("{id}:{at}"), EventKind::Edited { provider_id, content: said })
        } else if author.bot {
            // Another program: answering it could go on for ever.
            (id.clone(), EventKind::Note { name: "bot_message".into(), text: said.plain_text().to_owned() })
        } else if !WRITTEN.contains(&message.kind) {
            (
                id.clone(),
                EventKind::Note { name: format!("message_type_{}", message.kind), text: String::new() },
            )
        } else {
            let mut params = params::of_message(&author.id, &self.application_id, id, &said);
            params.extend(message.guild_id.clone().map(|guild| ("GuildId".to_owned(), guild)));
            params.extend(message.channel_id.clone().map(|channel| ("ChannelId".to_owned(), channel)));
            let reference = message.message_reference.as_ref();
            if reference.is_some_and(|reference| reference.kind == 1) {
                params.insert("Forwarded".into(), "true".into());
            }
            let answered = reference.filter(|reference| reference.kind == 0);
            let kind = EventKind::Message {
                provider_id,
                content: said,
                reply_to: answered.and_then(|reference| reference.message_id.clone()),
                reply_context: None,
                params,
                echo: false,
                tokens: Default::default(),
            };
            (id.clone(), kind)
        };
        let stated = match changed {
            true => message.edited_timestamp.as_deref().and_then(Timestamp::parse_iso),
            false => time_of(id),
        };
        let profile = Profile { name: author.name(), language: None };
        Ok(Some(self.whole(event_id, address, (stated, received_at), profile, kind)))
    }

    /// What happened besides; nothing for what the bot did itself.
    fn happened(
        &self,
        kind: &str,
        event_id: String,
        happening: Happening,
        received_at: Timestamp,
    ) -> Result<Option<InboundEvent>, String> {
        let Happening { id, user_id, channel_id, guild_id, message_id, emoji } = happening;
        if user_id.as_deref() == Some(self.application_id.as_str()) {
            return Ok(None);
        }
        let address = self.written_at(guild_id.as_ref(), channel_id.as_ref(), user_id.as_ref())?;
        // An emoji of a server's own has a name, which means something to people there.
        let emoji = emoji.name.or(emoji.id);
        let named = |id: Option<String>| id.ok_or_else(|| format!("{kind} names no message"));
        let kind = match kind {
            "MESSAGE_DELETE" => EventKind::Deleted { provider_id: named(id)? },
            "MESSAGE_REACTION_ADD" => EventKind::Reaction { provider_id: named(message_id)?, emoji },
            "MESSAGE_REACTION_REMOVE" => EventKind::Reaction { provider_id: named(message_id)?, emoji: None },
            "TYPING_START" => EventKind::Typing { on: true },
            other => EventKind::Note { name: other.to_lowercase(), text: String::new() },
        };
        Ok(Some(self.whole(event_id, address, (None, received_at), Profile::default(), kind)))
    }

    /// The channel in a server, the person in private. Discord does not say whose a deleted message was; the
    /// forwarder adds it where it knows.
    fn written_at(
        &self,
        guild: Option<&String>,
        channel: Option<&String>,
        user: Option<&String>,
    ) -> Result<String, String> {
        match (guild, channel, user.filter(|user| !user.is_empty())) {
            (Some(_), Some(channel), _) => Ok(of_channel(channel)),
            (None, _, Some(user)) => Ok(user.clone()),
            _ => Err("the event names no customer".into()),
        }
    }
}
