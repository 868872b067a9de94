use crate::twilio::inbound::{Opt, Params, Said, said};
use crate::webhook::Problem;
use patchbay_model::event::Profile;
use patchbay_model::{Content, EventKind};

/// What a customer said, and their name.
pub(super) fn message(message: Said, problems: &mut Vec<Problem>) -> (EventKind, Profile) {
    let Said { provider_id, params } = message;
    let profile = Profile { name: stated(&params, "ProfileName"), language: None };
    let content = content(&params, problems);
    let kind = match Opt::of(&params) {
        Some(opt) => opt.event(content),
        None => EventKind::Message {
            provider_id,
            content,
            reply_to: stated(&params, "OriginalRepliedMessageSid"),
            reply_context: None,
            params,
            echo: false,
            tokens: Default::default(),
        },
    };
    (kind, profile)
}

fn stated(params: &Params, name: &str) -> Option<String> {
    params.get(name).filter(|value| !value.is_empty()).cloned()
}

/// The content by the parameters that only its kind has; `MessageType` tells what none of them does.
fn content(params: &Params, problems: &mut Vec<Problem>) -> Content {
    if let Some(choice) = choice(params) {
        return choice;
    }
    if let Some(place) = location(params) {
        return place;
    }
    let kind = stated(params, "MessageType").unwrap_or_else(|| "text".into());
    match said(params, problems) {
        Content::Text { text } if text.is_empty() && kind != "text" => {
            Content::Unsupported { provider_kind: kind, text: None }
        }
        Content::Media { attachments, text: Some(text) } if kind == "document" => named(attachments, text),
        content => content,
    }
}

/// A button of a template, an entry of a list, or a completed form.
fn choice(params: &Params) -> Option<Content> {
    let text = |name: &str| stated(params, name).or_else(|| stated(params, "Body"));
    let (data, text) = match (stated(params, "ButtonPayload"), stated(params, "ListId")) {
        (Some(payload), _) => (payload, text("ButtonText")),
        (None, Some(id)) => (id, text("ListTitle")),
        // A button without a payload of its own carries what is written on it.
        (None, None) => match stated(params, "ButtonText") {
            Some(label) => (label.clone(), Some(label)),
            None => (
                stated(params, "InteractiveData").or_else(|| stated(params, "FlowData"))?,
                stated(params, "Body"),
            ),
        },
    };
    Some(Content::Choice { data, text })
}

fn location(params: &Params) -> Option<Content> {
    let degrees = |name: &str| params.get(name)?.parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    Some(Content::Location {
        latitude: degrees("Latitude")?,
        longitude: degrees("Longitude")?,
        name: stated(params, "Label"),
        address: stated(params, "Address"),
    })
}

/// A document's text is its file's name, unless it cannot be one.
fn named(mut attachments: Vec<patchbay_model::Attachment>, text: String) -> Content {
    let is_name = text.rsplit_once('.').is_some_and(|(name, extension)| {
        !name.is_empty()
            && (1..=5).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !text.contains(['\n', '/', '\\'])
    });
    match attachments.as_mut_slice() {
        [document] if is_name => {
            document.file_name = Some(text);
            Content::Media { attachments, text: None }
        }
        _ => Content::Media { attachments, text: Some(text) },
    }
}
