use super::WhatsApp;
use super::content::picked;
use super::wire::{Call, Change, Customers, Message, Person, Preference, Status};
use crate::meta::app::handshake;
use crate::meta::envelope::{entries, read};
use crate::params;
use crate::signature::Verified;
use crate::text::cut;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{ChannelKind, Content, EventKind, InboundEvent, MessageKey, MessageStatus, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// Characters of a change about the account that are kept for the operator.
const CHANGE_CHARS_MAX: usize = 500;

impl WhatsApp {
    pub(super) fn read_webhook(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let request = request.request();
        if let Some(answer) = handshake(request) {
            return answer;
        }
        let (mut events, mut problems) = (Vec::new(), Vec::new());
        for (path, entry) in entries(&request.body, "whatsapp_business_account", &mut problems) {
            for (at, change) in entry.changes.iter().enumerate() {
                let path = format!("{path}.changes[{at}]");
                let Some(change) = read(change, &path, &mut problems) else { continue };
                self.change(change, &path, received_at, &mut events, &mut problems);
            }
        }
        Normalised::of(events, problems, WebhookReply::json(200, &serde_json::json!({})))
    }

    /// A change about customers gives events; one about the account is the operator's to know.
    fn change(
        &self,
        change: Change,
        path: &str,
        received_at: Timestamp,
        events: &mut Vec<InboundEvent>,
        problems: &mut Vec<Problem>,
    ) {
        let Change { field, value } = change;
        if !matches!(field.as_str(), "messages" | "smb_message_echoes" | "calls" | "user_preferences") {
            let told: String = value.to_string().chars().take(CHANGE_CHARS_MAX).collect();
            problems.push(Problem::new(path, format!("{field}: {told}")));
            return;
        }
        let Some(value) = read::<Customers>(&value, path, problems) else { return };
        let number_id = &value.metadata.phone_number_id.0;
        let Some(account) = self.app.account_of(number_id) else {
            let reason = format!("the number {number_id:?} is of no account; name it in \"accounts\"");
            problems.push(Problem::new(path, reason));
            return;
        };
        problems.extend(value.errors.iter().map(|failure| Problem::new(path, failure.why())));
        let our_address = value.metadata.display_phone_number.stated().map_or(number_id.clone(), address);
        let reading = Reading { whatsapp: self, account, our_address, people: &value.contacts, received_at };
        let mut each = |name: &str, parts: &[Value], one: Reader| {
            for (at, part) in parts.iter().enumerate() {
                events.extend(one(&reading, part, &format!("{path}.{name}[{at}]"), problems));
            }
        };
        each("messages", &value.messages, |r, part, path, problems| r.message(part, false, path, problems));
        each("message_echoes", &value.message_echoes, |r, part, path, problems| {
            r.message(part, true, path, problems)
        });
        each("statuses", &value.statuses, |r, part, path, problems| r.status(part, path, problems));
        each("calls", &value.calls, |r, part, path, problems| r.call(part, path, problems));
        each("user_preferences", &value.user_preferences, |r, part, path, problems| {
            r.preference(part, path, problems)
        });
    }
}

type Reader = fn(&Reading<'_>, &Value, &str, &mut Vec<Problem>) -> Option<InboundEvent>;

/// One change while it is read.
struct Reading<'a> {
    whatsapp: &'a WhatsApp,
    account: &'a str,
    our_address: String,
    people: &'a [Person],
    received_at: Timestamp,
}

impl Reading<'_> {
    /// A message, or what happened to one; `echo`: said by the business on its phone.
    fn message(
        &self,
        part: &Value,
        echo: bool,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<InboundEvent> {
        let message: Message = read(part, path, problems)?;
        let person = self.person(&message);
        let system = message.system.as_ref();
        let ids = if echo {
            [message.to.stated(), message.to_user_id.stated(), None, None]
        } else {
            [
                message.from.stated(),
                message.from_user_id.stated(),
                system.and_then(|system| system.user_id.stated().or(system.wa_id.stated())),
                person.and_then(|person| person.wa_id.stated().or(person.user_id.stated())),
            ]
        };
        let (Some(id), Some(customer)) = (message.id.stated(), ids.into_iter().flatten().next()) else {
            problems.push(Problem::new(path, "the message names no id, or no customer"));
            return None;
        };
        let from = address(customer);
        let kind = self.kind(&message, &from, echo, path, problems);
        let contact_address = message.group_id.stated().map_or(from, str::to_owned);
        let event = self.event(id.to_owned(), contact_address, message.timestamp.0, kind);
        Some(InboundEvent { profile: self.profile(person.filter(|_| !echo)), ..event })
    }

    fn kind(
        &self,
        message: &Message,
        from: &str,
        echo: bool,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> EventKind {
        if let Some(reaction) = &message.reaction {
            let emoji = reaction.emoji.clone().filter(|emoji| !emoji.is_empty());
            return EventKind::Reaction { provider_id: reaction.message_id.clone(), emoji };
        }
        if let Some(edit) = &message.edit {
            let content = self.whatsapp.content(&edit.message, path, problems);
            return EventKind::Edited { provider_id: edit.original_message_id.clone(), content };
        }
        if let Some(revoke) = &message.revoke {
            return EventKind::Deleted { provider_id: revoke.original_message_id.clone() };
        }
        if let Some(system) = &message.system {
            let name = system.kind.clone().unwrap_or_else(|| message.kind.clone());
            return EventKind::Note { name, text: system.body.clone().unwrap_or_default() };
        }
        let content = self.whatsapp.content(message, path, problems);
        EventKind::Message {
            provider_id: message.id.0.clone(),
            reply_to: message.context.as_ref().and_then(|context| context.id.clone()),
            reply_context: None,
            params: self.params(message, from, &content),
            content,
            echo,
            tokens: Default::default(),
        }
    }

    /// What flows read, under the names that Twilio has for it.
    fn params(&self, message: &Message, from: &str, content: &Content) -> BTreeMap<String, String> {
        let mut params = params::of_message(from, &self.our_address, &message.id.0, content);
        let person = self.person(message);
        let (context, referral) = (message.context.as_ref(), message.referral.as_ref());
        let picked = picked(message);
        let product = context.and_then(|context| context.referred_product.as_ref());
        let is = |yes: bool| yes.then(|| "true".to_owned());
        let more = [
            ("MessageType", Some(message.kind.clone())),
            ("ProfileName", person.and_then(|person| person.profile.name.clone())),
            ("ProfileUsername", person.and_then(|person| person.profile.username.clone())),
            ("WaId", person.and_then(|person| person.wa_id.stated()).map(str::to_owned)),
            ("ExternalUserId", person.and_then(|person| person.user_id.stated()).map(str::to_owned)),
            ("ButtonText", message.button.as_ref().map(|button| button.text.clone())),
            ("ListId", picked.map(|reply| reply.id.clone())),
            ("ListTitle", picked.and_then(|reply| reply.title.clone())),
            ("ListDescription", picked.and_then(|reply| reply.description.clone())),
            ("OriginalRepliedMessageSid", context.and_then(|context| context.id.clone())),
            ("Forwarded", context.and_then(|context| is(context.forwarded))),
            ("FrequentlyForwarded", context.and_then(|context| is(context.frequently_forwarded))),
            ("CatalogId", product.and_then(|product| product.catalog_id.clone()).map(|id| id.0)),
            ("ProductRetailerId", product.and_then(|p| p.product_retailer_id.clone()).map(|id| id.0)),
            ("ReferralSourceUrl", referral.and_then(|referral| referral.source_url.clone())),
            ("ReferralSourceId", referral.and_then(|r| r.source_id.clone()).map(|id| id.0)),
            ("ReferralSourceType", referral.and_then(|referral| referral.source_type.clone())),
            ("ReferralHeadline", referral.and_then(|referral| referral.headline.clone())),
            ("ReferralBody", referral.and_then(|referral| referral.body.clone())),
            ("ReferralCtwaClid", referral.and_then(|referral| referral.ctwa_clid.clone())),
        ];
        params.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        params
    }

    /// What became of a message of ours; our key came along as its tag.
    fn status(&self, part: &Value, path: &str, problems: &mut Vec<Problem>) -> Option<InboundEvent> {
        let told: Status = read(part, path, problems)?;
        let customer = told.recipient_id.stated().or(told.recipient_user_id.stated());
        let (Some(id), Some(customer)) = (told.id.stated(), customer) else {
            problems.push(Problem::new(path, "the status names no message, or no customer"));
            return None;
        };
        let Some(status) = status(&told.status) else {
            problems.push(Problem::new(path, format!("the status {:?} is not known", told.status)));
            return None;
        };
        let tag = told.biz_opaque_callback_data.as_deref();
        let ours = tag.and_then(MessageKey::parse);
        if tag.is_some() && ours.is_none() {
            problems.push(Problem::new(path, "the status's tag is not one of ours"));
        }
        let failure = told.errors.first().filter(|_| status == MessageStatus::Failed);
        let kind = EventKind::Receipt {
            reference: ours.map_or_else(|| Reference::Provider(id.to_owned()), Reference::Ours),
            status,
            reason: failure.map(|failure| format!("{}: {}", failure.code, failure.why())),
        };
        Some(self.event(format!("{id}:{}", told.status), address(customer), told.timestamp.0, kind))
    }

    fn call(&self, part: &Value, path: &str, problems: &mut Vec<Problem>) -> Option<InboundEvent> {
        let call: Call = read(part, path, problems)?;
        let customer = self.people.first().and_then(|p| p.wa_id.stated().or(p.user_id.stated()));
        let (Some(id), Some(customer)) = (call.id.stated(), customer) else {
            problems.push(Problem::new(path, "the call names no id, or no customer"));
            return None;
        };
        let text =
            call.status.as_ref().map_or_else(|| call.event.clone(), |s| format!("{}, {s}", call.event));
        let kind = EventKind::Note { name: "call".into(), text };
        Some(self.event(format!("{id}:{}", call.event), address(customer), call.timestamp.0, kind))
    }

    /// Whether the customer wants marketing messages. That says nothing about the answers to what they ask, so
    /// it is no consent.
    fn preference(&self, part: &Value, path: &str, problems: &mut Vec<Problem>) -> Option<InboundEvent> {
        let preference: Preference = read(part, path, problems)?;
        let Some(customer) = preference.wa_id.stated().or(preference.user_id.stated()) else {
            problems.push(Problem::new(path, "the preference names no customer"));
            return None;
        };
        let Preference { category, value, detail, timestamp, .. } = &preference;
        let at = timestamp.0.map_or(0, |at| at.0);
        let text = detail.clone().map_or(value.clone(), |detail| format!("{value} ({detail})"));
        let kind = EventKind::Note { name: category.clone(), text: cut(text, path, problems) };
        Some(self.event(format!("{customer}:{category}:{value}:{at}"), address(customer), timestamp.0, kind))
    }

    fn event(
        &self,
        event_id: String,
        contact_address: String,
        provider_time: Option<Timestamp>,
        kind: EventKind,
    ) -> InboundEvent {
        InboundEvent {
            event_id,
            channel: ChannelKind::Whatsapp,
            account: self.account.to_owned(),
            contact_address,
            our_address: self.our_address.clone(),
            provider_time,
            to_the_second: provider_time.is_some(),
            received_at: self.received_at,
            profile: Profile::default(),
            kind,
        }
    }

    /// Who wrote a message; where the ids do not say, the only person there is.
    fn person(&self, message: &Message) -> Option<&Person> {
        let same = |person: &&Person| {
            person.wa_id.stated().is_some_and(|id| id == message.from.0)
                || person.user_id.stated().is_some_and(|id| id == message.from_user_id.0)
        };
        self.people.iter().find(same).or(match self.people {
            [only] => Some(only),
            _ => None,
        })
    }

    fn profile(&self, person: Option<&Person>) -> Profile {
        let profile = person.map(|person| &person.profile);
        let name = profile.and_then(|profile| profile.name.clone().or(profile.username.clone()));
        Profile { name: name.filter(|name| !name.is_empty()), language: None }
    }
}

/// A number as every phone channel has it: WhatsApp leaves the `+` out. Another id stays as it is.
pub(super) fn address(id: &str) -> String {
    if id.bytes().all(|byte| byte.is_ascii_digit()) { format!("+{id}") } else { id.to_owned() }
}

/// `read` may come without `delivered`; a voice message that was played has been read.
fn status(text: &str) -> Option<MessageStatus> {
    Some(match text {
        "accepted" | "sent" => MessageStatus::Sent,
        "delivered" => MessageStatus::Delivered,
        "read" | "played" => MessageStatus::Read,
        "failed" => MessageStatus::Failed,
        _ => return None,
    })
}
