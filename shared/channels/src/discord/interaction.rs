//! Commands, buttons, menus and forms.

use super::Discord;
use super::address::time_of;
use super::message::{attachments, content};
use super::normalise::Found;
use super::wire::{CommandOption, Data, Interaction, Message};
use crate::params;
use crate::text::cut;
use crate::webhook::Problem;
use patchbay_model::event::Profile;
use patchbay_model::{Attachment, Content, EventKind, ReplyContext, ReplyToken, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The button by which a customer answers, and the form that it opens.
pub(super) const REPLY: &str = "patchbay.reply";
/// Characters of the form's field (Discord, "Text input").
const FIELD_CHARS_MAX: usize = 4_000;
/// Seconds for which a token answers an interaction: of Discord's 15 minutes, all but one.
const TOKEN_LIFE_S: i64 = 14 * 60;
/// How deep subcommands and a form's fields are looked for.
const DEPTH_MAX: usize = 4;
/// Only the person who pressed sees it.
pub(super) const EPHEMERAL: u64 = 1 << 6;

/// What is answered at once: within three seconds, so before anything is known (Discord, "Interaction response
/// object").
mod answer {
    pub(super) const PONG: u64 = 1;
    pub(super) const LATER: u64 = 5;
    pub(super) const LATER_BELOW: u64 = 6;
    pub(super) const SUGGESTIONS: u64 = 8;
    pub(super) const FORM: u64 = 9;
}

impl Discord {
    /// The answer, and what the customer said.
    pub(super) fn interaction(
        &self,
        interaction: &Interaction,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> (Value, Found) {
        let data = &interaction.data;
        let content = match interaction.kind {
            1 => return (json!({ "type": answer::PONG }), Ok(Vec::new())),
            2 if data.options.is_empty() && data.target_id.is_none() && self.reply_label.is_some() => {
                return (self.form(), Ok(Vec::new()));
            }
            3 if data.custom_id == REPLY => return (self.form(), Ok(Vec::new())),
            2 => called(data, problems),
            3 => pressed(data, interaction.message.as_ref(), problems),
            4 => {
                return (json!({ "type": answer::SUGGESTIONS, "data": { "choices": [] } }), Ok(Vec::new()));
            }
            5 => filled_in(data, problems),
            kind => {
                let reason = format!("an interaction of type {kind} is not known");
                return (json!({ "type": answer::LATER_BELOW }), Err(reason));
            }
        };
        (later(interaction), self.said(interaction, content, received_at).map(|event| vec![event]))
    }

    fn said(
        &self,
        interaction: &Interaction,
        content: Content,
        received_at: Timestamp,
    ) -> Result<patchbay_model::InboundEvent, String> {
        let member = interaction.member.as_ref();
        let user = member.and_then(|member| member.user.as_ref()).or(interaction.user.as_ref());
        let user = user.filter(|user| !user.id.is_empty()).ok_or("the interaction names no user")?;
        let nick = member.and_then(|member| member.nick.clone());
        let profile = Profile { name: nick.or_else(|| user.name()), language: interaction.locale.clone() };
        let at = time_of(&interaction.id);
        let token = ReplyToken {
            token: reply_token(interaction),
            usable_until: at.unwrap_or(received_at).plus_s(TOKEN_LIFE_S),
        };
        let kind = EventKind::Message {
            provider_id: interaction.id.clone(),
            reply_to: interaction.message.as_ref().map(|message| message.id.clone()),
            reply_context: Some(ReplyContext::Token(token)),
            params: self.params(interaction, &user.id, &content),
            content,
            echo: false,
            tokens: Default::default(),
        };
        Ok(self.whole(interaction.id.clone(), user.id.clone(), (at, received_at), profile, kind))
    }

    /// The flow's parameters, with the command and its options by name.
    fn params(&self, interaction: &Interaction, user: &str, content: &Content) -> BTreeMap<String, String> {
        let mut params = params::of_message(user, &self.application_id, &interaction.id, content);
        let data = &interaction.data;
        let mut put = |name: &str, value: Option<&String>| {
            let value = value.filter(|value| !value.is_empty());
            params.extend(value.map(|value| (name.to_owned(), value.clone())));
        };
        put("Command", Some(&data.name));
        put("TargetId", data.target_id.as_ref());
        put("GuildId", interaction.guild_id.as_ref());
        put("ChannelId", interaction.channel_id.as_ref());
        each_option(&data.options, DEPTH_MAX, &mut |option| {
            put(&format!("Option_{}", option.name), Some(&value(&option.value)));
        });
        params
    }

    /// A form with one field, in which the customer writes an answer.
    fn form(&self) -> Value {
        let label = self.reply_label.as_deref().unwrap_or_default();
        let field = json!({
            "type": 4, "custom_id": "text", "style": 2, "required": true, "max_length": FIELD_CHARS_MAX,
        });
        let labelled = json!({ "type": 18, "label": label, "component": field });
        let form = json!({ "custom_id": REPLY, "title": label, "components": [labelled] });
        json!({ "type": answer::FORM, "data": form })
    }
}

/// "Thinking", or nothing to be seen below a button that was pressed. In a server only the customer sees it.
fn later(interaction: &Interaction) -> Value {
    match (interaction.kind, &interaction.message, &interaction.guild_id) {
        (3, _, _) | (5, Some(_), _) => json!({ "type": answer::LATER_BELOW }),
        (_, _, Some(_)) => json!({ "type": answer::LATER, "data": { "flags": EPHEMERAL } }),
        (_, _, None) => json!({ "type": answer::LATER }),
    }
}

/// The right to answer, and whether the answer is for the customer's eyes only: `private:<token>`, `open:<token>`.
fn reply_token(interaction: &Interaction) -> String {
    let seen = if interaction.guild_id.is_some() { "private" } else { "open" };
    format!("{seen}:{}", interaction.token)
}

fn each_option(options: &[CommandOption], depth: usize, visit: &mut impl FnMut(&CommandOption)) {
    for option in options {
        visit(option);
        if depth > 0 {
            each_option(&option.options, depth - 1, visit);
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A command as a line, its options below; files that were given with it; the message that it was called on.
fn called(data: &Data, problems: &mut Vec<Problem>) -> Content {
    let mut lines = vec![format!("/{}", data.name)];
    let mut files = Vec::new();
    each_option(&data.options, DEPTH_MAX, &mut |option| {
        let said = value(&option.value);
        match data.resolved.attachments.get(&said) {
            Some(file) => files.push(file),
            None if said.is_empty() => lines.push(option.name.clone()),
            None => lines.push(format!("{}: {said}", option.name)),
        }
    });
    if let Some(message) = data.target_id.as_ref().and_then(|id| data.resolved.messages.get(id)) {
        let read: Message = serde_json::from_value(message.clone()).unwrap_or_default();
        lines.push(content(&read, "data.resolved", problems).plain_text().to_owned());
    }
    let text = cut(lines.join("\n"), "data", problems);
    match attachments(files.into_iter(), "data.resolved", problems) {
        files if files.is_empty() => Content::Text { text },
        attachments => Content::Media { attachments, text: Some(text) },
    }
}

/// A button by its own id; of a menu what was picked. The text is what stood there.
fn pressed(data: &Data, message: Option<&Message>, problems: &mut Vec<Problem>) -> Content {
    let components = message.map(|message| message.components.as_slice()).unwrap_or_default();
    let picked = match data.values.is_empty() {
        true => vec![data.custom_id.clone()],
        false => data.values.clone(),
    };
    let mut labels = BTreeMap::new();
    label(components, DEPTH_MAX, &mut labels);
    let shown: Option<Vec<&str>> = picked.iter().map(|value| labels.get(value.as_str()).copied()).collect();
    let text = shown.map(|labels| cut(labels.join(", "), "message.components", problems));
    Content::Choice { data: cut(picked.join(","), "data", problems), text }
}

/// What stands on buttons, by their ids, and on the entries of menus, by their values.
fn label<'v>(components: &'v [Value], depth: usize, labels: &mut BTreeMap<&'v str, &'v str>) {
    for component in components {
        let id = component["custom_id"].as_str().or(component["value"].as_str());
        if let (Some(id), Some(text)) = (id, component["label"].as_str()) {
            labels.insert(id, text);
        }
        for inner in ["components", "options"] {
            if let (Some(inner), true) = (component[inner].as_array(), depth > 0) {
                label(inner, depth - 1, labels);
            }
        }
    }
}

/// Our own form is a text, with the files that were put into it; any other a choice whose data are its fields.
fn filled_in(data: &Data, problems: &mut Vec<Problem>) -> Content {
    let mut fields = Map::new();
    field(&data.components, DEPTH_MAX, &mut fields);
    if data.custom_id != REPLY {
        return Content::Choice {
            data: cut(Value::Object(fields).to_string(), "data.components", problems),
            text: None,
        };
    }
    let text: Vec<&str> = fields.values().filter_map(Value::as_str).collect();
    let text = cut(text.join("\n"), "data.components", problems);
    let files = data.resolved.attachments.iter().map(|(_, file)| file);
    let attachments: Vec<Attachment> = attachments(files, "data.resolved", problems);
    match attachments.is_empty() {
        true => Content::Text { text },
        false => Content::Media { attachments, text: Some(text).filter(|text| !text.is_empty()) },
    }
}

/// The fields of a form by their ids: in rows (the older form) or in labels.
fn field(components: &[Value], depth: usize, fields: &mut Map<String, Value>) {
    for component in components {
        let said = [&component["value"], &component["values"]].into_iter().find(|said| !said.is_null());
        if let (Some(id), Some(said)) = (component["custom_id"].as_str(), said) {
            fields.insert(id.to_owned(), said.clone());
        }
        if depth > 0 {
            let inner = component["components"].as_array().map(Vec::as_slice).unwrap_or_default();
            field(inner, depth - 1, fields);
            field(std::slice::from_ref(&component["component"]), depth - 1, fields);
        }
    }
}
