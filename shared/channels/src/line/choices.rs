//! Answers to choose from: quick replies, which go with the next message, or buttons that stay.

use super::CAPABILITIES;
use super::render::texts;
use crate::text::{beginning, length, numbered};
use patchbay_model::ChoiceOption;
use serde_json::{Value, json};

/// Answers below a message (LINE, "Quick reply"), and characters of what is on one and of what comes back for it
/// ("Postback action").
const QUICK_REPLIES_MAX: usize = 13;
const LABEL_CHARS_MAX: usize = 20;
const DATA_CHARS_MAX: usize = 300;
/// Buttons of one bubble, ours: LINE bounds its document, at 30 KB ("Bubble").
pub(super) const BUTTONS_MAX: usize = 20;
const BUBBLE_BYTES_MAX: usize = 30_000;
/// Characters of what is said where a Flex message cannot be shown, as in a notification; and of what the customer
/// seems to say by pressing a button.
const ALT_TEXT_CHARS_MAX: usize = 400;
const DISPLAY_TEXT_CHARS_MAX: usize = 300;

/// Quick replies below the last piece of the text; where there are too many, or one is too long to be read on them, a
/// bubble of buttons; what fits neither is numbered lines.
pub(super) fn choices(text: &str, options: &[ChoiceOption]) -> Vec<Value> {
    let fits =
        |text: &str, max: usize| !text.trim().is_empty() && length(text, CAPABILITIES.text_unit) <= max;
    let all = |count: usize, label: usize| {
        (1..=count).contains(&options.len())
            && options.iter().all(|option| fits(&option.text, label) && fits(&option.data, DATA_CHARS_MAX))
    };
    let mut messages = texts(text);
    if all(QUICK_REPLIES_MAX, LABEL_CHARS_MAX)
        && let Some(last) = messages.last_mut()
    {
        let items: Vec<Value> =
            options.iter().map(|o| json!({ "type": "action", "action": postback(o) })).collect();
        last["quickReply"] = json!({ "items": items });
        return messages;
    }
    if all(BUTTONS_MAX, DISPLAY_TEXT_CHARS_MAX)
        && let Some(bubble) = bubble(options)
    {
        let alt_text = match beginning(text, ALT_TEXT_CHARS_MAX, CAPABILITIES.text_unit) {
            blank if blank.trim().is_empty() => &options[0].text,
            text => text,
        };
        messages.push(json!({ "type": "flex", "altText": alt_text, "contents": bubble }));
        return messages;
    }
    texts(&numbered(text, options))
}

fn postback(option: &ChoiceOption) -> Value {
    let label = beginning(&option.text, LABEL_CHARS_MAX, CAPABILITIES.text_unit);
    json!({ "type": "postback", "label": label, "data": option.data, "displayText": option.text })
}

/// A bubble with one button below the other, whose words wrap; `None` where LINE would refuse its size.
fn bubble(options: &[ChoiceOption]) -> Option<Value> {
    let button = |option: &ChoiceOption| {
        let words = json!({
            "type": "text", "text": option.text, "wrap": true, "align": "center", "color": "#2563EB",
        });
        json!({
            "type": "box", "layout": "vertical", "paddingAll": "md", "action": postback(option), "contents": [words],
        })
    };
    let buttons: Vec<Value> = options.iter().map(button).collect();
    let body = json!({ "type": "box", "layout": "vertical", "spacing": "sm", "contents": buttons });
    let bubble = json!({ "type": "bubble", "body": body });
    (bubble.to_string().len() <= BUBBLE_BYTES_MAX).then_some(bubble)
}
