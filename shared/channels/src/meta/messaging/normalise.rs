use super::Messaging;
use super::content::content;
use super::wire::{Event, Message, Postback, Reaction, Referral};
use crate::identifier::uuid;
use crate::meta::app::handshake;
use crate::meta::envelope::{Entry, entries, read};
use crate::params;
use crate::signature::Verified;
use crate::text::cut;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{Content, EventKind, InboundEvent, MessageKey, MessageStatus, Timestamp};
use serde_json::Value;

/// Characters of what is only noted.
const NOTE_CHARS_MAX: usize = 500;
/// An address that is only a reference to somebody who came by a plugin.
pub(super) const USER_REF: &str = "user_ref:";

impl Messaging {
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let request = request.request();
        if let Some(answer) = handshake(request) {
            return answer;
        }
        let (mut events, mut problems) = (Vec::new(), Vec::new());
        for (path, entry) in entries(&request.body, self.medium.object, &mut problems) {
            self.entry(&entry, &path, received_at, &mut events, &mut problems);
        }
        Normalised::of(events, problems, WebhookReply::json(200, &serde_json::json!({})))
    }

    fn entry(
        &self,
        entry: &Entry,
        path: &str,
        received_at: Timestamp,
        events: &mut Vec<InboundEvent>,
        problems: &mut Vec<Problem>,
    ) {
        for (at, change) in entry.changes.iter().enumerate() {
            problems.push(Problem::new(format!("{path}.changes[{at}]"), short(change)));
        }
        let Some(account) = self.app.account_of(&entry.id.0) else {
            let reason = format!("{:?} is the id of no account; name it in \"accounts\"", entry.id.0);
            problems.push(Problem::new(path, reason));
            return;
        };
        for (name, parts) in [("messaging", &entry.messaging), ("standby", &entry.standby)] {
            for (at, part) in parts.iter().enumerate() {
                let path = format!("{path}.{name}[{at}]");
                let Some(event) = read::<Event>(part, &path, problems) else { continue };
                let standby = name == "standby";
                let reading = Reading {
                    messaging: self,
                    account,
                    entry,
                    event: &event,
                    part,
                    path,
                    standby,
                    received_at,
                };
                events.extend(reading.events(problems));
            }
        }
    }
}

/// One event while it is read.
struct Reading<'a> {
    messaging: &'a Messaging,
    account: &'a str,
    entry: &'a Entry,
    event: &'a Event,
    part: &'a Value,
    path: String,
    /// Another app has the conversation: what is said is only noted.
    standby: bool,
    received_at: Timestamp,
}

impl Reading<'_> {
    fn events(&self, problems: &mut Vec<Problem>) -> Vec<InboundEvent> {
        let Some(customer) = self.customer() else {
            problems
                .push(Problem::new(&self.path, format!("the event names no customer: {}", short(self.part))));
            return Vec::new();
        };
        let kinds = if self.standby { vec![self.note("standby")] } else { self.kinds(&customer, problems) };
        kinds.into_iter().map(|(event_id, kind)| self.event(&customer, event_id, kind)).collect()
    }

    /// The side that is not us: of an echo the recipient, else the sender.
    fn customer(&self) -> Option<String> {
        let Event { sender, recipient, message, .. } = self.event;
        let echo = message.as_ref().is_some_and(|message| message.is_echo);
        let sides = if echo { [recipient, sender] } else { [sender, recipient] };
        sides.into_iter().find_map(|party| {
            let id = party.id.stated().filter(|id| *id != self.entry.id.0 && !self.messaging.app.is_own(id));
            id.map(str::to_owned).or_else(|| party.user_ref.stated().map(|id| format!("{USER_REF}{id}")))
        })
    }

    /// What happened, each with the id by which it is recognised.
    fn kinds(&self, customer: &str, problems: &mut Vec<Problem>) -> Vec<(String, EventKind)> {
        let event = self.event;
        let at = event.timestamp.0.map_or(0, |at| at.0);
        if let Some(message) = &event.message {
            return self.message(message, customer, problems).into_iter().collect();
        }
        if let Some(edit) = &event.message_edit {
            let content = Content::text(cut(edit.text.clone(), &self.path, problems));
            let kind = EventKind::Edited { provider_id: edit.mid.clone(), content };
            return vec![(format!("{}:edit:{}", edit.mid, edit.num_edit.0), kind)];
        }
        if let Some(postback) = &event.postback {
            return vec![self.postback(postback, customer, problems)];
        }
        if let Some(Reaction { mid, action, emoji, reaction }) = &event.reaction {
            let shown = emoji.clone().or_else(|| reaction.clone()).filter(|_| action == "react");
            let kind = EventKind::Reaction { provider_id: mid.clone(), emoji: shown };
            return vec![(format!("{mid}:{action}:{customer}:{at}"), kind)];
        }
        if let Some(delivery) = &event.delivery {
            let mids = delivery.mids.iter().enumerate();
            let named = mids
                .filter_map(|(at, mid)| {
                    let mid = read::<String>(mid, &format!("{}.delivery.mids[{at}]", self.path), problems)?;
                    Some(Reference::Provider(mid))
                })
                .collect();
            return receipts(named, delivery.watermark.0, customer, MessageStatus::Delivered);
        }
        if let Some(read) = &event.read {
            let named = read.mid.iter().map(|mid| Reference::Provider(mid.clone())).collect();
            return receipts(named, read.watermark.0, customer, MessageStatus::Read);
        }
        let about = ["sender", "recipient", "timestamp", "prior_message"];
        let mut names = self.part.as_object().into_iter().flat_map(|fields| fields.keys());
        let name = names.find(|name| !about.contains(&name.as_str())).map_or("event", String::as_str);
        vec![self.note(name)]
    }

    /// A message, or that one was taken back. Of our own words' echo only the news is left that they are sent.
    fn message(
        &self,
        message: &Message,
        customer: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<(String, EventKind)> {
        let mid = message.mid.clone();
        if mid.is_empty() {
            problems.push(Problem::new(&self.path, "the message has no id"));
            return None;
        }
        if message.is_deleted {
            return Some((format!("{mid}:deleted"), EventKind::Deleted { provider_id: mid }));
        }
        if message.is_echo {
            let ours = message.metadata.as_deref().and_then(MessageKey::parse);
            let same_app = message.app_id.stated().is_some() && message.app_id.stated() == self.app_id();
            match ours {
                Some(key) => {
                    let reference = Reference::Ours(key);
                    let kind = EventKind::Receipt { reference, status: MessageStatus::Sent, reason: None };
                    return Some((format!("{mid}:sent"), kind));
                }
                None if same_app => return None,
                None => {}
            }
        }
        let content = match message.is_unsupported {
            true => Content::Unsupported { provider_kind: "message".into(), text: message.text.clone() },
            false => content(message, &self.path, problems),
        };
        let mut params = params::of_message(customer, &self.entry.id.0, &mid, &content);
        let story = message.reply_to.as_ref().and_then(|reply| reply.story.as_ref());
        params.extend(story.map(|story| ("StoryId".to_owned(), story.id.0.clone())));
        params.extend(message.referral.as_ref().into_iter().flat_map(referral));
        let kind = EventKind::Message {
            provider_id: mid.clone(),
            content,
            reply_to: message.reply_to.as_ref().and_then(|reply| reply.mid.clone()),
            reply_context: None,
            params,
            echo: message.is_echo,
            tokens: Default::default(),
        };
        Some((mid, kind))
    }

    fn app_id(&self) -> Option<&str> {
        self.messaging.app_id.as_deref()
    }

    fn postback(
        &self,
        postback: &Postback,
        customer: &str,
        problems: &mut Vec<Problem>,
    ) -> (String, EventKind) {
        let at = self.event.timestamp.0.map_or(0, |at| at.0).to_string();
        let id = postback.mid.clone().filter(|mid| !mid.is_empty());
        let id = id.unwrap_or_else(|| uuid(&["meta-postback", customer, &at, &postback.payload]));
        let title = postback.title.clone().filter(|title| !title.is_empty());
        let content = Content::Choice {
            data: cut(postback.payload.clone(), &self.path, problems),
            text: title.map(|title| cut(title, &self.path, problems)),
        };
        let mut params = params::of_message(customer, &self.entry.id.0, &id, &content);
        params.extend(postback.referral.as_ref().into_iter().flat_map(referral));
        let kind = EventKind::Message {
            provider_id: id.clone(),
            content,
            reply_to: None,
            reply_context: None,
            params,
            echo: false,
            tokens: Default::default(),
        };
        (id, kind)
    }

    /// What moves nothing: its name and its own part of the document.
    fn note(&self, name: &str) -> (String, EventKind) {
        let own = if self.standby { self.part.get("message") } else { self.part.get(name) };
        let text = own.map(short).unwrap_or_default();
        let id = uuid(&["meta-event", name, &self.part.to_string()]);
        (id, EventKind::Note { name: name.to_owned(), text })
    }

    fn event(&self, customer: &str, event_id: String, kind: EventKind) -> InboundEvent {
        InboundEvent {
            event_id,
            channel: self.messaging.medium.kind,
            account: self.account.to_owned(),
            contact_address: customer.to_owned(),
            our_address: self.entry.id.0.clone(),
            provider_time: self.event.timestamp.0.or(self.entry.time.0),
            to_the_second: false,
            received_at: self.received_at,
            profile: Profile::default(),
            kind,
        }
    }
}

/// Receipts of the messages that are named; where none is, of everything up to a moment.
fn receipts(
    named: Vec<Reference>,
    until: Option<Timestamp>,
    customer: &str,
    status: MessageStatus,
) -> Vec<(String, EventKind)> {
    let until = until.filter(|_| named.is_empty()).map(Reference::Until);
    let receipt = |reference: Reference| {
        let about = match &reference {
            Reference::Provider(mid) => mid.clone(),
            Reference::Until(at) => format!("{customer}:{}", at.0),
            Reference::Ours(key) => key.to_string(),
        };
        let id = format!("{about}:{}", status.as_str());
        (id, EventKind::Receipt { reference, status, reason: None })
    };
    named.into_iter().chain(until).map(receipt).collect()
}

/// What flows read of the ad or link, under Twilio's names.
fn referral(referral: &Referral) -> impl Iterator<Item = (String, String)> {
    let ad = referral.ads_context_data.as_ref();
    let fields = [
        ("ReferralRef", referral.reference.clone().filter(|text| !text.is_empty())),
        ("ReferralSourceType", referral.source.clone()),
        ("ReferralSourceId", referral.ad_id.clone().map(|id| id.0)),
        ("ReferralHeadline", ad.and_then(|ad| ad.ad_title.clone())),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(NOTE_CHARS_MAX).collect()
}
