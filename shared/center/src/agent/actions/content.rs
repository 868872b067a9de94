//! What an agent says, as its client sends it.

use crate::agent::request::{Fields, Refusal};
use crate::media::clean_name;
use patchbay_model::limits::{ATTACHMENTS_MAX, TEXT_CHARS_MAX};
use patchbay_model::{Attachment, BlobKey, Content, WorkerSid};
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

/// `text`, or `media` (a list of `{url, content_type?, file_name?}`) with `text` as its caption. A URL is of the web, or
/// the reference of something that this worker has uploaded.
/// Or `template` (`{name, language, parameters?}`) with `text` as what it says.
pub(super) fn read(fields: &Fields, worker: &WorkerSid) -> Result<Content, Refusal> {
    let text = fields.text("text", TEXT_CHARS_MAX)?.map(str::to_owned);
    if let Some(wanted) = fields.get("template") {
        return template(wanted, text);
    }
    let Some(media) = fields.get("media") else {
        return match text {
            Some(text) => Ok(Content::Text { text }),
            None => Err(Refusal::field("text", "missing, and so is media")),
        };
    };
    let media = media.as_array().ok_or_else(|| Refusal::field("media", "not a list"))?;
    if media.is_empty() || media.len() > ATTACHMENTS_MAX {
        return Err(Refusal::field("media", format!("not 1 to {ATTACHMENTS_MAX} attachments")));
    }
    let attachments = media.iter().map(|entry| attachment(entry, worker)).collect::<Result<_, _>>()?;
    Ok(Content::Media { attachments, text })
}

fn template(wanted: &Value, text: Option<String>) -> Result<Content, Refusal> {
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
    Ok(Content::Template { name, language, parameters, text })
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
            let Content::Template { name: read_name, language, parameters, text } = read else { panic!() };
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
