//! How an account's widget looks and what it asks: settings that everybody may see.

use super::hours::{Hours, own_hours};
use crate::settings::Reader;
use patchbay_hours::is_name;
use serde::Serialize;

/// Characters of the title and of the line under it.
const TITLE_CHARS_MAX: usize = 64;
/// Characters of a greeting and of what is said outside the opening hours.
const TEXT_CHARS_MAX: usize = 1_000;
/// Characters of a logo's URL, a socket's URL, a language and a time zone.
const URL_CHARS_MAX: usize = 2_048;

/// What `GET /webchat/config` answers. What is not set, the widget decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Appearance {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// The first thing in an empty window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The language when the page does not say one (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What is asked before the first message.
    pub pre_chat: Vec<PreChatField>,
    /// When somebody is there. The widget is told the openings of the next weeks.
    #[serde(skip)]
    pub hours: Hours,
    pub outside_hours: OutsideHours,
    /// What is said outside the opening hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_text: Option<String>,
    /// Whether a conversation that has ended is to be rated.
    pub rating: bool,
    /// Where the visitor's socket is, when that is not beside the widget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    Left,
    Right,
}

/// What a visitor finds outside the opening hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutsideHours {
    /// A form: a message, and how to answer it.
    #[default]
    Form,
    /// The chat as ever (a chatbot does not sleep).
    Chat,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreChatField {
    pub name: FieldName,
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldName {
    Name,
    Email,
    Phone,
    Topic,
}

impl Appearance {
    /// Reads the settings; what is wrong with them is among the reader's complaints.
    pub(super) fn read(settings: &mut Reader<'_>) -> Appearance {
        Appearance {
            title: text(settings, "title", TITLE_CHARS_MAX),
            subtitle: text(settings, "subtitle", TITLE_CHARS_MAX),
            greeting: text(settings, "greeting", TEXT_CHARS_MAX),
            color: matching(settings, "color", is_color, "is not a color like #1a73e8"),
            logo: matching(settings, "logo", is_https, "is not an https URL of at most 2,048 characters"),
            position: one_of(settings, "position", &[("left", Position::Left), ("right", Position::Right)]),
            locale: matching(settings, "locale", is_language, "is not a language like en or pt-BR"),
            pre_chat: pre_chat(settings),
            hours: hours(settings),
            outside_hours: one_of(
                settings,
                "outside_hours",
                &[("form", OutsideHours::Form), ("chat", OutsideHours::Chat)],
            )
            .unwrap_or_default(),
            offline_text: text(settings, "offline_text", TEXT_CHARS_MAX),
            rating: one_of(settings, "rating", &[("on", true), ("off", false)]).unwrap_or(true),
            socket_url: matching(settings, "socket_url", is_socket, "is not a wss or ws URL without query"),
        }
    }
}

fn text(settings: &mut Reader<'_>, key: &'static str, chars_max: usize) -> Option<String> {
    let text = settings.optional(key)?;
    if text.chars().count() > chars_max {
        settings.complain(key, "is too long");
    }
    Some(text.to_owned())
}

fn matching(
    settings: &mut Reader<'_>,
    key: &'static str,
    is_good: fn(&str) -> bool,
    why: &'static str,
) -> Option<String> {
    let text = settings.optional(key)?;
    if text.len() > URL_CHARS_MAX || !is_good(text) {
        settings.complain(key, why);
    }
    Some(text.to_owned())
}

fn one_of<T: Copy>(settings: &mut Reader<'_>, key: &'static str, values: &[(&str, T)]) -> Option<T> {
    let text = settings.optional(key)?;
    let found = values.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        settings.complain(key, "is none of the words that it may be");
    }
    found
}

fn hours(settings: &mut Reader<'_>) -> Hours {
    let time_zone = settings.optional("time_zone");
    let Some(text) = settings.optional("hours") else { return Hours::Always };
    if let Some(name) = text.strip_prefix('@') {
        if !is_name(name) {
            settings.complain("hours", "has no name of a schedule after the @");
        }
        if time_zone.is_some() {
            settings.complain("time_zone", "is not asked: the schedule has one");
        }
        return Hours::Named(name.to_owned());
    }
    let Some(time_zone) = time_zone else {
        settings.complain("time_zone", "is missing: the opening hours are of some place");
        return Hours::Always;
    };
    match own_hours(text, time_zone) {
        Some(schedule) => return Hours::Own(Box::new(schedule)),
        None if own_hours(text, "UTC").is_some() => {
            settings.complain("time_zone", "is not a time zone like Europe/Paris");
        }
        None => settings
            .complain("hours", "is neither like mon-fri 09:00-18:00, sat 10:00-14:00 nor @ and a name"),
    }
    Hours::Always
}

/// `name, email?`: with a question mark it may be left empty.
fn pre_chat(settings: &mut Reader<'_>) -> Vec<PreChatField> {
    let mut fields: Vec<PreChatField> = Vec::new();
    for word in settings.optional("pre_chat").unwrap_or_default().split(',').map(str::trim) {
        let (word, required) = word.strip_suffix('?').map_or((word, true), |word| (word, false));
        let name = match word {
            "" => continue,
            "name" => FieldName::Name,
            "email" => FieldName::Email,
            "phone" => FieldName::Phone,
            "topic" => FieldName::Topic,
            _ => {
                settings.complain("pre_chat", "has something other than name, email, phone, topic");
                continue;
            }
        };
        if fields.iter().any(|field| field.name == name) {
            settings.complain("pre_chat", "asks for something twice");
        }
        fields.push(PreChatField { name, required });
    }
    fields
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_https(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(is_rest_of_url)
}

fn is_socket(text: &str) -> bool {
    let rest = text.strip_prefix("wss://").or_else(|| text.strip_prefix("ws://"));
    rest.is_some_and(|rest| is_rest_of_url(rest) && !rest.contains(['?', '#']))
}

fn is_rest_of_url(rest: &str) -> bool {
    !rest.is_empty()
        && !rest.starts_with('/')
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn is_language(text: &str) -> bool {
    text.split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_model::ChannelKind;
    use std::collections::BTreeMap;

    fn read(settings: &[(&str, &str)]) -> (Appearance, Vec<String>) {
        let settings: BTreeMap<String, String> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut reader = Reader::new(ChannelKind::Webchat, "default", &settings, "https://center.example");
        let read = Appearance::read(&mut reader);
        let wrong = match reader.finish() {
            Ok(_) => Vec::new(),
            Err(crate::settings::SettingsError::Invalid { problems, .. }) => {
                problems.into_iter().map(|problem| problem.key).collect()
            }
            Err(_) => unreachable!("web chat is supported"),
        };
        (read, wrong)
    }

    #[test]
    fn everything_may_be_left_out() {
        let (read, wrong) = read(&[]);
        assert_eq!(wrong, [""; 0]);
        assert_eq!(read, Appearance { rating: true, ..Appearance::default() });
    }

    #[test]
    fn settings_are_read() {
        let named = read(&[("hours", "@shop")]).0.hours;
        assert_eq!(named, Hours::Named("shop".into()));
        let (read, wrong) = read(&[
            ("title", "Lamps & more"),
            ("color", "#1A73e8"),
            ("position", "left"),
            ("pre_chat", "name, email?"),
            ("hours", "mon-fri 09:00-18:00"),
            ("time_zone", "America/Argentina/Buenos_Aires"),
            ("outside_hours", "chat"),
            ("rating", "off"),
            ("socket_url", "wss://sockets.example/webchat"),
        ]);
        assert_eq!(wrong, [""; 0]);
        assert!(matches!(read.hours, Hours::Own(_)));
        insta::assert_json_snapshot!("appearance", read);
    }

    #[test]
    fn what_is_no_such_thing_is_told() {
        let check = |key: &str, value: &str, good: bool| {
            let (_, wrong) = read(&[(key, value)]);
            assert_eq!(wrong.is_empty(), good, "{key} = {value}: {wrong:?}");
            assert!(wrong.iter().all(|wrong| wrong == key), "{wrong:?}");
        };
        for (key, max) in [("title", 64), ("subtitle", 64), ("greeting", 1_000), ("offline_text", 1_000)] {
            check(key, &"字".repeat(max), true);
            check(key, &"字".repeat(max + 1), false);
        }
        check("color", "#12345g", false);
        check("color", "red", false);
        check("color", "#1234567", false);
        check("logo", "http://shop.example/logo.png", false);
        check("logo", &format!("https://{}", "a".repeat(2_040)), true);
        check("logo", &format!("https://{}", "a".repeat(2_041)), false);
        check("position", "top", false);
        check("locale", "pt-BR", true);
        check("locale", "english language", false);
        check("pre_chat", "name, shoe size", false);
        check("pre_chat", "name, name?", false);
        check("outside_hours", "hide", false);
        check("rating", "true", false);
        check("socket_url", "https://sockets.example", false);
        check("socket_url", "wss://sockets.example/?a=b", false);
        check("hours", "@shop", true);
        check("hours", "@Shop hours", false);
        assert_eq!(read(&[("hours", "mon 09:00-18:00")]).1, ["time_zone"]);
        assert_eq!(read(&[("hours", "mon 09:00-18:00"), ("time_zone", "Mars/Olympus")]).1, ["time_zone"]);
        assert_eq!(read(&[("hours", "always"), ("time_zone", "UTC")]).1, ["hours"]);
        assert_eq!(read(&[("hours", "@shop"), ("time_zone", "UTC")]).1, ["time_zone"]);
    }
}
