//! What a call hears that follows from nothing but the request: music and announcements while it waits, and the apology
//! when nothing else can be said. No table is asked, so these are there when it is not.

use super::Voice;
use super::twiml::{Hangup, Method, Pause, Play, Record, Response, Say, Ssml, Verb};
use crate::settings::Reader;
use crate::webhook::WebhookReply;
use std::collections::BTreeMap;

/// Seconds of a message that is left when all else fails.
const MESSAGE_S_MAX: u32 = 300;
/// Seconds of silence that end it.
const SILENCE_S: u32 = 5;
/// Seconds between two announcements where there is no music.
const QUIET_S: u32 = 20;
/// Twilio's own music (Twilio, "`<Enqueue>`": its default).
const HOLD_MUSIC: &str = "http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMSTER-Borghestral.mp3";
const APOLOGY: &str = "We are sorry, we cannot take your call at the moment. Please leave a message after the tone, and we will call you back.";
const THANKS: &str = "Thank you. We have your message.";

/// What an account says.
pub(super) struct Words {
    hold_music: Option<String>,
    apology: String,
    language: Option<String>,
    pub(super) record: bool,
    pub(super) delete_recordings: bool,
}

impl Words {
    pub(super) fn read(settings: &mut Reader<'_>) -> Words {
        // "none" is silence: what is empty would be a mistake.
        let music = settings.optional("hold_music").unwrap_or(HOLD_MUSIC);
        Words {
            hold_music: Some(music.to_owned()).filter(|music| music != "none"),
            apology: settings.optional("apology").unwrap_or(APOLOGY).to_owned(),
            language: settings.optional("language").map(str::to_owned),
            record: word(settings, "record", ("on", "off")),
            delete_recordings: word(settings, "delete_recordings", ("true", "false")),
        }
    }

    /// The sound that is heard by who waits; none is silence.
    pub(super) fn hold_music(&self) -> Option<&str> {
        self.hold_music.as_deref()
    }

    fn say(&self, text: String) -> Verb {
        let (language, content) = (self.language.clone(), vec![Ssml::Text(text)]);
        Say { language, content, ..Say::default() }.into()
    }
}

/// A setting that is one of two words; without it the second.
fn word(settings: &mut Reader<'_>, key: &'static str, (yes, no): (&str, &str)) -> bool {
    match settings.optional(key) {
        Some(word) if word == yes => true,
        Some(word) if word != no => {
            settings.complain(key, "is none of the words that it may be");
            false
        }
        _ => false,
    }
}

impl Voice {
    /// What a waiting caller hears until it begins again: their place, the usual wait, music. `params` are those of a
    /// `waitUrl`.
    pub(super) fn waiting(&self, params: &BTreeMap<String, String>) -> WebhookReply {
        let number = |name: &str| params.get(name).and_then(|value| value.parse::<u32>().ok());
        let mut content: Vec<Verb> = Vec::new();
        if let Some(position) = number("QueuePosition").filter(|position| *position > 0) {
            content.push(self.words.say(announcement(position, number("AvgQueueTime"))));
        }
        content.push(match &self.words.hold_music {
            Some(url) => Play { content: url.clone(), ..Play::default() }.into(),
            None => Pause { length: Some(QUIET_S), content: () }.into(),
        });
        self.written(&Response { content })
    }

    /// What a call hears for which nothing can be done: an apology, and that a message may be left.
    pub fn apology(&self, customer: &str, ours: &str) -> WebhookReply {
        let told = [("on", "recording"), ("customer", customer), ("ours", ours)];
        let record = Record {
            action: Some(self.url(&[("on", "thanks")])),
            method: Some(Method::Post),
            max_length: Some(MESSAGE_S_MAX),
            timeout: Some(SILENCE_S),
            play_beep: Some(true),
            recording_status_callback: Some(self.url(&told)),
            ..Record::default()
        };
        let content =
            vec![self.words.say(self.words.apology.clone()), record.into(), Hangup::default().into()];
        self.written(&Response { content })
    }

    /// The end of a message that was left after an apology.
    pub(super) fn thanks(&self) -> WebhookReply {
        let content = vec![self.words.say(THANKS.to_owned()), Hangup::default().into()];
        self.written(&Response { content })
    }
}

/// The place of a caller among those who wait, and how long they may have to.
fn announcement(position: u32, average_s: Option<u32>) -> String {
    let place = match position {
        1 => "You are the next caller.".to_owned(),
        position => format!("You are number {position} of those who wait."),
    };
    match average_s.map(|s| s.div_ceil(60)) {
        None | Some(0) => place,
        Some(1) => format!("{place} The usual wait is about a minute."),
        Some(minutes) => format!("{place} The usual wait is about {minutes} minutes."),
    }
}

#[cfg(test)]
mod tests {
    use super::announcement;

    #[test]
    fn the_wait_is_rounded_up_to_minutes() {
        let check = |position, average_s, expect: &str| assert_eq!(announcement(position, average_s), expect);
        check(1, None, "You are the next caller.");
        check(1, Some(0), "You are the next caller.");
        check(2, Some(60), "You are number 2 of those who wait. The usual wait is about a minute.");
        check(2, Some(61), "You are number 2 of those who wait. The usual wait is about 2 minutes.");
    }
}
