//! What an agent says, as its client sends it.

use crate::agent::request::{Fields, Refusal};
use crate::media::clean_name;
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{
    Attachment, BlobKey, ChoiceOption, Content, Email, TemplateButton, TemplateHeader, WorkerSid,
};
use serde_json::Value;

/// Characters of a media URL.
pub(super) const URL_CHARS_MAX: usize = 2_048;
/// Characters of a media type (RFC 6838, 4.2: 127 for each half) and of a file's name.
pub(super) const MEDIA_NAME_CHARS_MAX: usize = 255;

/// Characters of a template's name (Meta, "Message templates": 512) and of its language.
const TEMPLATE_NAME_CHARS_MAX: usize = 512;
const LANGUAGE_CHARS_MAX: usize = 35;
/// Values of a template's placeholders, and the characters of each (Meta: a body has 1,024).
const PARAMETERS_MAX: usize = 100;
const PARAMETER_CHARS_MAX: usize = 1_024;
/// Characters of a template's header (Meta, "Components": 60), its buttons (10), and what one carries (2,000 of a link).
const HEADER_CHARS_MAX: usize = 60;
const BUTTONS_MAX: usize = 10;
const BUTTON_CHARS_MAX: usize = 2_000;
/// Answers to choose from: where a channel has fewer buttons they go out as numbered lines. And the characters of each,
/// and of what it gives back (Telegram, `callback_data`: 64 bytes; Messenger, `payload`: 1,000 characters).
const CHOICES_MAX: usize = 20;
const CHOICE_CHARS_MAX: usize = 256;
/// Characters of an emoji with all its joiners and variations (the longest of Unicode's has 10).
const EMOJI_CHARS_MAX: usize = 16;
/// Characters of a mail's subject.
const SUBJECT_CHARS_MAX: usize = 500;

/// `text`, or `media` (a list of `{url, content_type?, file_name?}`) with `text` as its caption. A URL is of the web, or
/// the reference of something that this worker has uploaded. With `subject`, either is a mail of its own thread.
/// Or `template` (`{name, language, parameters?}`) with `text` as what it says.
/// Or `choices` (a list of `{data, text}`) with `text` as what is asked.
/// Or `reaction` (`{emoji?}`), without a text.
pub(super) fn read(fields: &Fields, worker: &WorkerSid) -> Result<Content, Refusal> {
    let text = fields.text("text", TEXT_CHARS_MAX)?.map(str::to_owned);
    if let Some(wanted) = fields.get("template") {
        return template(wanted, text, worker);
    }
    if let Some(wanted) = fields.get("reaction") {
        return reaction(wanted);
    }
    if let Some(wanted) = fields.get("choices") {
        return choices(wanted, text);
    }
    let attachments = match fields.get("media") {
        Some(media) => attachments(media, worker)?,
        None => Vec::new(),
    };
    if text.is_none() && attachments.is_empty() {
        return Err(Refusal::field("text", "missing, and so is media"));
    }
    if let Some(subject) = fields.text("subject", SUBJECT_CHARS_MAX)? {
        if subject.contains(char::is_control) {
            return Err(Refusal::field("subject", "not one line"));
        }
        let (subject, text) = (subject.to_owned(), text.unwrap_or_default());
        return Ok(Content::Email(Email { subject, text, attachments, ..Email::default() }));
    }
    Ok(match text {
        Some(text) if attachments.is_empty() => Content::Text { text },
        text => Content::Media { attachments, text },
    })
}

fn reaction(wanted: &Value) -> Result<Content, Refusal> {
    let wrong = || Refusal::field("reaction", format!("emoji is not 1 to {EMOJI_CHARS_MAX} characters"));
    let emoji = match wanted.as_object().map(|wanted| wanted.get("emoji")) {
        Some(None | Some(Value::Null)) => None,
        Some(Some(Value::String(emoji))) if (1..=EMOJI_CHARS_MAX).contains(&emoji.chars().count()) => {
            Some(emoji.clone())
        }
        _ => return Err(wrong()),
    };
    Ok(Content::Reaction { emoji })
}

fn choices(wanted: &Value, text: Option<String>) -> Result<Content, Refusal> {
    let wrong = |what: String| Refusal::field("choices", what);
    let text = text.ok_or_else(|| Refusal::field("text", "missing: what is asked"))?;
    let options = wanted.as_array().filter(|list| (1..=CHOICES_MAX).contains(&list.len()));
    let options = options.ok_or_else(|| wrong(format!("not a list of 1 to {CHOICES_MAX}")))?;
    let word = |option: &Value, name: &str| {
        let word =
            option[name].as_str().filter(|word| (1..=CHOICE_CHARS_MAX).contains(&word.chars().count()));
        word.map(str::to_owned)
            .ok_or_else(|| wrong(format!("{name} is not a text of 1 to {CHOICE_CHARS_MAX} characters")))
    };
    let options = options
        .iter()
        .map(|option| Ok(ChoiceOption { data: word(option, "data")?, text: word(option, "text")? }))
        .collect::<Result<_, Refusal>>()?;
    Ok(Content::Choices { text, options })
}

fn attachments(media: &Value, worker: &WorkerSid) -> Result<Vec<Attachment>, Refusal> {
    let media = media.as_array().ok_or_else(|| Refusal::field("media", "not a list"))?;
    if media.is_empty() || media.len() > ATTACHMENTS_MAX {
        return Err(Refusal::field("media", format!("not 1 to {ATTACHMENTS_MAX} attachments")));
    }
    media.iter().map(|entry| attachment(entry, worker)).collect()
}

fn template(wanted: &Value, text: Option<String>, worker: &WorkerSid) -> Result<Content, Refusal> {
    let wrong = |what: &str| Refusal::field("template", what);
    let word = |name: &str, chars_max: usize| {
        let word = wanted[name].as_str().filter(|word| !word.is_empty() && word.chars().count() <= chars_max);
        word.map(str::to_owned).ok_or_else(|| wrong(&format!("{name} is not 1 to {chars_max} characters")))
    };
    let parameters = match &wanted["parameters"] {
        Value::Null => Vec::new(),
        Value::Array(list) if list.len() <= PARAMETERS_MAX => list
            .iter()
            .map(|value| value.as_str().filter(|text| text.chars().count() <= PARAMETER_CHARS_MAX))
            .map(|value| value.map(str::to_owned))
            .collect::<Option<Vec<String>>>()
            .ok_or_else(|| {
                wrong(&format!("a parameter is not a text of at most {PARAMETER_CHARS_MAX} characters"))
            })?,
        _ => return Err(wrong(&format!("parameters are not a list of at most {PARAMETERS_MAX}"))),
    };
    let (name, language) = (word("name", TEMPLATE_NAME_CHARS_MAX)?, word("language", LANGUAGE_CHARS_MAX)?);
    let header = header(&wanted["header"], worker)?.map(Box::new);
    let buttons = buttons(&wanted["buttons"])?;
    Ok(Content::Template { name, language, parameters, header, buttons, text })
}

/// `{text}` or `{media}`, which is an attachment.
fn header(wanted: &Value, worker: &WorkerSid) -> Result<Option<TemplateHeader>, Refusal> {
    if wanted.is_null() {
        return Ok(None);
    }
    if !wanted["media"].is_null() {
        return Ok(Some(TemplateHeader::Media(attachment(&wanted["media"], worker)?)));
    }
    let words = wanted["text"].as_str().filter(|text| text.chars().count() <= HEADER_CHARS_MAX);
    let wrong = || {
        Refusal::field(
            "template",
            format!("header is neither a text of at most {HEADER_CHARS_MAX} characters nor a file"),
        )
    };
    Ok(Some(TemplateHeader::Text(words.ok_or_else(wrong)?.to_owned())))
}

/// A list of `{url}`, `{quick_reply}` or null.
fn buttons(wanted: &Value) -> Result<Vec<Option<TemplateButton>>, Refusal> {
    let wrong = || {
        let what = format!(
            "buttons are not a list of at most {BUTTONS_MAX} texts of at most {BUTTON_CHARS_MAX} characters"
        );
        Refusal::field("template", what)
    };
    let list = match wanted {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) if list.len() <= BUTTONS_MAX => list,
        _ => return Err(wrong()),
    };
    let text = |button: &Value, name: &str| {
        let text = button[name].as_str().filter(|text| text.chars().count() <= BUTTON_CHARS_MAX);
        text.map(str::to_owned)
    };
    list.iter()
        .map(|button| match (button, text(button, "url"), text(button, "quick_reply")) {
            (Value::Null, ..) => Ok(None),
            (_, Some(end), None) => Ok(Some(TemplateButton::Url(end))),
            (_, None, Some(data)) => Ok(Some(TemplateButton::QuickReply(data))),
            _ => Err(wrong()),
        })
        .collect()
}

fn attachment(value: &Value, worker: &WorkerSid) -> Result<Attachment, Refusal> {
    let part = |name: &str, chars_max: usize| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= chars_max => Ok(Some(text.clone())),
        Some(_) => {
            Err(Refusal::field("media", format!("{name} is not a text of at most {chars_max} characters")))
        }
    };
    let url = part("url", URL_CHARS_MAX)?.unwrap_or_default();
    let is_web = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    let is_theirs =
        BlobKey::of_reference(&url).is_some_and(|key| key.as_str().starts_with(&BlobKey::sent_by(worker)));
    if !is_web && !is_theirs {
        return Err(Refusal::field(
            "media",
            "url is neither an http or https URL nor an upload of this worker",
        ));
    }
    let content_type = part("content_type", MEDIA_NAME_CHARS_MAX)?;
    Ok(Attachment {
        url,
        content_type: content_type.unwrap_or_else(|| "application/octet-stream".into()),
        file_name: part("file_name", MEDIA_NAME_CHARS_MAX)?.as_deref().and_then(clean_name),
        bytes: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::request::parse;
    use serde_json::json;

    fn worker() -> WorkerSid {
        WorkerSid::derive(&["worker", "ann"])
    }

    fn content(fields: Value) -> Result<Content, String> {
        let mut frame = json!({ "action": "message.send" });
        frame.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let request = parse(&frame.to_string()).unwrap().unwrap();
        read(&request.fields, &worker()).map_err(|refusal| refusal.message)
    }

    fn check_refused(fields: Value, expect: &str) {
        assert_eq!(content(fields), Err(expect.into()));
    }

    fn media(count: usize, url: &str) -> Value {
        json!({ "media": vec![json!({ "url": url, "content_type": "image/png" }); count] })
    }

    #[test]
    fn text_or_media_or_both() {
        assert_eq!(content(json!({ "text": "hi" })), Ok(Content::text("hi")));
        let read = content(json!({ "text": "look", "media": [{ "url": "https://example.com/a.png" }] }));
        let attachment = Attachment {
            url: "https://example.com/a.png".into(),
            content_type: "application/octet-stream".into(),
            file_name: None,
            bytes: None,
        };
        assert_eq!(read, Ok(Content::Media { attachments: vec![attachment], text: Some("look".into()) }));
        check_refused(json!({}), "text: missing, and so is media");
        check_refused(json!({ "text": "" }), "text: empty");
        check_refused(json!({ "text": 1 }), "text: not a text");
        check_refused(json!({ "media": {} }), "media: not a list");
    }

    #[test]
    fn answers_to_choose_from_are_asked_for_and_bounded() {
        let asked = |count: usize, chars: usize| {
            let option = json!({ "data": "d".repeat(chars), "text": "é".repeat(chars) });
            json!({ "text": "Which?", "choices": vec![option; count] })
        };
        let Content::Choices { text, options } = content(asked(CHOICES_MAX, CHOICE_CHARS_MAX)).unwrap()
        else {
            panic!()
        };
        assert_eq!((text.as_str(), options.len()), ("Which?", CHOICES_MAX));
        check_refused(asked(CHOICES_MAX + 1, 1), "choices: not a list of 1 to 20");
        check_refused(asked(0, 1), "choices: not a list of 1 to 20");
        check_refused(asked(1, CHOICE_CHARS_MAX + 1), "choices: data is not a text of 1 to 256 characters");
        check_refused(asked(1, 0), "choices: data is not a text of 1 to 256 characters");
        check_refused(json!({ "choices": [{ "data": "a", "text": "A" }] }), "text: missing: what is asked");
    }

    #[test]
    fn a_reaction_is_an_emoji_or_takes_one_back() {
        let reacted = |emoji: Option<&str>| Ok(Content::Reaction { emoji: emoji.map(str::to_owned) });
        assert_eq!(content(json!({ "reaction": { "emoji": "👍" } })), reacted(Some("👍")));
        assert_eq!(content(json!({ "reaction": { "emoji": null } })), reacted(None));
        assert_eq!(content(json!({ "reaction": {} })), reacted(None));
        let longest = "x".repeat(EMOJI_CHARS_MAX);
        assert_eq!(content(json!({ "reaction": { "emoji": longest } })), reacted(Some(&longest)));
        for emoji in [json!(""), json!(longest + "x"), json!(1)] {
            check_refused(
                json!({ "reaction": { "emoji": emoji } }),
                "reaction: emoji is not 1 to 16 characters",
            );
        }
        check_refused(json!({ "reaction": "👍" }), "reaction: emoji is not 1 to 16 characters");
    }

    #[test]
    fn a_subject_makes_a_mail() {
        let written = |subject: &str| {
            let media = json!([{ "url": "https://example.com/a.png" }]);
            content(json!({ "subject": subject, "text": "Hello", "media": media }))
        };
        let Content::Email(mail) = written(&"é".repeat(SUBJECT_CHARS_MAX)).unwrap() else { panic!() };
        assert_eq!((mail.text.as_str(), mail.attachments.len()), ("Hello", 1));
        assert_eq!(
            written(&"é".repeat(SUBJECT_CHARS_MAX + 1)),
            Err("subject: more than 500 characters".into())
        );
        assert_eq!(written("a\r\nBcc: b@example.com"), Err("subject: not one line".into()));
        check_refused(json!({ "subject": "Hello" }), "text: missing, and so is media");
    }

    #[test]
    fn attachments_at_the_limit_pass_and_one_more_does_not() {
        let url = "https://example.com/a.png";
        assert_eq!(content(media(ATTACHMENTS_MAX, url)).unwrap().attachments().len(), ATTACHMENTS_MAX);
        check_refused(media(ATTACHMENTS_MAX + 1, url), "media: not 1 to 10 attachments");
        check_refused(media(0, url), "media: not 1 to 10 attachments");
    }

    #[test]
    fn a_template_is_named_and_bounded() {
        let wanted = |name: usize, count: usize, chars: usize| {
            let parameters = vec!["é".repeat(chars); count];
            json!({ "template": { "name": "n".repeat(name), "language": "en_US", "parameters": parameters }, "text": "t" })
        };
        let check = |name: usize, count: usize, chars: usize| {
            let read = content(wanted(name, count, chars)).unwrap();
            let Content::Template { name: read_name, language, parameters, text, .. } = read else {
                panic!()
            };
            assert_eq!((read_name.len(), language.as_str(), text.as_deref()), (name, "en_US", Some("t")));
            assert_eq!((parameters.len(), parameters[0].chars().count()), (count, chars));
        };
        check(TEMPLATE_NAME_CHARS_MAX, PARAMETERS_MAX, 1);
        check(1, 1, PARAMETER_CHARS_MAX);
        check_refused(wanted(513, 0, 0), "template: name is not 1 to 512 characters");
        check_refused(wanted(0, 0, 0), "template: name is not 1 to 512 characters");
        check_refused(wanted(1, 101, 1), "template: parameters are not a list of at most 100");
        check_refused(wanted(1, 1, 1_025), "template: a parameter is not a text of at most 1024 characters");
        check_refused(json!({ "template": { "name": "n" } }), "template: language is not 1 to 35 characters");
    }

    #[test]
    fn a_templates_header_and_buttons_are_filled_in_and_bounded() {
        let wanted = |header: Value, buttons: Value| json!({ "template": { "name": "n", "language": "en", "header": header, "buttons": buttons } });
        let check = |header: Value, button: Value, count: usize| {
            let mut buttons = vec![Value::Null; count - 1];
            buttons.push(button);
            let Content::Template { header, buttons, .. } = content(wanted(header, json!(buttons))).unwrap()
            else {
                panic!()
            };
            (*header.unwrap(), buttons.into_iter().next_back().flatten().unwrap())
        };
        let end = "x".repeat(BUTTON_CHARS_MAX);
        let title = "é".repeat(HEADER_CHARS_MAX);
        let filled = check(json!({ "text": title }), json!({ "url": end }), BUTTONS_MAX);
        assert_eq!(filled, (TemplateHeader::Text(title.clone()), TemplateButton::Url(end.clone())));
        let file = json!({ "media": { "url": "https://example.com/a.pdf" } });
        let (header, button) = check(file, json!({ "quick_reply": "yes" }), 1);
        assert!(matches!(header, TemplateHeader::Media(_)));
        assert_eq!(button, TemplateButton::QuickReply("yes".into()));
        let no_header = "template: header is neither a text of at most 60 characters nor a file";
        check_refused(wanted(json!({ "text": title + "é" }), Value::Null), no_header);
        check_refused(wanted(json!("text"), Value::Null), no_header);
        check_refused(wanted(json!({ "media": { "url": "file:///a" } }), Value::Null), NEITHER);
        let no_buttons = "template: buttons are not a list of at most 10 texts of at most 2000 characters";
        for buttons in [
            json!({}),
            json!(vec![Value::Null; BUTTONS_MAX + 1]),
            json!([{ "url": end + "x" }]),
            json!([{ "url": "a", "quick_reply": "b" }]),
            json!(["a"]),
        ] {
            check_refused(wanted(Value::Null, buttons), no_buttons);
        }
    }

    #[test]
    fn urls_are_of_the_web_and_bounded() {
        let url = |chars: usize| format!("https://example.com/{}", "x".repeat(chars - 20));
        assert!(content(media(1, &url(URL_CHARS_MAX))).is_ok());
        check_refused(
            media(1, &url(URL_CHARS_MAX + 1)),
            "media: url is not a text of at most 2048 characters",
        );
        for bad in ["", "a.png", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"] {
            check_refused(media(1, bad), NEITHER);
        }
    }

    const NEITHER: &str = "media: url is neither an http or https URL nor an upload of this worker";

    #[test]
    fn a_worker_refers_to_their_own_uploads_only() {
        let own = BlobKey::sent(&worker(), [1; 16]).reference();
        assert_eq!(content(media(1, &own)).unwrap().attachments()[0].url, own);
        let others = [
            BlobKey::sent(&WorkerSid::derive(&["worker", "bob"]), [1; 16]).reference(),
            BlobKey::upload("default", "visitor", [1; 16]).reference(),
            "blob:media/a/b/0".to_owned(),
            "blob:sent".to_owned(),
        ];
        for other in &others {
            check_refused(media(1, other), NEITHER);
        }
    }
}
