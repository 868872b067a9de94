//! What a caller hears: the properties that say-play and gather-input-on-call share, and the method of a URL.

use patchbay_model::call::{CallMethod, Prompt, REPEAT_MAX, SAY_CHARS_MAX};

use crate::problem::ProblemKind;
use crate::properties::Properties;
use crate::run::{Run, Stop};
use crate::template::Template;

/// A text, a sound or keys, as a definition describes them.
#[derive(Debug)]
pub(super) struct Speech {
    say: Option<Template>,
    play: Option<Template>,
    digits: Option<Template>,
    voice: Option<Template>,
    language: Option<Template>,
    times: Option<Template>,
}

impl Speech {
    pub(super) fn parse(properties: &mut Properties<'_>) -> Speech {
        Speech {
            say: properties.template("say"),
            play: properties.template("play"),
            digits: properties.template("digits"),
            voice: properties.template("voice"),
            language: properties.template("language"),
            times: properties.number("loop"),
        }
    }

    /// What is heard: the text, else the sound, else the keys; nothing when none of them says anything.
    pub(super) fn prompts(&self, run: &mut Run) -> Result<Vec<Prompt>, Stop> {
        let times = run.within(self.times.as_ref(), "loop", 1..=REPEAT_MAX)?.unwrap_or(1);
        if let Some(text) = run.optional(self.say.as_ref(), "say")? {
            let text = spoken(run, text);
            let voice = run.optional(self.voice.as_ref(), "voice")?;
            let language = run.optional(self.language.as_ref(), "language")?;
            return Ok(vec![Prompt::Say { text, voice, language, times }]);
        }
        if let Some(url) = run.optional(self.play.as_ref(), "play")? {
            return Ok(vec![Prompt::Play { url: url.trim().to_owned(), times }]);
        }
        let digits = run.optional(self.digits.as_ref(), "digits")?;
        Ok(digits.into_iter().map(|digits| Prompt::Digits { digits: digits.trim().to_owned() }).collect())
    }
}

/// The beginning of a text that can be spoken; the rest is a problem.
fn spoken(run: &mut Run, text: String) -> String {
    let Some((end, _)) = text.char_indices().nth(SAY_CHARS_MAX) else {
        return text;
    };
    let reason = format!("{} characters, of which {SAY_CHARS_MAX} are said", text.chars().count());
    run.problem(ProblemKind::BadValue { property: "say".to_owned(), reason });
    text[..end].to_owned()
}

/// A property that is `GET` or `POST`; `POST` when it is missing.
pub(super) fn method(properties: &mut Properties<'_>, key: &str) -> CallMethod {
    match properties.text(key).map(|method| method.to_ascii_uppercase()).as_deref() {
        Some("GET") => CallMethod::Get,
        Some("POST") | None => CallMethod::Post,
        Some(other) => {
            let message = format!("{key} must be GET or POST, not {other:?}");
            properties.refuse(message, key);
            CallMethod::Post
        }
    }
}
