//! Questions to a provider about an account or a person, and what its answers mean to people.

use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::webhook::Headers;
use patchbay_model::event::Profile;
use serde_json::Value;

/// Characters of a provider's own words that are shown.
const SAID_CHARS_MAX: usize = 200;

/// The document of an answer; else what the operator is to do. `credential` is the setting that the question was
/// asked with, `id` the one that names the account.
pub(crate) fn document(answer: &ProviderResponse, credential: &str, id: &str) -> Result<Value, String> {
    let ProviderResponse::Http { status, body, .. } = answer else {
        return Err("the provider does not answer: look at the network and at api_base".into());
    };
    match status {
        200..=299 => serde_json::from_slice(body)
            .map_err(|_| "the answer is no JSON: api_base leads somewhere else".to_owned()),
        401 | 403 => {
            Err(format!("the provider refuses {credential} (status {status}): enter it anew, or renew it"))
        }
        404 => Err(format!("the provider knows no such account (status 404): look at {id}")),
        429 | 500.. => Err(format!("the provider is busy (status {status}): ask again later")),
        _ => Err(format!("the provider answered {status}{}: look at {id} and {credential}", said(body))),
    }
}

/// What a provider says of an error, wherever it puts it.
fn said(body: &[u8]) -> String {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let places = ["/error/message", "/message", "/description"];
    let words = places.iter().find_map(|place| document.pointer(place)?.as_str());
    words
        .map(|words| format!(" ({})", words.chars().take(SAID_CHARS_MAX).collect::<String>()))
        .unwrap_or_default()
}

/// A text that is not blank.
pub(crate) fn text(document: &Value, name: &str) -> Option<String> {
    document[name].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The document of an answer; nothing where it is none.
fn said_of(answer: &ProviderResponse) -> Value {
    match answer {
        ProviderResponse::Http { status: 200..=299, body, .. } => {
            serde_json::from_slice(body).unwrap_or_default()
        }
        _ => Value::Null,
    }
}

/// The URL of a picture out of an answer.
pub(crate) fn picture(answer: &ProviderResponse, name: &str) -> Option<String> {
    text(&said_of(answer), name).filter(|url| url.starts_with("https://"))
}

/// A profile out of an answer: the first of `names` that is there, several joined by a blank where one entry names
/// several; and the language under `language`.
pub(crate) fn profile(answer: &ProviderResponse, names: &[&[&str]], language: &str) -> Profile {
    let document = said_of(answer);
    let joined = |parts: &&[&str]| {
        let parts: Vec<String> = parts.iter().filter_map(|name| text(&document, name)).collect();
        Some(parts.join(" ")).filter(|name| !name.is_empty())
    };
    Profile { name: names.iter().find_map(joined), language: text(&document, language) }
}

/// The path of a question, where it is one and is asked with these credentials: for played providers.
pub(crate) fn asked<'r>(request: &'r ProviderRequest, authorization: &str) -> Option<Result<&'r str, ()>> {
    if request.method != "GET" {
        return None;
    }
    let path = request.url.split(['?', '#']).next().unwrap_or_default();
    let proven = request.headers.get("authorization") == Some(authorization);
    Some(if proven { Ok(path) } else { Err(()) })
}

/// An answer with a document, for played providers.
pub(crate) fn answer(status: u16, document: &Value) -> ProviderResponse {
    ProviderResponse::Http {
        status,
        headers: Headers::from_iter([("Content-Type", "application/json")]),
        body: document.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_says_what_is_to_be_done() {
        let check = |answer: ProviderResponse, expect: &str| {
            let error = document(&answer, "token", "id").unwrap_err();
            assert!(error.contains(expect), "{error}");
        };
        let of = |status| answer(status, &json!({ "error": { "message": "words" } }));
        check(ProviderResponse::NotSent, "network");
        check(ProviderResponse::TimedOut, "network");
        check(of(401), "token");
        check(of(403), "token");
        check(of(404), "look at id");
        check(of(429), "later");
        check(of(503), "later");
        check(of(400), "(words)");
        let html = ProviderResponse::Http { status: 200, headers: Headers::new(), body: b"<html>".to_vec() };
        check(html, "api_base");
        assert_eq!(document(&of(200), "token", "id").unwrap()["error"]["message"], "words");
    }

    #[test]
    fn a_profile_is_what_was_said() {
        let check = |status: u16, said: Value, name: Option<&str>, language: Option<&str>| {
            let found = profile(&answer(status, &said), &[&["first", "last"], &["nick"]], "lang");
            assert_eq!((found.name.as_deref(), found.language.as_deref()), (name, language), "{said}");
        };
        check(
            200,
            json!({ "first": "Ann", "last": "Lee", "nick": "a", "lang": "en" }),
            Some("Ann Lee"),
            Some("en"),
        );
        check(200, json!({ "first": " ", "nick": "a" }), Some("a"), None);
        check(200, json!([]), None, None);
        check(404, json!({ "nick": "a" }), None, None);
    }
}
